"""Processes that keep people in memory hear of every change of them, and of none twice in vain."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from betaops.enrollment.models import PeopleChange
from betaops.enrollment.queries.telling import Changed, changed_since
from betaops.enrollment.service import leaving, telling, testers
from betaops.kernel import counting
from betaops.kernel.db import Database
from betaops.kernel.work import SYSTEM, Platform, Work
from tests.factories.enrollment import an_enrollment
from tests.support.running import RunJobs


def heard(database: Database, work: Work, since: int = 0) -> Changed:
    """What another process is told that has heard of all up to `since`."""
    with database.reading(work.workspace_id) as session:
        return changed_since(session, since, since)


def another(platform: Platform, work: Work) -> Work:
    """A second transaction beside that of `work`."""
    session = platform.database.session(workspace_id=work.workspace_id)
    return Work(session, platform, SYSTEM, work.now)


def test_all_who_changed_in_a_transaction_are_one_change(database: Database, work: Work) -> None:
    one, two = uuid4(), uuid4()
    telling.tell_changed(work, [one])
    telling.tell_changed(work, [two, one], distinct_ids=["visitor-7"])
    assert heard(database, work).number == 0
    work.session.commit()
    assert heard(database, work) == Changed(1, frozenset({one, two}), frozenset({"visitor-7"}), False)
    telling.tell_changed(work, [one])
    work.session.commit()
    assert heard(database, work, since=1) == Changed(2, frozenset({one}), frozenset(), False)


def test_what_is_rolled_back_is_not_told(database: Database, work: Work) -> None:
    work.session.connection()
    telling.tell_changed(work, [uuid4()])
    work.session.rollback()
    work.session.commit()
    assert heard(database, work).number == 0


def test_what_is_undone_within_a_transaction_does_not_end_it(database: Database, work: Work) -> None:
    tester_id = uuid4()
    telling.tell_changed(work, [tester_id])
    with work.session.begin_nested():
        pass
    work.session.commit()
    assert heard(database, work).tester_ids == {tester_id}


def test_numbers_come_in_the_order_of_commits(database: Database, platform: Platform, work: Work) -> None:
    """A transaction that began first and commits last has the last number: whoever saw the other one has missed none."""
    early, late = uuid4(), uuid4()
    if not database.is_sqlite:  # whose writers come one after the other anyway
        work.session.connection()
    telling.tell_changed(work, [early])
    other = another(platform, work)
    telling.tell_changed(other, [late])
    other.session.commit()
    other.session.close()
    seen = heard(database, work)
    assert seen.tester_ids == {late}
    work.session.commit()
    assert heard(database, work, since=seen.number).tester_ids == {early}


def test_who_slept_too_long_forgets_everybody(database: Database, work: Work) -> None:
    for _ in range(3):
        telling.tell_changed(work, [uuid4()])
        work.session.commit()
    work.now += telling.KEEP + timedelta(seconds=1)
    telling.tell_changed(work, [uuid4()])
    telling.forget_told(work)
    work.session.commit()
    assert heard(database, work, since=3).is_everybody is False
    for since in (0, 2):
        assert heard(database, work, since).is_everybody is True
    work.now += telling.KEEP + timedelta(seconds=1)
    telling.forget_told(work)
    work.session.commit()
    with database.reading(work.workspace_id) as session:
        assert changed_since(session, 3, 4) == Changed(4, frozenset(), frozenset(), True)


def test_many_people_are_everybody(database: Database, work: Work) -> None:
    telling.tell_changed(work, [uuid4() for _ in range(telling.MANY + 1)])
    work.session.commit()
    found = heard(database, work)
    assert found.is_everybody is True
    assert found.tester_ids == frozenset()


def test_new_ids_ids_taken_away_and_erasure_are_told(
    database: Database, work: Work, run_jobs: RunJobs
) -> None:
    ana = an_enrollment(work)
    run_jobs()
    before = heard(database, work).number
    testers.link_identity(work, ana.tester_id, "product-1")
    work.session.commit()
    linked = heard(database, work, before)
    assert linked.tester_ids == {ana.tester_id}
    assert "product-1" in linked.distinct_ids
    testers.unlink_identity(work, ana.tester_id, "product-1")
    work.session.commit()
    assert heard(database, work, linked.number).tester_ids == {ana.tester_id}
    unlinked = heard(database, work).number
    leaving.erase(work, ana.tester_id)
    work.session.commit()
    assert heard(database, work, unlinked).tester_ids == {ana.tester_id}


def test_a_number_is_given_once(work: Work) -> None:
    work.add(PeopleChange(number=1, testers=[uuid4().hex], at=work.now))
    with pytest.raises(IntegrityError):
        work.add(PeopleChange(number=1, testers=[uuid4().hex], at=work.now))
    work.session.rollback()


def test_one_transaction_leaves_one_row_however_many_people_it_was_about(work: Work) -> None:
    telling.tell_changed(work, [uuid4() for _ in range(300)], distinct_ids=["visitor-7"])
    with counting.counting() as tally:
        work.session.commit()
    assert tally.statements == 2, "the number and the row"
    (row,) = work.session.scalars(select(PeopleChange)).all()
    assert (len(row.testers), row.distinct_ids, row.is_everybody) == (300, ["visitor-7"], False)
