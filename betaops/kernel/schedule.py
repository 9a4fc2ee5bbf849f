"""Periodic jobs: a row for each minute that a cron line names, one for all workers."""

from datetime import datetime, timedelta

from cronsim import CronSim
from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.kernel import jobs

#: A minute that nobody was awake for is made up for within this time; must be shorter than `jobs.KEEP_DONE`.
CATCH_UP = timedelta(hours=24)
#: How late a worker may be and still count as awake.
_PUNCTUAL = timedelta(minutes=2)


def latest(cron: str, now: datetime) -> datetime:
    """The newest minute (UTC) not after `now` that `cron` names."""
    next_minute = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return next(CronSim(cron, next_minute, reverse=True))


def enqueue_due(session: Session, now: datetime) -> None:
    """Add the row of each periodic job's newest minute, where nobody has yet.

    An installation that has never run a job does not make up for the minutes before its birth.
    """
    for name, cron in jobs.periodic().items():
        minute = latest(cron, now)
        if now - minute > CATCH_UP or (now - minute > _PUNCTUAL and not _has_run(session, name)):
            continue
        key = f"{name}@{minute:%Y-%m-%dT%H:%M}"
        jobs.enqueue(session, name, {}, now=now, run_at=now, workspace_id=None, once_key=key)


def _has_run(session: Session, name: str) -> bool:
    # "A" is the letter behind "@".
    keys = select(jobs.Job.id).where(jobs.Job.once_key >= f"{name}@", jobs.Job.once_key < f"{name}A")
    return session.scalar(keys.limit(1)) is not None
