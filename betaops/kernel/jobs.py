"""Work for later, as durable rows written in the transaction that asked for it.

The rows are the truth. Who runs them (a local runner or Celery) only says *when*: a claim takes a
lease, a heartbeat prolongs it, completion compares the attempt so that a runner whose lease ran out
cannot finish another's run. What a job changes and the fact that it is done are one transaction, so a
killed worker repeats a job from its beginning or not at all.
"""

import random
import traceback
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from sqlalchemy import (
    ForeignKey,
    Index,
    String,
    Text,
    and_,
    case,
    delete,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from betaops.kernel import clock, outbox
from betaops.kernel.db import Base, Identified, one_of
from betaops.kernel.ids import new_id
from betaops.kernel.logging import blot
from betaops.kernel.prepared import Prepared, inserting

if TYPE_CHECKING:
    from betaops.kernel.work import Platform, Work

LEASE = timedelta(seconds=60)
#: A broker that has not brought a message to a worker by then is sent another.
OFFER_AGAIN_AFTER = timedelta(seconds=60)
KEEP_DONE = timedelta(days=7)
#: Deliveries of events are jobs whose names start like this.
DELIVERY = "deliver:"


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    #: Failed for good: waits for a person and a *Retry* button.
    DEAD = "dead"


class Job(Identified, Base):
    """One piece of work. `done` of `total` is progress for people, both 0 where there is none to show."""

    __table_args__ = (
        Index(None, "state", "run_at"),
        Index(
            "uq_job_one_waiting_per_unique_key",
            "unique_key",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    workspace_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    args: Mapped[dict[str, Any]]
    state: Mapped[JobState] = mapped_column(one_of(JobState), default=JobState.WAITING)
    run_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    #: When a message with this row's id was last given to the broker (several machines only).
    offered_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    max_attempts: Mapped[int] = mapped_column(default=8)
    unique_key: Mapped[str | None] = mapped_column(String(200))
    once_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    error: Mapped[str | None] = mapped_column(Text)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


_FILLED = (
    "id", "workspace_id", "name", "args", "state", "run_at", "attempts", "max_attempts", "unique_key", "once_key",
    "done", "total", "created_at",
)  # fmt: skip


_insert_job = Prepared(
    lambda dialect: inserting(Job, dialect, _FILLED).on_conflict_do_nothing().returning(Job.id)
)


def enqueue(
    session: Session,
    name: str,
    args: dict[str, Any],
    *,
    now: datetime,
    run_at: datetime,
    workspace_id: uuid.UUID | None,
    unique_key: str | None = None,
    once_key: str | None = None,
) -> uuid.UUID | None:
    """Add a row, or nothing where `unique_key` waits already or `once_key` ever was. See `Work.enqueue`."""
    job_id = new_id()
    row = {
        "id": job_id,
        "workspace_id": workspace_id,
        "name": name,
        "args": args,
        "state": JobState.WAITING,
        "run_at": run_at,
        "attempts": 0,
        "max_attempts": 8,
        "unique_key": unique_key,
        "once_key": once_key,
        "done": 0,
        "total": 0,
        "created_at": now,
    }
    session.flush()
    return job_id if _insert_job.rows(session, **row) else None


class Claimed(NamedTuple):
    """A lease on one job: `attempt` makes it this runner's and nobody else's."""

    id: uuid.UUID
    name: str
    args: dict[str, Any]
    workspace_id: uuid.UUID | None
    attempt: int


def is_due(session: Session, now: datetime) -> bool:
    """Whether `claim` would find anything; cheap, for polling in a read-only transaction."""
    return session.scalar(select(Job.id).where(_due(now)).limit(1)) is not None


def claim(
    session: Session, now: datetime, *, limit: int = 10, only: uuid.UUID | None = None
) -> list[Claimed]:
    """Lease up to `limit` due jobs, the longest due first (`only`: this one, if due). Commit at once afterwards."""
    bury_exhausted(session, now)
    due = select(Job.id).where(_due(now)).order_by(Job.run_at).limit(limit).with_for_update(skip_locked=True)
    if only is not None:
        due = due.where(Job.id == only)
    rows = session.execute(
        update(Job)
        .where(Job.id.in_(due))
        .values(state=JobState.RUNNING, lease_until=now + LEASE, attempts=Job.attempts + 1)
        .returning(Job.id, Job.name, Job.args, Job.workspace_id, Job.attempts, Job.run_at)
        .execution_options(synchronize_session=False)
    ).all()
    return [Claimed(*row[:5]) for row in sorted(rows, key=lambda row: row.run_at)]


def offer(session: Session, now: datetime, *, limit: int = 500) -> list[uuid.UUID]:
    """Ids of due jobs to hand to the broker: those never offered, or so long ago that it may have lost them."""
    due_since = case((Job.state == JobState.RUNNING, Job.lease_until), else_=Job.run_at)
    rows = (
        select(Job.id)
        .where(
            _due(now),
            or_(
                Job.offered_at.is_(None), Job.offered_at < due_since, Job.offered_at < now - OFFER_AGAIN_AFTER
            ),
        )
        .order_by(Job.run_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    offered = session.scalars(
        update(Job)
        .where(Job.id.in_(rows))
        .values(offered_at=now)
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    return list(offered)


def prolong(session: Session, claimed: Claimed, now: datetime) -> bool:
    """Heartbeat. False where the lease is no longer this runner's: stop working on it."""
    return _mine(session, claimed, lease_until=now + LEASE)


def progress(session: Session, claimed: Claimed, done: int, total: int, now: datetime) -> bool:
    """Say how far it is; a heartbeat as well."""
    return _mine(session, claimed, done=done, total=total, lease_until=now + LEASE)


def complete(session: Session, claimed: Claimed, now: datetime, result: dict[str, Any] | None = None) -> bool:
    """Mark as done, in the transaction of what the job changed. False: not this runner's any more, roll back."""
    return _mine(
        session, claimed, state=JobState.DONE, lease_until=None, error=None, finished_at=now, result=result
    )


def fail(session: Session, claimed: Claimed, now: datetime, error: BaseException) -> bool:
    """Put it back with exponential delay and jitter, or among the dead after its last attempt."""
    job = session.get(Job, claimed.id)
    if job is None:
        return False
    words = blot("".join(traceback.format_exception(error)))[-4000:]
    if claimed.attempt >= job.max_attempts:
        return _mine(session, claimed, state=JobState.DEAD, lease_until=None, error=words, finished_at=now)
    if job.unique_key is not None and _waits(session, job.unique_key):
        return _mine(session, claimed, state=JobState.DONE, lease_until=None, error=words, finished_at=now)
    return _mine(
        session,
        claimed,
        state=JobState.WAITING,
        lease_until=None,
        error=words,
        run_at=now + delay(claimed.attempt),
    )


def delay(attempt: int) -> timedelta:
    """How long to wait after failed attempt number `attempt` (from 1): 2, 4, 8 … s to 15 min, half of it random."""
    ceiling = min(2.0**attempt, 900.0)
    return timedelta(seconds=ceiling / 2 + random.uniform(0, ceiling / 2))  # noqa: S311  # jitter, not a secret


def retry(session: Session, job: Job, now: datetime) -> None:
    """The *Retry* button: a dead job gets all its attempts again."""
    if job.state is JobState.DEAD:
        job.state, job.run_at, job.attempts, job.finished_at = JobState.WAITING, now, 0, None


def bury_exhausted(session: Session, now: datetime) -> None:
    """Jobs whose runner vanished in their last attempt: they may be what kills runners."""
    session.execute(
        update(Job)
        .where(Job.state == JobState.RUNNING, Job.lease_until < now, Job.attempts >= Job.max_attempts)
        .values(
            state=JobState.DEAD,
            lease_until=None,
            finished_at=now,
            error="The worker stopped in the middle, repeatedly.",
        )
        .execution_options(synchronize_session=False)
    )


def forget_done(session: Session, now: datetime) -> None:
    """Delete what was done long ago; keys of `once` jobs stay for as long as their row."""
    session.execute(delete(Job).where(Job.state == JobState.DONE, Job.finished_at < now - KEEP_DONE))


def _due(now: datetime) -> Any:
    return or_(
        and_(Job.state == JobState.WAITING, Job.run_at <= now),
        and_(Job.state == JobState.RUNNING, Job.lease_until < now),
    )


def _waits(session: Session, unique_key: str) -> bool:
    return (
        session.scalar(select(Job.id).where(Job.unique_key == unique_key, Job.state == JobState.WAITING))
        is not None
    )


def _mine(session: Session, claimed: Claimed, **values: Any) -> bool:
    changed = session.execute(
        update(Job)
        .where(Job.id == claimed.id, Job.state == JobState.RUNNING, Job.attempts == claimed.attempt)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result is a cursor result


# What runs


@dataclass(frozen=True)
class Run:
    """Handed to a *long* job: it opens one Work after another and says how far it is."""

    platform: "Platform"
    claimed: Claimed

    @contextmanager
    def work(self) -> Iterator["Work"]:
        """A Work of its own, committed at the end."""
        with _work(self.platform, self.claimed) as work:
            yield work

    def progress(self, done: int, total: int) -> None:
        """Also the heartbeat: call it at least every half minute. Raises `Lost` when the lease is gone."""
        with self.platform.database.writing() as session:
            if not progress(session, self.claimed, done, total, clock.now()):
                raise Lost


class Lost(Exception):
    """The lease ran out and another runner has the job: change nothing more."""


class Registered(NamedTuple):
    function: Callable[..., Any]
    is_long: bool


_registry: dict[str, Registered] = {}
_periodic: dict[str, str] = {}


def register(name: str, function: Callable[..., Any], *, long: bool = False) -> None:
    """Name a job. Short: `function(work, **args)` in one transaction. Long: `function(run, **args)`.

    What it returns (a dict of plain values, or None) is kept as the job's result.
    """
    _registry[name] = Registered(function, long)


def every(cron: str, name: str) -> None:
    """Have the registered job `name` run at the minutes that `cron` names (UTC), once for all workers."""
    _periodic[name] = cron


def periodic() -> dict[str, str]:
    """Cron lines by job name."""
    return dict(_periodic)


Outcome = Literal["done", "lost", "failed"]


def perform(platform: "Platform", claimed: Claimed) -> Outcome:
    """Run one claimed job to its end: done, put back, or dead. Never raises for what the job did."""
    try:
        if claimed.name.startswith(DELIVERY):
            _deliver(platform, claimed)
        elif _registry[claimed.name].is_long:
            result = _registry[claimed.name].function(Run(platform, claimed), **claimed.args)
            with platform.database.writing() as session:
                complete(session, claimed, clock.now(), result)
        else:
            with _work(platform, claimed) as work:
                result = _registry[claimed.name].function(work, **claimed.args)
                _finish(work, claimed, result)
    except Lost:
        return "lost"
    except Exception as error:  # noqa: BLE001  # whatever a job raises must not stop its runner
        with platform.database.writing() as session:
            fail(session, claimed, clock.now(), error)
        return "failed"
    return "done"


def _deliver(platform: "Platform", claimed: Claimed) -> None:
    from betaops.kernel.events import RecordedEvent

    handler = outbox.subscription(claimed.name.removeprefix(DELIVERY)).handler
    with _work(platform, claimed) as work:
        recorded = work.session.get(RecordedEvent, uuid.UUID(claimed.args["event_id"]))
        if recorded is not None:
            work.cause_id = recorded.id
            handler(work, recorded.event())
        _finish(work, claimed, None)


def _finish(work: "Work", claimed: Claimed, result: dict[str, Any] | None) -> None:
    if not complete(work.session, claimed, clock.now(), result):
        raise Lost


@contextmanager
def _work(platform: "Platform", claimed: Claimed) -> Iterator["Work"]:
    from betaops.kernel.work import SYSTEM, Work

    with platform.database.writing(claimed.workspace_id) as session:
        yield Work(session, platform, SYSTEM, clock.now())
