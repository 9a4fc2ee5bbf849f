"""Who met a flag in the product, as far as the product says."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from betaops.flags.models import Exposure, Flag, Sighting

#: Days that pages look back.
SPAN = 28


class Seen(NamedTuple):
    """One value of a flag: how often it was met, by how many testers that are known, and on which day last."""

    value: str
    times: int
    people: int
    last_on: date


def seen(session: Session, flag: Flag, today: date) -> list[Seen]:
    """By value, what most met first and "off" last, of the last `SPAN` days."""
    since = today - timedelta(days=SPAN - 1)
    people = (
        select(func.count())
        .where(
            Sighting.product_id == flag.product_id,
            Sighting.flag_key == flag.key,
            Sighting.value == Exposure.value,
            Sighting.last_on >= since,
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(Exposure.value, func.sum(Exposure.times), people, func.max(Exposure.day))
        .where(Exposure.product_id == flag.product_id, Exposure.flag_key == flag.key, Exposure.day >= since)
        .group_by(Exposure.value)
    )
    found = [Seen(value, int(times), number, last_on) for value, times, number, last_on in rows]
    return sorted(found, key=lambda each: (each.value == "off", -each.people, -each.times, each.value))


def sightings(session: Session, tester_id: UUID) -> Sequence[Any]:
    """Everything that one tester met."""
    return session.scalars(
        select(Sighting)
        .where(Sighting.tester_id == tester_id)
        .order_by(Sighting.first_on, Sighting.flag_key, Sighting.value)
    ).all()
