"""How many people get a flag with conditions that it does not have yet, and which of some have it now."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from betaops.flags.evaluation import FlagSet, Outcome
from betaops.flags.models import Flag
from betaops.flags.queries.audiences import Seated, seated
from betaops.flags.queries.definitions import Loaded, load

_AT_ONCE = 500


def reach(
    session: Session,
    flag: Flag,
    filters: Sequence[dict[str, Any]],
    now: datetime,
    *,
    loaded: Loaded | None = None,
    people: Sequence[Seated] | None = None,
) -> tuple[int, list[int]]:
    """Of how many people (at most MOST_PEOPLE) how many would get `flag`, were it on, with each of these `filters`."""
    as_saved = (loaded or load(session, flag.product_id)).compiled_from()
    sets = [
        FlagSet(
            as_saved._replace(
                flags=[
                    {**each, "filters": wanted, "active": True} if each["key"] == flag.key else each
                    for each in as_saved.flags
                ]
            )
        )
        for wanted in filters
    ]
    counts = [0] * len(sets)
    looked_at = 0
    if people is None:
        people = list(seated(session, flag.product_id, FlagSet(as_saved)))
    for _tester, person in people:
        looked_at += 1
        for index, flags in enumerate(sets):
            counts[index] += _is_on(flags.evaluate(person, now, [flag.key]).get(flag.key))
    return looked_at, counts


def holders(session: Session, flag: Flag, tester_ids: Collection[UUID], now: datetime) -> set[UUID]:
    """Those of `tester_ids` who have the flag now, however many they are."""
    if not tester_ids:
        return set()
    flags = FlagSet(load(session, flag.product_id).compiled_from())
    wanted, found = sorted(tester_ids), set()
    for start in range(0, len(wanted), _AT_ONCE):
        for tester, person in seated(session, flag.product_id, flags, wanted[start : start + _AT_ONCE]):
            if _is_on(flags.evaluate(person, now, [flag.key]).get(flag.key)):
                found.add(tester.id)
    return found


def _is_on(outcome: Outcome | None) -> bool:
    return outcome is not None and outcome.value is not False
