"""A row that is locked or changed past the unit of work is a row of the session like any other."""

import pytest
from sqlalchemy import select, update

from betaops.enrollment.models import Tester
from betaops.kernel.errors import NotFound
from betaops.kernel.ids import new_id
from betaops.kernel.rows import write
from betaops.kernel.work import Work
from tests.factories.enrollment import a_tester


def _name(work: Work, tester: Tester) -> str | None:
    return work.session.scalar(select(Tester.name).where(Tester.id == tester.id))


def test_a_locked_row_is_watched_and_what_changes_in_it_is_written(work: Work) -> None:
    tester = a_tester(work, name="Ana")
    work.session.expunge_all()
    found = work.lock(Tester, tester.id)
    assert (found.id, found.name, found.attributes) == (tester.id, "Ana", tester.attributes)
    assert work.session.get(Tester, tester.id) is found
    found.name = "Bea"
    work.session.flush()
    assert _name(work, tester) == "Bea"


def test_a_row_that_was_read_before_is_the_same_one_and_as_it_is_now(work: Work) -> None:
    tester = a_tester(work, name="Ana")
    work.session.execute(
        update(Tester).where(Tester.id == tester.id).values(name="Bea"),
        execution_options={"synchronize_session": False},
    )
    assert tester.name == "Ana"
    assert work.lock(Tester, tester.id) is tester
    assert tester.name == "Bea"


def test_what_waits_in_the_session_is_not_lost_to_a_lock(work: Work) -> None:
    tester = a_tester(work, name="Ana")
    tester.name = "Bea"
    assert work.lock(Tester, tester.id).name == "Bea"
    assert _name(work, tester) == "Bea"


def test_a_row_that_is_not_of_this_workspace_is_not_there(work: Work) -> None:
    tester = a_tester(work)
    own = work.workspace_id
    work.enter(new_id())
    with pytest.raises(NotFound):
        work.lock(Tester, tester.id)
    work.enter(own)
    assert work.lock(Tester, tester.id) is tester


def test_columns_are_written_at_once_and_only_they(work: Work) -> None:
    tester = a_tester(work, name="Ana")
    mail = tester.mail
    write(work.session, tester, {"name": "Bea", "attributes": {"plan": "Pro"}})
    assert (tester.name, tester.attributes, tester in work.session.dirty) == ("Bea", {"plan": "Pro"}, False)
    work.session.expire(tester)
    assert (tester.name, tester.attributes, tester.mail) == ("Bea", {"plan": "Pro"}, mail)
