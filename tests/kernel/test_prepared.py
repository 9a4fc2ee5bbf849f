"""Statements made once say and mean what the session's own do."""

import pytest
from sqlalchemy import Uuid, bindparam, delete, inspect, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm.exc import DetachedInstanceError

from betaops.accounts.models import MemberInvitation
from betaops.kernel import counting
from betaops.kernel.db import Database, Unscoped
from betaops.kernel.ids import new_ids
from betaops.kernel.inserts import Inserts
from betaops.kernel.jobs import Job, JobState
from betaops.kernel.prepared import Insertion, Part, Parts, Prepared, said
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


def test_one_that_looks_at_rows_of_tenants_names_the_workspace(work: Work) -> None:
    anybodys = select(MemberInvitation.id).where(MemberInvitation.mail == bindparam("mail"))
    ours = anybodys.where(MemberInvitation.workspace_id == bindparam("its_workspace", type_=Uuid()))
    with pytest.raises(Unscoped):
        Prepared(lambda _dialect: anybodys).rows(work.session, mail="ana@example.com")
    assert Prepared(lambda _dialect: anybodys, unscoped=True).rows(work.session, mail="ana@example.com") == []
    mine = {"mail": "ana@example.com", "its_workspace": work.workspace_id}
    assert Prepared(lambda _dialect: ours).rows(work.session, **mine) == []


def test_rows_for_reading_know_their_columns_and_refuse_others(work: Work) -> None:
    job_id = work.enqueue("kernel.tidy", {"list": [1]})
    whole, some = Part(Job), Part(Job, "id", "state")
    parts = Parts(some, whole)
    both = Prepared(
        lambda _dialect: select(*parts.columns).where(Job.id == bindparam("its_id", type_=Job.id.type))
    )
    (row,) = both.rows(work.session, its_id=job_id)
    known, every = parts.rows(row)
    assert (known.id, known.state) == (job_id, JobState.WAITING)
    assert (every.args, every.run_at, every.lease_until) == ({"list": [1]}, work.now, None)
    with pytest.raises(DetachedInstanceError):
        _args = known.args
    known.state = JobState.DONE
    work.session.flush()
    assert work.session.get_one(Job, job_id).state is JobState.WAITING
    assert Parts(some).rows([None, None]) == [None]


def test_a_row_that_is_put_there_is_watched_and_none_takes_anothers_place(work: Work) -> None:
    jobs = Insertion(Job)
    now = {"run_at": work.now, "created_at": work.now, "args": {}, "unique_key": "one"}
    first = jobs.put(work.session, name="kernel.tidy", **now)
    assert first is not None
    assert (first.state, first.attempts, first.lease_until) == (JobState.WAITING, 0, None)
    assert jobs.put(work.session, name="kernel.other", **now) is None
    with pytest.raises(TypeError, match="colour"):
        jobs.put(work.session, name="kernel.other", colour="red", **now)
    first.total = 7
    work.session.commit()
    assert [(row.id, row.total) for row in work.session.scalars(select(Job))] == [(first.id, 7)]


def test_what_a_savepoint_takes_back_is_gone_from_the_session(work: Work) -> None:
    jobs = Insertion(Job)
    savepoint = work.session.begin_nested()
    job = jobs.put(work.session, name="kernel.tidy", run_at=work.now, created_at=work.now, args={})
    savepoint.rollback()
    assert job is not None
    assert job not in work.session
    assert work.session.get(Job, job.id) is None


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_state_that_is_said_finds_the_index_of_the_rows_that_have_it(work: Work) -> None:
    waiting = Prepared(
        lambda _dialect: select(Job.id).where(
            Job.unique_key == bindparam("key"), Job.state == said(JobState.WAITING)
        )
    )
    job_id = work.enqueue("kernel.tidy", unique="one")
    assert waiting.rows(work.session, key="one") == [(job_id,)]
    plan = work.session.connection().exec_driver_sql(
        f"EXPLAIN QUERY PLAN {waiting._texts['sqlite'].sql}", ("one",)
    )
    assert "uq_job_one_waiting_per_unique_key" in plan.all()[0].detail


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
    # 64, 64, 16 and 6
    assert tally.statements == 4
    found = _JOBS.rows(work.session, job_name="kernel.many")
    assert {row[0]: row[1]["place"] for row in found} == {row_id: place for place, row_id in enumerate(ids)}
    assert {row[3] for row in found} == {work.now}
    again = [{"id": row_id, "args": {}} for row_id in (ids[0], *new_ids(2), ids[9])]
    assert Inserts(Job, passes_over=True).write(work.session, again, shared) == 2
    assert Inserts(Job).write(work.session, [], shared) == 0
    with pytest.raises(IntegrityError), work.session.begin_nested():
        Inserts(Job).write(work.session, again, shared)
