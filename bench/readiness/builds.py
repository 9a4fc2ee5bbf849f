"""Claim: knowing who used which build costs the same however many events came in. `python -m bench.readiness.builds`; with
fewer events: `python -m bench.readiness.builds 100000`.

The same two questions, in turn: of the events, as once, and of what is kept beside the daily counts. They give the same people
and moments. Last what keeping it costs when events are taken in.
"""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from bench.embedded import beta, embedded
from betaops.enrollment.models import Identity, Tester
from betaops.kernel.db import UtcDateTime
from betaops.kernel.ids import new_id, new_ids
from betaops.kernel.work import SYSTEM, Platform, Work
from betaops.readiness.queries.builds import builds, spans
from betaops.usage import service
from betaops.usage.builds import VERSION
from betaops.usage.capture import Captured
from betaops.usage.models import UsageEvent
from betaops.usage.service import ingesting, using

EVENTS, PEOPLE, BUILDS, ROUNDS, BATCH = 1_000_000, 2_000, 10, 5, 1_000
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def main(events: int = EVENTS) -> None:
    with embedded() as platform:
        with beta(platform) as (work, program):
            workspace_id, product_id = work.workspace_id, program.product_id
            assert workspace_id is not None
            people = _people(work)
            _events(work, product_id, people, events)
        with platform.database.reading(workspace_id) as session:
            _compare(session, product_id, events)
        _take(platform, workspace_id, product_id)


def _people(work: Work) -> list[UUID]:
    own = {"workspace_id": work.workspace_id, "created_at": work.now}
    people = new_ids(PEOPLE)
    rows = [
        {
            **own, "id": tester, "mail": f"t{at}@example.com", "mail_key": f"t{at}@example.com", "name": f"T {at}",
            "words": f"t {at}", "locale": "en", "attributes": {}, "changed_at": work.now, "changed_by": "", "version": 1,
        }
        for at, tester in enumerate(people)
    ]  # fmt: skip
    work.session.execute(insert(Tester), rows)
    work.session.execute(
        insert(Identity),
        [{**own, "id": new_id(), "tester_id": each, "distinct_id": str(each)} for each in people],
    )
    return people


def _events(work: Work, product_id: UUID, people: list[UUID], number: int) -> None:
    """Everybody goes from build to build; what is kept is kept as when events are taken in."""
    for start in range(0, number, 20_000):
        rows = [
            _event(work, product_id, people, at, number) for at in range(start, min(number, start + 20_000))
        ]
        work.session.execute(insert(UsageEvent), rows)
        using.note_builds(
            work, product_id, ((row["tester_id"], row["properties"][VERSION], row["at"]) for row in rows)
        )


def _event(work: Work, product_id: UUID, people: list[UUID], at: int, number: int) -> dict[str, Any]:
    tester_id = people[at % len(people)]
    return {
        "id": new_id(), "workspace_id": work.workspace_id, "product_id": product_id, "uuid": new_id(),
        "distinct_id": str(tester_id), "tester_id": tester_id, "name": "opened", "at": BEGAN + timedelta(seconds=at),
        "received_at": BEGAN + timedelta(seconds=at),
        "properties": {VERSION: f"2.0.{BUILDS * at // number}", "$os": "iOS", "$lib": "web", "note": "A" * 40},
    }  # fmt: skip


def _from_events(session: Session, product_id: UUID) -> dict[tuple[str, UUID], datetime]:
    """(build, tester) and the moment of their first event of it: every event is looked at."""
    name: Any = UsageEvent.properties[VERSION].as_string()
    rows = session.execute(
        select(name, UsageEvent.tester_id, func.min(UsageEvent.at, type_=UtcDateTime()))
        .where(UsageEvent.product_id == product_id, UsageEvent.tester_id.is_not(None), name.is_not(None))
        .group_by(name, UsageEvent.tester_id)
    )
    return {(build, tester_id): at for build, tester_id, at in rows}


def _compare(session: Session, product_id: UUID, events: int) -> None:
    build = f"2.0.{BUILDS // 2}"
    once, kept, listed = [], [], []
    for _round in range(ROUNDS):
        seconds, found = _timed(lambda: _from_events(session, product_id))
        once.append(seconds)
        seconds, theirs = _timed(lambda: spans(session, product_id, build))
        kept.append(seconds)
        listed.append(_timed(lambda: builds(session, product_id))[0])
        expected = {tester_id: at for (name, tester_id), at in found.items() if name == build}
        assert {tester_id: span.since for tester_id, span in theirs.items()} == expected
    print(f"{events:,} events of {PEOPLE:,} people in {BUILDS} builds; median of {ROUNDS}, ms of CPU")
    print(f"  who used a build and when, of the events   {1000 * median(once):10,.1f}")
    print(f"  the same of what is kept                   {1000 * median(kept):10,.1f}")
    print(f"  all builds and how many used each          {1000 * median(listed):10,.1f}")


def _take(platform: Platform, workspace_id: UUID, product_id: UUID) -> None:
    """A batch of 1,000 events of 100 people, with and without keeping it, in turn."""
    keep = using.note_builds

    def nothing(*_told: Any) -> None:
        return None

    times: dict[str, list[float]] = {"kept": [], "not kept": []}
    for at in range(2 * ROUNDS):
        way = ("kept", "not kept")[at % 2]
        ingesting.note_builds = keep if way == "kept" else nothing  # type: ignore[assignment]  # for this run only
        with platform.database.writing(workspace_id) as session:
            work = Work(session, platform, SYSTEM, BEGAN + timedelta(days=30))
            people = list(session.scalars(select(Tester.id).limit(100)))
            batch = [
                Captured(new_id(), str(people[each % 100]), "opened", work.now, {VERSION: "2.1"})
                for each in range(BATCH)
            ]
            times[way].append(_timed(partial(service.take, work, product_id, batch))[0])
    ingesting.note_builds = keep
    print(f"Taking in {BATCH:,} events of 100 people; median of {ROUNDS}, ms of CPU")
    for way, seconds in times.items():
        print(f"  {way:42s} {1000 * median(seconds):10,.1f}")


def _timed(do: Callable[[], Any]) -> tuple[float, Any]:
    began = time.process_time()
    found = do()
    return time.process_time() - began, found


if __name__ == "__main__":
    main(*(int(size) for size in sys.argv[1:2]))
