"""What usage puts on the pages of enrollment, and what it measures for the guardrails of flags."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from heapq import nsmallest
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import url_for
from sqlalchemy.orm import Session

from betaops.enrollment.models import Enrollment, Tester
from betaops.enrollment.providers import Entry, Fact, Link
from betaops.kernel.i18n import gettext as _
from betaops.usage import policy, queries
from betaops.usage.queries import versions
from betaops.web.application import viewer
from betaops.web.templating import ago

#: The timeline looks back over so many events.
MOST_EVENTS = 50
MOST_EXPORTED = 10_000


def facts(session: Session, enrollment: Enrollment) -> Sequence[Fact]:
    """How much and since when somebody uses the product under test."""
    seen = queries.seen(session, enrollment.tester_id)
    if seen.first is None or seen.last is None:
        return [Fact(label=_("Last used"), value=_("never"))]
    return [
        Fact(
            label=_("Last used"),
            value=ago(seen.last),
            note=_("first %(when)s", when=ago(seen.first)),
        )
    ]


def links(session: Session, enrollment: Enrollment) -> Sequence[Link]:
    """To everything somebody did."""
    if not viewer().can(policy.SEE):
        return []
    seen = queries.seen(session, enrollment.tester_id)
    url = url_for("usage.person", slug=enrollment.program.slug, enrollment_id=enrollment.id)
    return [Link(label=_("Events from the product"), url=url, count=seen.events)]


def timeline(session: Session, enrollment: Enrollment) -> Sequence[Entry]:
    """What somebody did, day by day, the newest first."""
    url = url_for("usage.person", slug=enrollment.program.slug, enrollment_id=enrollment.id)
    events = queries.recent(session, enrollment.tester_id, limit=MOST_EVENTS)
    entries = []
    for _day, together in groupby(events, lambda event: event.at.date()):
        done = list(together)
        counts = Counter(event.name for event in done)
        text = ", ".join(name if number == 1 else f"{name} × {number}" for name, number in counts.items())
        entries.append(Entry(at=done[0].at, text=text, icon="activity", href=url))
    return entries


def data(session: Session, tester: Tester) -> Any:
    """Everything that this room holds about a person, for their own export."""
    return [
        {
            "name": event.name,
            "at": event.at.isoformat(),
            "distinct_id": event.distinct_id,
            "properties": event.properties,
        }
        for event in queries.recent(session, tester.id, limit=MOST_EXPORTED)
    ]


def builds(session: Session, tester: Tester) -> Any:
    """Which versions of which product somebody used, for their own export."""
    return [
        {
            "product": product,
            "version": row.version,
            "first": row.first_at.isoformat(),
            "last_day": row.last_on.isoformat(),
        }
        for row, product in versions.of_tester(session, tester.id)
    ]


#: Picks those among some testers who have the flag in question.
Having = Callable[[Collection[UUID]], set[UUID]]
#: Whether they have it is asked for so many people at most, so that a reading takes a moment however many they are.
MOST_ASKED = 5_000


def events(
    session: Session, product_id: UUID, *, since: datetime, now: datetime, event: str, having: Having
) -> float:
    """How often the people who have the flag did `event`."""
    times = queries.times_since(session, product_id, since, event)
    asked = _some(times)
    found = sum(times[tester_id] for tester_id in having(asked))
    return found if len(asked) == len(times) else round(found * len(times) / len(asked))


def events_per_person(
    session: Session, product_id: UUID, *, since: datetime, now: datetime, event: str, having: Having
) -> float:
    """How often, for each of them who used the product at all; 0 where nobody did."""
    active = having(_some(queries.active_since(session, product_id, since)))
    times = queries.times_since(session, product_id, since, event)
    return sum(times.get(tester_id, 0) for tester_id in active) / len(active) if active else 0


def people_with_event(
    session: Session, product_id: UUID, *, since: datetime, now: datetime, event: str, having: Having
) -> float:
    """How many of them who used the product did it, in percent; 0 where nobody used it."""
    active = having(_some(queries.active_since(session, product_id, since)))
    times = queries.times_since(session, product_id, since, event)
    return 100 * len(active & times.keys()) / len(active) if active else 0


def _some(people: Collection[UUID]) -> Collection[UUID]:
    """All, or a sample of MOST_ASKED: always the same people, by the random part of their ids."""
    if len(people) <= MOST_ASKED:
        return people
    return nsmallest(MOST_ASKED, people, key=lambda tester_id: tester_id.int & ((1 << 62) - 1))
