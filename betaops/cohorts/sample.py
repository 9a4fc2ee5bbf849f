"""The sample's cohorts: five by rule, one of them with an exception; one picked by hand."""

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from betaops.cohorts import service
from betaops.cohorts.models import Cohort
from betaops.cohorts.rules import Rule
from betaops.enrollment.models import INSIDE, Enrollment, State, Tester
from betaops.kernel.work import Actor, Work

if TYPE_CHECKING:
    from betaops.accounts.sample import World

IOS, PRO, DAILY, PILOT = "iOS", "Pro plan", "Daily writers", "iOS pilot"
EXPORTERS, HOLDOUT = "Export fans", "Holdout"
#: How many are in the pilot.
PICKED = 24

_INSIDE: Rule = {"fact": "enrollment.state", "operator": "one_of", "value": ["accepted", "active"]}
RULES: dict[str, tuple[str, Rule]] = {
    IOS: (
        "Everybody in the program who told us they use an iPhone or iPad.",
        {"all": [{"fact": "attribute.platform", "operator": "is", "value": "iOS"}, _INSIDE]},
    ),
    PRO: (
        "Paying customers: what they say about price and limits weighs more.",
        {"all": [{"fact": "attribute.plan", "operator": "one_of", "value": ["Pro", "Team"]}, _INSIDE]},
    ),
    DAILY: (
        "They say that they write every day, or they do.",
        {
            "all": [
                _INSIDE,
                {
                    "any": [
                        {"fact": "answer.how_often", "operator": "is", "value": "Every day"},
                        {"fact": "trait.usage.active_days", "operator": "at_least", "value": 10},
                    ]
                },
            ]
        },
    ),
    EXPORTERS: (
        "Whoever exports again and again: ask them first what the new export lacks.",
        {
            "all": [
                _INSIDE,
                {"fact": "usage.export opened", "operator": "at_least", "value": 2, "days": 14},
            ]
        },
    ),
    HOLDOUT: (
        "A tenth of everybody, drawn by chance and always the same: they get nothing new, to compare with.",
        {"all": [_INSIDE, {"fact": "sample.aurora-2-holdout", "operator": "at_most", "value": 10}]},
    ),
}


def plant(world: "World") -> None:
    program_id: UUID = world.facts["program_id"]
    with world.work(17) as work:
        if work.session.scalar(select(Cohort.id).where(Cohort.program_id == program_id).limit(1)) is not None:
            return
        work.actor = Actor("member", world.facts.get("owner_id"), "Mara Klein")
        for name, (description, rule) in RULES.items():
            cohort = service.create_cohort(work, program_id, name=name, description=description, rule=rule)
            if name == PRO:
                colleague = _on(work, program_id, "plan", "Team")[0]
                service.keep_out(work, cohort.id, [colleague], reason="Works at our agency and pays nothing.")
        pilot = service.create_cohort(
            work,
            program_id,
            name=PILOT,
            description="The first who get the new editor: we know each of them.",
        )
        service.add_members(work, pilot.id, _picked(work, program_id, world.facts["tester_id"]))


def _picked(work: Work, program_id: UUID, first: UUID) -> list[UUID]:
    """Active people on iOS in the order of their names, `first` among them."""
    chosen = [tester_id for tester_id in _on(work, program_id, "platform", "iOS") if tester_id != first]
    return [first, *chosen[: PICKED - 1]]


def _on(work: Work, program_id: UUID, attribute: str, value: str) -> list[UUID]:
    """Active people with this attribute in the order of their names."""
    people = work.session.scalars(
        select(Tester)
        .join(Enrollment, Enrollment.tester_id == Tester.id)
        .where(Enrollment.program_id == program_id, Enrollment.state.in_(INSIDE - {State.ACCEPTED}))
        .order_by(Tester.name, Tester.id)
    )
    return [tester.id for tester in people if tester.attributes.get(attribute) == value]
