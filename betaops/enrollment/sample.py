"""The sample's people: 214 of them, at every state, over a month; the same ones every time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from betaops.enrollment.models import Enrollment, ProgramVisit, State, Tester
from betaops.enrollment.sample_people import (
    COMPANIES,
    FIRST_NAMES,
    HOW_OFTEN,
    LAST_NAMES,
    PLANS,
    PLATFORMS,
    ROLES,
)
from betaops.enrollment.service import consenting, enrolling, inviting, signing_in, testers
from betaops.kernel.work import Actor, Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Agreement

if TYPE_CHECKING:
    from betaops.accounts.sample import World

#: How many end where.
ENDS = {
    State.ACTIVE: 146,
    State.ACCEPTED: 14,
    State.WAITLISTED: 8,
    State.APPLIED: 20,
    State.DECLINED: 14,
    State.WITHDRAWN: 9,
    State.REMOVED: 3,
}
VIEWS = 1204
RECRUITING_DAYS = 30
#: Active testers who have not been seen for a week.
SILENT = 26
#: The tester behind `tester_url`.
ANA = ("Ana Ruiz", "ana.ruiz@example.com")
INVITED = (
    ("lucia.ferrari@example.org", "Lucia Ferrari"),
    ("h.nakagawa@example.net", "Haruto Nakagawa"),
    ("sofia.berg@example.com", "Sofia Berg"),
)

Step = tuple[datetime, Callable[[Work], None]]


def plant(world: "World") -> None:
    """People, their ways through the program, agreements, views; and a fresh sign-in link for one of them."""
    program_id: UUID = world.facts["program_id"]
    with world.work() as work:
        is_there = work.session.scalar(
            select(Enrollment.id).where(Enrollment.program_id == program_id).limit(1)
        )
    if is_there is None:
        steps = _steps(world, program_id)
        with world.work() as work:
            for moment, step in sorted(steps, key=lambda item: item[0]):
                work.now = moment
                step(work)
                work.session.flush()
            work.now = world.now
            _finish(world, work, program_id)
    base = world.platform.settings.base_url
    with world.work() as work:
        ana = work.session.scalars(select(Tester).where(Tester.mail_key == ANA[1])).one()
        world.facts["tester_url"] = f"{base}/portal/sign-in/{signing_in.mint(work, ana).plain}"
        world.facts["tester_id"] = ana.id


def _steps(world: "World", program_id: UUID) -> list[Step]:
    """Everybody's way, as moments and what happens then."""
    ends = [state for state, number in ENDS.items() for _ in range(number)]
    rest = ends[1:]
    world.random.shuffle(rest)
    steps: list[Step] = []
    for end, person in zip([ends[0], *rest], _people(world, len(ends)), strict=True):
        steps += _way(world, program_id, end, person)
    return steps


def _people(world: "World", number: int) -> list[dict[str, Any]]:
    names = [f"{first} {last}" for first in FIRST_NAMES for last in LAST_NAMES]
    chosen = [name for name in world.random.sample(names, number) if name != ANA[0]][: number - 1]
    people = [{"name": ANA[0], "mail": ANA[1], "platform": "iOS", "plan": "Pro", "role": "Product designer"}]
    for name in chosen:
        local = ".".join(part.lower() for part in name.split())
        plain = local.encode("ascii", "ignore").decode()
        people.append(
            {
                "name": name,
                "mail": f"{plain}@{world.random.choice(COMPANIES)}",
                "platform": _weighted(world, PLATFORMS),
                "plan": _weighted(world, PLANS),
                "role": world.random.choice(ROLES),
            }
        )
    while len(people) < number:
        people.append({**people[-1], "mail": f"second.{people[-1]['mail']}"})
    for person in people:
        person["how_often"] = _weighted(world, HOW_OFTEN)
    return people


