"""Slows guessing down, per account and per address. Rows, so that a restart forgets nothing; never a lock for good."""

import hashlib
from datetime import timedelta

from sqlalchemy import delete

from betaops.accounts.models import Throttle
from betaops.kernel.errors import TooMany
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work

#: So many failures are free; then one waits 2, 4, 8 … seconds, at most this long.
FREE = {"account": 5, "address": 30}
LONGEST = timedelta(minutes=5)
#: Failures older than this are forgotten.
MEMORY = timedelta(hours=1)


def check(work: Work, **marks: str | None) -> None:
    """`TooMany` while one of `account=…`, `address=…` has to wait."""
    waits = [_wait(work, kind, mark) for kind, mark in marks.items() if mark]
    longest = max(waits, default=timedelta(0))
    if longest > timedelta(0):
        seconds = int(longest.total_seconds()) + 1
        raise TooMany(
            _("Too many attempts. Wait %(seconds)s seconds and try again.", seconds=seconds),
            retry_after_seconds=seconds,
        )


def failed(work: Work, **marks: str | None) -> None:
    """Count one failure against each mark."""
    for kind, mark in marks.items():
        if not mark:
            continue
        row = work.session.get(Throttle, _key(kind, mark))
        if row is None:
            work.add(Throttle(key=_key(kind, mark), failures=1, last_failed_at=work.now))
        else:
            row.failures = 1 if work.now - row.last_failed_at > MEMORY else row.failures + 1
            row.last_failed_at = work.now


def succeeded(work: Work, *, account: str) -> None:
    """Who has proved themselves owes no wait."""
    work.session.execute(delete(Throttle).where(Throttle.key == _key("account", account)))


def forget(work: Work) -> None:
    work.session.execute(delete(Throttle).where(Throttle.last_failed_at < work.now - MEMORY))


def _wait(work: Work, kind: str, mark: str) -> timedelta:
    row = work.session.get(Throttle, _key(kind, mark))
    if row is None or row.failures < FREE[kind]:
        return timedelta(0)
    pause = min(timedelta(seconds=2.0 ** min(row.failures - FREE[kind] + 1, 12)), LONGEST)
    return row.last_failed_at + pause - work.now


def _key(kind: str, mark: str) -> str:
    return f"{kind}:{hashlib.sha256(mark.encode()).hexdigest()}"
