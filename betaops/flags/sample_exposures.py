"""The sample's exposures: what Aurora Notes told of flags that its testers met."""

from collections import Counter, defaultdict
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from betaops.cohorts.models import Cohort, CohortMember
from betaops.enrollment.models import Identity
from betaops.flags import queries, service
from betaops.flags.conditions import Person
from betaops.flags.evaluation import FlagSet
from betaops.flags.models import Exposure
from betaops.flags.queries.settled import settled_among
from betaops.flags.service.exposures import Met
from betaops.kernel.work import Work

if TYPE_CHECKING:
    from betaops.accounts.sample import World

SEED = 2029
DAYS = 9
#: What the app says of itself when it asks.
APP = {"app_version": "2.0.412"}


def plant(world: "World") -> None:
    product_id: UUID = world.facts["product_id"]
    with world.work() as work:
        if work.session.scalar(select(Exposure.id).where(Exposure.product_id == product_id).limit(1)):
            return
        random = Random(SEED)  # noqa: S311  # a sample, not a secret
        flags = FlagSet(queries.load(work.session, product_id).compiled_from())
        counts: Counter[Met] = Counter()
        for tester_id, person in _people(work, product_id, world.facts["program_id"], flags):
            for key, outcome in flags.evaluate(person, world.now).items():
                for days_ago in random.sample(range(DAYS), random.randint(0, DAYS)):
                    day = (world.now - timedelta(days=days_ago)).date()
                    counts[Met(product_id, key, queries.value_word(outcome), day, tester_id)] += (
                        random.randint(1, 4)
                    )
        service.count_exposures(work, counts)


def _people(work: Work, product_id: UUID, program_id: UUID, flags: FlagSet) -> list[tuple[UUID, Person]]:
    """Those of the program's cohorts whom the app knows by an id of its own, as the endpoints see them."""
    rows = work.session.execute(
        select(CohortMember.tester_id, Cohort.number, Identity.distinct_id)
        .join(Cohort, Cohort.id == CohortMember.cohort_id)
        .join(Identity, Identity.tester_id == CohortMember.tester_id)
        .where(Cohort.program_id == program_id, Identity.distinct_id.like("aurora-%"))
        .order_by(Identity.distinct_id, Cohort.number)
    )
    cohorts: dict[tuple[UUID, str], set[int]] = defaultdict(set)
    for tester_id, number, distinct_id in rows:
        cohorts[tester_id, distinct_id].add(number)
    settled = settled_among(work.session, product_id, [tester_id for tester_id, _id in cohorts])
    return [
        (
            tester_id,
            Person(
                distinct_id,
                {**APP, "distinct_id": distinct_id},
                flags.cohort_bits(numbers),
                settled=queries.values_of(settled.get(tester_id, {})),
            ),
        )
        for (tester_id, distinct_id), numbers in cohorts.items()
    ]
