"""Statements made once say and mean what the session's own do."""

import pytest
from sqlalchemy import bindparam, delete, inspect, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from betaops.kernel import counting
from betaops.kernel.db import Database
from betaops.kernel.ids import new_ids
from betaops.kernel.inserts import Inserts
from betaops.kernel.jobs import Job, JobState
from betaops.kernel.prepared import Prepared
from betaops.kernel.work import Work

_JOBS = Prepared(
    lambda _dialect: select(Job.id, Job.args, Job.state, Job.run_at, Job.lease_until).where(
        Job.name == bindparam("job_name"), Job.state == JobState.WAITING
    )
)


def test_values_go_in_and_come_out_as_the_columns_have_them(work: Work) -> None:
    job_id = work.enqueue("kernel.tidy", {"list": [1, "ü", None]})
    expected = (job_id, {"list": [1, "ü", None]}, JobState.WAITING, work.now, None)
    assert _JOBS.rows(work.session, job_name="kernel.tidy") == [expected]
    assert _JOBS.rows(work.session, job_name="kernel.other") == []


def test_they_are_part_of_the_sessions_transaction(work: Work, database: Database) -> None:
    work.enqueue("kernel.tidy")
    work.session.commit()
    drop = Prepared(lambda _dialect: delete(Job).where(Job.name == bindparam("job_name")).returning(Job.name))
    assert drop.rows(work.session, job_name="kernel.tidy") == [("kernel.tidy",)]
    work.session.rollback()
    with database.reading() as session:
        assert len(_JOBS.rows(session, job_name="kernel.tidy")) == 1


def test_what_returns_nothing_gives_no_rows(work: Work) -> None:
    work.enqueue("kernel.tidy")
    rename = Prepared(
        lambda _dialect: update(Job).where(Job.name == bindparam("former")).values(name=bindparam("new_name"))
    )
    assert rename.rows(work.session, former="kernel.tidy", new_name="kernel.other") == []
    assert len(_JOBS.rows(work.session, job_name="kernel.other")) == 1


def test_one_is_sent_with_many_values_at_once(work: Work) -> None:
    for name in ("kernel.one", "kernel.two"):
        work.enqueue(name)
    rename = Prepared(
        lambda _dialect: update(Job).where(Job.name == bindparam("former")).values(name=bindparam("new_name"))
    )
    rename.each(
        work.session, [{"former": f"kernel.{name}", "new_name": "kernel.new"} for name in ("one", "two")]
    )
    assert len(_JOBS.rows(work.session, job_name="kernel.new")) == 2


def test_they_are_counted(work: Work) -> None:
    with counting.counting() as tally:
        _JOBS.rows(work.session, job_name="kernel.tidy")
        _JOBS.rows(work.session, job_name="kernel.tidy")
    assert tally.statements == 2


def test_a_transaction_that_only_reads_still_refuses_writes_after_one_that_wrote(database: Database) -> None:
    forget = delete(Job)
    for _time in range(2):
        with database.writing() as session:
            session.execute(forget)
        with database.reading() as session, pytest.raises(DBAPIError):
            session.execute(forget)


def test_what_the_driver_refuses_is_said_in_sqlalchemys_words(work: Work) -> None:
    job_id = work.enqueue("kernel.tidy")
    twice = Prepared(
        lambda _dialect: update(Job).where(Job.id == bindparam("job_id", type_=Job.id.type)).values(name=None)
    )
    with pytest.raises(IntegrityError), work.session.begin_nested():
        twice.rows(work.session, job_id=job_id)


def test_many_rows_are_inserted_by_few_statements(work: Work) -> None:
    ids = new_ids(150)
    rows = [{"id": row_id, "args": {"place": place}} for place, row_id in enumerate(ids)]
    shared = {column.key: None for column in inspect(Job).column_attrs} | {
        "name": "kernel.many", "state": JobState.WAITING, "run_at": work.now, "created_at": work.now, "attempts": 0,
        "max_attempts": 8, "done": 0, "total": 0,
    }  # fmt: skip
    for name in ("id", "args"):
        del shared[name]
    with counting.counting() as tally:
        assert Inserts(Job).write(work.session, rows, shared) == 150
    # 64, 64, 16, 4 and 2
    assert tally.statements == 5
    found = _JOBS.rows(work.session, job_name="kernel.many")
    assert {row[0]: row[1]["place"] for row in found} == {row_id: place for place, row_id in enumerate(ids)}
    assert {row[3] for row in found} == {work.now}
    again = [{"id": row_id, "args": {}} for row_id in (ids[0], *new_ids(2), ids[9])]
    assert Inserts(Job, passes_over=True).write(work.session, again, shared) == 2
    assert Inserts(Job).write(work.session, [], shared) == 0
    with pytest.raises(IntegrityError), work.session.begin_nested():
        Inserts(Job).write(work.session, again, shared)
