"""Slows guessing down, per account and per address. Rows, so that a restart forgets nothing; never a lock for good.

A browser in which somebody has signed in before counts for itself (`browser`): strangers who guess at an
account slow each other down, not its owner.
"""

import hashlib
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from betaops.accounts.models import Throttle
from betaops.kernel.errors import TooMany
from betaops.kernel.i18n import ngettext
from betaops.kernel.work import Work

#: So many failures are free; then one waits 2, 4, 8 … seconds, at most this long.
FREE = {"account": 5, "browser": 5, "address": 30}
LONGEST = timedelta(minutes=5)
#: Failures older than this are forgotten.
MEMORY = timedelta(hours=1)


def check(work: Work, **marks: str | None) -> None:
    """`TooMany` while one of `account=…`, `browser=…`, `address=…` has to wait.

    Holds their rows until the end of this work: of many guesses sent at once, each sees those before it.
    """
    waits = [_wait(work, _row(work, kind, mark), FREE[kind]) for kind, mark in _ordered(marks)]
    longest = max(waits, default=timedelta(0))
    if longest > timedelta(0):
        seconds = int(longest.total_seconds()) + 1
        raise TooMany(
            ngettext(
                "Too many attempts. Try again in %(num)s second.",
                "Too many attempts. Try again in %(num)s seconds.",
                seconds,
            ),
            retry_after_seconds=seconds,
        )


def failed(work: Work, **marks: str | None) -> None:
    """Count one failure against each mark."""
    for kind, mark in _ordered(marks):
        row = _row(work, kind, mark)
        row.failures = 1 if work.now - row.last_failed_at > MEMORY else row.failures + 1
        row.last_failed_at = work.now
    work.session.flush()


def succeeded(work: Work, **marks: str | None) -> None:
    """Who has proved themselves owes no wait."""
    for kind, mark in _ordered(marks):
        work.session.execute(delete(Throttle).where(Throttle.key == _key(kind, mark)))


def forget(work: Work) -> None:
    work.session.execute(delete(Throttle).where(Throttle.last_failed_at < work.now - MEMORY))


def _ordered(marks: dict[str, str | None]) -> list[tuple[str, str]]:
    """The marks that are there, in one order for everybody: two works that want the same rows do not block each other."""
    return sorted((kind, mark) for kind, mark in marks.items() if mark)


def _row(work: Work, kind: str, mark: str) -> Throttle:
    """The mark's row, made if missing and held until this work ends."""
    key = _key(kind, mark)
    insert = postgresql.insert if work.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    fresh = insert(Throttle).values(key=key, failures=0, last_failed_at=work.now)
    work.session.execute(fresh.on_conflict_do_nothing())
    found = select(Throttle).where(Throttle.key == key).with_for_update()
    return work.session.execute(found.execution_options(populate_existing=True)).scalar_one()


def _wait(work: Work, row: Throttle, free: int) -> timedelta:
    if row.failures < free or work.now - row.last_failed_at > MEMORY:
        return timedelta(0)
    pause = min(timedelta(seconds=2.0 ** min(row.failures - free + 1, 12)), LONGEST)
    return row.last_failed_at + pause - work.now


def _key(kind: str, mark: str) -> str:
    return f"{kind}:{hashlib.sha256(mark.encode('utf-8', 'surrogatepass')).hexdigest()}"
