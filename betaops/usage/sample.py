"""The sample's usage: three weeks of what active testers did in Aurora Notes."""

import math
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from betaops.cohorts import queries as cohort_queries
from betaops.cohorts import service as cohort_service
from betaops.enrollment.models import Enrollment, Identity, Tester
from betaops.usage import service
from betaops.usage.capture import Captured
from betaops.usage.models import UsageEvent

if TYPE_CHECKING:
    from betaops.accounts.sample import World

SEED = 2027
DAYS = 21
#: What is done in the app, how often a day by somebody who is there, and by how many people at all.
DEEDS: dict[str, tuple[float, float]] = {
    "app opened": (2.2, 1.0),
    "note created": (1.8, 0.98),
    "note synced": (2.4, 0.95),
    "search used": (0.7, 0.7),
    "note shared": (0.3, 0.45),
    "export opened": (0.12, 0.35),
    "import finished": (0.1, 0.55),
}
#: How likely somebody is there on a day, by what they said about themselves.
HABITS = {"Every day": 0.82, "A few times a week": 0.42, "Less often": 0.18}


def plant(world: "World") -> None:
    product_id: UUID = world.facts["product_id"]
    with world.work() as work:
        if (
            work.session.scalar(select(UsageEvent.id).where(UsageEvent.product_id == product_id).limit(1))
            is not None
        ):
            return
        random = Random(SEED)  # noqa: S311  # a sample, not a secret
        people = work.session.execute(
            select(Tester, Enrollment.activated_at, Identity.distinct_id)
            .join(Enrollment, Enrollment.tester_id == Tester.id)
            .join(Identity, Identity.tester_id == Tester.id)
            .where(
                Enrollment.program_id == world.facts["program_id"],
                Enrollment.activated_at.is_not(None),
                Identity.distinct_id.like("aurora-%"),
            )
            .order_by(Identity.distinct_id)
        ).all()
        for tester, began, distinct_id in people:
            if began is None or tester.seen_at is None:
                continue
            # The moment at which the last of it arrived: nobody was seen later than that.
            work.now = tester.seen_at
            first = max(began, world.ago(DAYS))
            service.take(work, product_id, _life(random, tester, distinct_id, first, tester.seen_at))
        work.now = world.now
        service.summarise(work)
        for cohort_id in cohort_queries.rule_cohorts(work.session, world.facts["program_id"]):
            cohort_service.refresh_cohort(work, cohort_id)


def _life(
    random: Random, tester: Tester, distinct_id: str, first: datetime, last: datetime
) -> list[Captured]:
    """Everything that one person did between two moments; the last thing at the last moment."""
    habit = HABITS.get(str(tester.attributes.get("how_often")), 0.4)
    deeds = {name: rate for name, (rate, share) in DEEDS.items() if random.random() < share}
    device = {
        "platform": tester.attributes.get("platform"),
        "$app_version": random.choice(("2.0.398", "2.0.409", "2.0.412")),
    }
    moments: list[tuple[datetime, str]] = []
    for day in range((last - first).days + 1):
        morning = first + timedelta(days=day)
        weekend = 0.7 if morning.weekday() >= 5 else 1.0
        if random.random() > habit * weekend:
            continue
        for name, rate in deeds.items():
            moments += [
                (morning + timedelta(seconds=random.uniform(0, 50_000)), name)
                for _number in range(_poisson(random, rate))
            ]
    kept = sorted(moment for moment in moments if first <= moment[0] < last)
    kept.append((last, "app opened"))
    return [_event(random, distinct_id, name, at, device) for at, name in kept]


def _event(random: Random, distinct_id: str, name: str, at: datetime, device: dict[str, Any]) -> Captured:
    more: dict[str, Any] = {}
    if name == "note created":
        more = {"words": int(random.lognormvariate(4.2, 0.9))}
    elif name == "note synced":
        more = {"ms": int(random.lognormvariate(6.1, 0.5))}
    elif name == "import finished":
        more = {
            "source": random.choice(("Evernote", "Markdown", "Apple Notes")),
            "notes": random.randint(12, 900),
        }
    return Captured(UUID(int=random.getrandbits(128), version=4), distinct_id, name, at, {**device, **more})


def _poisson(random: Random, rate: float) -> int:
    """How many of something that happens `rate` times on average (Knuth)."""
    limit, count, product = math.exp(-rate), 0, random.random()
    while product > limit:
        count += 1
        product *= random.random()
    return count
