"""Whose facts changed, for processes that keep people in memory; written by `service.telling`."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from betaops.enrollment.models import Identity, PeopleChange


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
        select(PeopleChange.number, PeopleChange.tester_id, PeopleChange.distinct_id, Identity.distinct_id)
        .outerjoin(
            Identity,
            and_(
                Identity.workspace_id == PeopleChange.workspace_id,
                Identity.tester_id == PeopleChange.tester_id,
            ),
        )
        .where(PeopleChange.number > number)
        .order_by(PeopleChange.number)
    ).all()
    # What comes next is there, or was tidied away before this process asked for it.
    is_complete = bool(rows) and rows[0][0] == number + 1
    return Changed(
        rows[-1][0] if rows else newest,
        frozenset(tester_id for _number, tester_id, _told, _linked in rows if tester_id is not None),
        frozenset(
            each for _number, _tester, told, linked in rows for each in (told, linked) if each is not None
        ),
        not is_complete
        or any(tester_id is None and told is None for _number, tester_id, told, _linked in rows),
    )
