"""A row that is locked or changed past the unit of work is a row of the session like any other."""

import pytest
from sqlalchemy import delete, inspect, select, update

from betaops.enrollment.models import Tester
from betaops.kernel import counting
from betaops.kernel.db import Database
from betaops.kernel.errors import NotFound
from betaops.kernel.ids import new_id
from betaops.kernel.rows import write
from betaops.kernel.work import Work
from betaops.surveys import respond
from betaops.surveys.models import Response
from tests.factories.enrollment import a_tester
from tests.factories.surveys import a_door, a_survey


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
    tester.name, tester.attributes, tester.locale = "Bea", {"plan": "Pro"}, tester.locale
    write(work.session, tester)
    assert (tester.name, tester.attributes, tester in work.session.dirty) == ("Bea", {"plan": "Pro"}, False)
    work.session.expire(tester)
    assert (tester.name, tester.attributes, tester.mail) == ("Bea", {"plan": "Pro"}, mail)


def test_what_a_savepoint_takes_back_is_taken_back_in_the_row_too(work: Work) -> None:
    tester = a_tester(work, name="Ana")
    savepoint = work.session.begin_nested()
    tester.name = "Bea"
    write(work.session, tester)
    savepoint.rollback()
    assert tester.name == _name(work, tester) == "Ana"


def test_what_a_savepoint_keeps_is_taken_back_with_the_one_around_it(work: Work) -> None:
    tester = a_tester(work, name="Ana")
    outer = work.session.begin_nested()
    with work.session.begin_nested():
        tester.name = "Bea"
    write(work.session, tester)
    assert tester.name == "Bea"
    outer.rollback()
    assert tester.name == _name(work, tester) == "Ana"


def test_a_row_that_is_gone_is_not_found_though_it_was_read_before(work: Work) -> None:
    tester = a_tester(work)
    work.session.execute(
        delete(Tester).where(Tester.id == tester.id), execution_options={"synchronize_session": False}
    )
    with pytest.raises(NotFound):
        work.lock(Tester, tester.id)


def test_a_row_that_was_expired_is_whole_again_once_it_is_locked(work: Work) -> None:
    tester = a_tester(work, name="Ana")
    work.session.expire(tester)
    assert work.lock(Tester, tester.id) is tester
    assert (inspect(tester).expired_attributes, tester.name) == (set(), "Ana")


def test_what_was_changed_of_a_watched_row_is_written_once_and_what_is_changed_later_as_well(
    work: Work, database: Database
) -> None:
    response = respond.begin(work, a_door(a_survey(work)), submission_key="one").response
    response.answers, response.page, response.language = {"why": "ü"}, 3, response.language
    with counting.counting() as tally:
        write(work.session, response)
        work.session.flush()
        write(work.session, response)
    assert tally.statements == 1
    seen = select(Response.answers, Response.page).where(Response.id == response.id)
    assert work.session.execute(seen).one() == ({"why": "ü"}, 3)
    response.page = 4
    work.session.commit()
    with database.reading(work.workspace_id) as session:
        assert session.execute(seen).one() == ({"why": "ü"}, 4)
