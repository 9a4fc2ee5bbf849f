"""Whose facts changed, for processes that keep people in memory; written by `service.telling`."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.enrollment.models import Identity, PeopleChange

_AT_ONCE = 500


class Changed(NamedTuple):
    """All that happened up to `number`: to testers, and to people by the ids that products know them by (those of
    these testers among them). `is_everybody`: to more people than are named."""

    number: int
    tester_ids: frozenset[UUID]
    distinct_ids: frozenset[str]
    is_everybody: bool


def changed_since(session: Session, number: int, newest: int) -> Changed:
    """What changed after `number` in the session's workspace, of which at least `newest` is known to have happened."""
    rows = session.execute(
        select(
            PeopleChange.number, PeopleChange.testers, PeopleChange.distinct_ids, PeopleChange.is_everybody
        )
        .where(PeopleChange.number > number)
        .order_by(PeopleChange.number)
    ).all()
    # What comes next is there, or was tidied away before this process asked for it.
    is_complete = bool(rows) and rows[0].number == number + 1
    tester_ids = frozenset(UUID(hex=each) for row in rows for each in row.testers)
    told = frozenset(each for row in rows for each in row.distinct_ids)
    return Changed(
        rows[-1].number if rows else newest,
        tester_ids,
        told | _ids_of(session, sorted(tester_ids)),
        not is_complete or any(row.is_everybody for row in rows),
    )


def _ids_of(session: Session, tester_ids: Sequence[UUID]) -> set[str]:
    """By which products know these testers."""
    found: set[str] = set()
    for start in range(0, len(tester_ids), _AT_ONCE):
        some = tester_ids[start : start + _AT_ONCE]
        found.update(session.scalars(select(Identity.distinct_id).where(Identity.tester_id.in_(some))))
    return found
