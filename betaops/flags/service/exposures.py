"""Who really met a flag: what the product's SDK says when the product's code asks for one (`$feature_flag_called`)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy import case, select
from sqlalchemy.dialects import postgresql, sqlite

from betaops.enrollment.models import Tester
from betaops.flags.models import Exposure, Flag, Sighting
from betaops.kernel.ids import new_id
from betaops.kernel.work import Work

#: An event from longer ago is history: it is kept, and not counted here.
OLDEST = timedelta(days=90)
_AT_ONCE = 500
_EXPOSURE: Any = Exposure.__table__
_SIGHTING: Any = Sighting.__table__


class Called(Protocol):
    """The event, as the room that takes events in hands it over."""

    @property
    def at(self) -> datetime: ...

    @property
    def properties(self) -> Mapping[str, Any]: ...


class Met(NamedTuple):
    """That somebody met a flag: `value` is "on", "off" or the variant; the tester where they are known."""

    product_id: UUID
    flag_key: str
    value: str
    day: date
    tester_id: UUID | None


def note_exposure(work: Work, product_id: UUID, tester_id: UUID | None, event: Called) -> None:
    """Count it in memory; `count_exposures` writes it a moment later. What makes no sense is passed over."""
    key, value = event.properties.get("$feature_flag"), event.properties.get("$feature_flag_response")
    if isinstance(value, bool):
        value = "on" if value else "off"
    if not isinstance(key, str) or not isinstance(value, str) or event.at < work.now - OLDEST:
        return
    met = Met(product_id, key[:200], value[:200], event.at.date(), tester_id)
    work.platform.tallies.add(work.workspace_id, count_exposures, met)


def count_exposures(work: Work, counts: Mapping[Met, int]) -> None:
    """Add to each flag's counts by value and day, and to who met it. Flags and values that there are not count nothing:
    whoever has the public key may send any."""
    known = _known(work, {met.product_id for met in counts})
    counts = {met: times for met, times in counts.items() if met.value in known.get(met[:2], ())}
    _count_times(work, counts)
    _count_people(work, counts)


def _known(work: Work, products: Iterable[UUID]) -> dict[tuple[UUID, str], set[str]]:
    """The values that each flag can have, by product and key."""
    flags = work.session.scalars(select(Flag).where(Flag.product_id.in_(products)))
    return {
        (flag.product_id, flag.key): {"on", "off", *(str(each.get("key")) for each in flag.variants)}
        for flag in flags
    }


def _count_times(work: Work, counts: Mapping[Met, int]) -> None:
    totals: Counter[tuple[Any, ...]] = Counter()
    for met, times in counts.items():
        totals[met[:4]] += times
    rows = [
        {
            "id": new_id(),
            "workspace_id": work.workspace_id,
            "product_id": product_id,
            "flag_key": key,
            "value": value,
            "day": day,
            "times": times,
        }
        # In one order for all writers, so that two of them never wait for each other.
        for (product_id, key, value, day), times in sorted(totals.items())
    ]
    if rows:
        statement = _insert(work, _EXPOSURE)
        work.session.connection().execute(
            statement.on_conflict_do_update(
                index_elements=["product_id", "flag_key", "value", "day"],
                set_={"times": _EXPOSURE.c.times + statement.excluded.times},
            ),
            rows,
        )


def _count_people(work: Work, counts: Mapping[Met, int]) -> None:
    days: dict[tuple[UUID, str, str, UUID], list[date]] = {}
    for met in counts:
        if met.tester_id is not None:
            days.setdefault((met.product_id, met.flag_key, met.value, met.tester_id), []).append(met.day)
    there = _still_there(work, {tester_id for _product, _key, _value, tester_id in days})
    rows = [
        {
            "id": new_id(),
            "workspace_id": work.workspace_id,
            "product_id": product_id,
            "flag_key": key,
            "value": value,
            "tester_id": tester_id,
            "first_on": min(found),
            "last_on": max(found),
        }
        for (product_id, key, value, tester_id), found in sorted(days.items())
        if tester_id in there
    ]
    if rows:
        statement = _insert(work, _SIGHTING)
        first, last, new = _SIGHTING.c.first_on, _SIGHTING.c.last_on, statement.excluded
        work.session.connection().execute(
            statement.on_conflict_do_update(
                index_elements=["product_id", "flag_key", "value", "tester_id"],
                set_={
                    "first_on": case((new.first_on < first, new.first_on), else_=first),
                    "last_on": case((new.last_on > last, new.last_on), else_=last),
                },
            ),
            rows,
        )


def _still_there(work: Work, tester_ids: set[UUID]) -> set[UUID]:
    """Somebody may have been erased since they were counted."""
    wanted = sorted(tester_ids)
    found: set[UUID] = set()
    for start in range(0, len(wanted), _AT_ONCE):
        found.update(
            work.session.scalars(select(Tester.id).where(Tester.id.in_(wanted[start : start + _AT_ONCE])))
        )
    return found


def _insert(work: Work, table: Any) -> Any:
    is_postgresql = work.session.get_bind().dialect.name == "postgresql"
    return (postgresql if is_postgresql else sqlite).insert(table)