def _way(world: "World", program_id: UUID, end: State, person: dict[str, Any]) -> list[Step]:
    """From the application to where they stand today."""
    is_recent = end in (State.APPLIED, State.WAITLISTED)
    days_ago = (
        world.random.uniform(0.1, 3.5) if is_recent else world.random.triangular(9, RECRUITING_DAYS - 1, 26)
    )
    applied = world.ago(days_ago)
    decided = applied + timedelta(hours=world.random.uniform(3, 40))
    began = max(decided, world.ago(18)) + timedelta(hours=world.random.uniform(1, 60))
    left = began + timedelta(days=world.random.uniform(1, 6))
    found: dict[str, UUID] = {}

    def apply(work: Work) -> None:
        found["id"] = _apply(work, program_id, person)

    def become(state: State, note: str = "", *, by: Actor | None = None) -> Callable[[Work], None]:
        def step(work: Work) -> None:
            work.actor = by or Actor("member", world.facts.get("owner_id"), "Mara Klein")
            enrolling.change(work, found["id"], state, note=note)

        return step

    self = Actor("tester", None, person["name"])
    steps: list[Step] = [(applied, apply)]
    if end is State.WAITLISTED:
        return [
            *steps,
            (min(decided, world.ago(0.05)), become(end, "Enough people on this platform for now.")),
        ]
    if end is State.DECLINED:
        return [*steps, (decided, become(end, "Writes notes too seldom to notice sync."))]
    if end is State.APPLIED:
        return steps
    steps.append((decided, become(State.ACCEPTED)))
    if end is not State.ACCEPTED:
        steps.append((min(began, world.ago(0.5)), become(State.ACTIVE, by=self)))
    if end is State.WITHDRAWN:
        reason = world.random.choice(("", "No time at the moment.", "Changed jobs, no longer use it."))
        steps.append((min(left, world.ago(4)), become(end, reason, by=self)))
    if end is State.REMOVED:
        steps.append((min(left, world.ago(4)), become(end, "Shared screenshots in public.")))
    return steps


def _apply(work: Work, program_id: UUID, person: dict[str, Any]) -> UUID:
    work.actor = Actor("visitor", None, person["name"])
    answers = {name: person[name] for name in ("platform", "plan", "role", "how_often")}
    tester, _is_new = testers.ensure_tester(
        work, person["mail"], name=person["name"], attributes={**answers, "app_version": "2.0.412"}
    )
    work.session.flush()
    enrollment = enrolling.apply(work, program_id, tester, answers=answers)
    agreement = work.session.scalars(select(Agreement).where(Agreement.program_id == program_id)).one()
    consenting.sign(work, enrollment, tester, agreement, name=tester.name, address="203.0.113.7")
    return enrollment.id


def _finish(world: "World", work: Work, program_id: UUID) -> None:
    """When people were last seen, ids in the product, a few notes, views, invitations."""
    numbers = count(1001)
    places = work.session.execute(
        select(Enrollment, Tester)
        .join(Tester, Tester.id == Enrollment.tester_id)
        .where(Enrollment.program_id == program_id)
        .order_by(Tester.mail_key)
    ).all()
    active = [tester for place, tester in places if place.state is State.ACTIVE]
    silent = set(world.random.sample([tester.id for tester in active if tester.mail != ANA[1]], SILENT))
    for place, tester in places:
        if place.activated_at is not None:
            earliest = (world.now - place.activated_at).total_seconds() / 86400
            ago = world.random.uniform(7.2, 12) if tester.id in silent else world.random.expovariate(0.7)
            tester.seen_at = world.ago(min(ago, earliest))
    for tester in active:
        testers.add_identities(work, [(tester.id, f"aurora-{next(numbers)}")])
    work.actor = Actor("member", world.facts.get("owner_id"), "Mara Klein")
    for tester, text in zip(
        active,
        (
            "Runs a team of six on Team plan; good for the sharing survey.",
            "Very exact reports. Ask her first.",
        ),
        strict=False,
    ):
        testers.add_note(work, tester.id, text)
    _views(world, work, program_id)
    inviting.invite(work, program_queries.program(work.session, program_id).id, INVITED)


def _views(world: "World", work: Work, program_id: UUID) -> None:
    """More in the first days, as it goes."""
    weights = [1 / (1 + day * 0.12) * world.random.uniform(0.7, 1.3) for day in range(RECRUITING_DAYS)]
    counts = [round(VIEWS * weight / sum(weights)) for weight in weights]
    counts[0] += VIEWS - sum(counts)
    for day, number in enumerate(counts):
        work.add(
            ProgramVisit(program_id=program_id, day=world.ago(RECRUITING_DAYS - 1 - day).date(), count=number)
        )


def _weighted(world: "World", choices: dict[str, int]) -> str:
    return world.random.choices(list(choices), weights=list(choices.values()))[0]
