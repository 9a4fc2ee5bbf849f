"""Builds of the product, as the events that it sends know them: who used which from when."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from betaops.kernel.db import UtcDateTime
from betaops.readiness.scope import Span
from betaops.usage.models import UsageEvent

#: The property of an event that says which build sent it, as the SDKs name it.
VERSION = "$app_version"
LONGEST_VERSION = 60
_NUMBERS = re.compile(r"(\d+)", re.ASCII)
#: More builds than anybody compares; the newest are kept.
MOST_BUILDS = 50


class Build(NamedTuple):
    name: str
    #: Testers who used it.
    people: int


def builds(session: Session, product_id: UUID) -> list[Build]:
    """In the order of their numbers: 2.0.9 before 2.0.10."""
    people = Counter(name for name, _tester, _at in _first_seen(session, product_id))
    return [Build(name, people[name]) for name in sorted(people, key=_by_number)][-MOST_BUILDS:]


def _by_number(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in _NUMBERS.split(name)]


def spans(session: Session, product_id: UUID, build: str) -> dict[UUID, Span]:
    """When each tester used a build: from its first event until the first of the next build that they took."""
    starts: dict[UUID, list[tuple[datetime, str]]] = defaultdict(list)
    for name, tester_id, at in _first_seen(session, product_id):
        starts[tester_id].append((at, name))
    return {tester_id: span for tester_id, their in starts.items() for span in _of(their).get(build, ())}


def _of(starts: list[tuple[datetime, str]]) -> Mapping[str, tuple[Span]]:
    in_order = sorted(starts)
    ends: list[datetime | None] = [after[0] for _before, after in pairwise(in_order)]
    return {name: (Span(at, end),) for (at, name), end in zip(in_order, [*ends, None], strict=True)}


def _first_seen(session: Session, product_id: UUID) -> list[tuple[str, UUID, datetime]]:
    """(build, tester, moment of their first event of it)."""
    name: Any = UsageEvent.properties[VERSION].as_string()
    rows = session.execute(
        select(name, UsageEvent.tester_id, func.min(UsageEvent.at, type_=UtcDateTime()))
        .where(UsageEvent.product_id == product_id, UsageEvent.tester_id.is_not(None), name.is_not(None))
        .group_by(name, UsageEvent.tester_id)
    )
    return [
        (build, tester_id, at)
        for build, tester_id, at in rows
        if isinstance(build, str) and 0 < len(build) <= LONGEST_VERSION
    ]
