"""The sample's builds and tasks: three betas, a candidate, and four things that testers were asked to do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from sqlalchemy import select

from betaops.cohorts import queries as cohort_queries
from betaops.enrollment.models import Enrollment, State, Tester
from betaops.kernel.work import Actor, Work
from betaops.programs import queries as program_queries
from betaops.tasks import queries, service
from betaops.tasks.models import Build, OutcomeState, Task
from betaops.tasks.service import Said

if TYPE_CHECKING:
    from betaops.accounts.sample import World

SEED = 2031
#: Name, days ago of its release (None: a draft), what is new, what to try.
BUILDS: tuple[tuple[str, float | None, str, str], ...] = (
    ("2.0-beta.1", 20.0, "- The new editor\n- Sync over any connection", "Write as you always do."),
    (
        "2.0-beta.2",
        13.0,
        "- Import from Evernote and Apple Notes\n- Search finds text in pictures",
        "Bring your old notes along.",
    ),
    (
        "2.0-beta.3",
        6.0,
        "- Sharing works with people outside your team\n- Export keeps pictures\n- Sync goes on after a tunnel",
        "- Share a note with somebody who does not use Aurora\n- Export everything once",
    ),
    ("2.0-rc.1", None, "- Fixes only", ""),
)
#: What the sample's events call them; the newest version is used and not announced yet.
APP_VERSIONS = {"2.0-beta.2": "2.0.398", "2.0-beta.3": "2.0.409"}
#: After so many days a beta is taken away.
RETIRED_DAYS_AGO = {"2.0-beta.1": 6.0}


@dataclass(frozen=True, kw_only=True)
class Wave:
    """One round of a task: when it began, how many said something, and how that went (shares of 100)."""

    days_ago: float
    people: int
    completed: int
    blocked: int
    #: Median seconds; times of single people lie around it.
    seconds: float
    #: Chances of 1 … 7.
    ease: tuple[int, ...]
    stopped_by: tuple[str, ...]
    build: str | None = None
    #: What the tester of `portal_url` says; None: nothing yet.
    ana: OutcomeState | None = OutcomeState.COMPLETED


@dataclass(frozen=True, kw_only=True)
class Planned:
    title: str
    instructions: str
    why: str
    target_seconds: int
    waves: tuple[Wave, ...]
    cohort: str | None = None
    due_in_days: int | None = None
    outs: tuple[str, ...] = field(default=("I do not need this.", "No time this week.", ""))


TASKS = (
    Planned(
        title="Import your notes from another app",
        instructions="Take at least ten notes that you really have, from Evernote, Apple Notes or files.\n\n"
        "You are done when you find one of them again in Aurora Notes.",
        why="Nobody stays whose notes stay elsewhere: this is what most people do first.",
        target_seconds=300,
        waves=(
            Wave(
                days_ago=12.5, people=62, completed=82, blocked=12, seconds=170, ease=(1, 2, 4, 9, 22, 38, 24),
                stopped_by=("Evernote wants an export file, and I did not find where to get one.",
                            "It stopped at 40 % and nothing more happened.", "My folders were gone."),
            ),
        ),
    ),
    Planned(
        title="Share a note with somebody outside your team",
        instructions="Somebody who does not use Aurora Notes. You are done when they have read it.",
        why="Sharing is what people show to others. It failed for a third of you in beta 2.",
        target_seconds=120,
        due_in_days=8,
        waves=(
            Wave(
                days_ago=11.0, people=44, completed=55, blocked=36, seconds=105, ease=(6, 12, 18, 24, 22, 12, 6),
                build="2.0-beta.2", ana=OutcomeState.BLOCKED,
                stopped_by=("The link asks my sister for an account.", "The link opens an empty page on Android.",
                            "I could not find where to share."),
            ),
            Wave(
                days_ago=5.5, people=29, completed=88, blocked=6, seconds=58, ease=(1, 1, 3, 8, 20, 35, 32),
                build="2.0-beta.3", ana=None, stopped_by=("The link still asks for an account in one case.",),
            ),
        ),
    ),
    Planned(
        title="Find a note that you wrote last month",
        instructions="Without scrolling: use the search, by any word that you remember.",
        why="We want to know whether search is quicker than remembering where something is.",
        target_seconds=60,
        cohort="iOS pilot",
        waves=(
            Wave(
                days_ago=8.0, people=18, completed=86, blocked=8, seconds=24, ease=(0, 1, 3, 8, 18, 36, 34),
                stopped_by=("Search only found the title, not the text.",),
            ),
        ),
    ),
    Planned(
        title="Export everything and open it elsewhere",
        instructions="Settings, Export. Open the file in any other app and look whether your pictures are there.",
        why="Your notes are yours: leaving must work as well as staying.",
        target_seconds=240,
        due_in_days=8,
        waves=(
            Wave(
                days_ago=5.0, people=23, completed=64, blocked=18, seconds=190, ease=(2, 5, 10, 18, 28, 24, 13),
                build="2.0-beta.3",
                stopped_by=("The file was empty the first time.", "I do not know what opens a .zip on my phone."),
            ),
        ),
    ),
)  # fmt: skip

Step = tuple[datetime, Callable[[Work], None]]


class Person(NamedTuple):
    enrollment_id: UUID
    tester_id: UUID
    name: str
    since: datetime
    cohorts: frozenset[str]


class Cast:
    """Who takes part, what was made so far, and the dice."""

    def __init__(self, work: Work, world: "World") -> None:
        program_id: UUID = world.facts["program_id"]
        self.program = program_queries.program(work.session, program_id)
        self.member = Actor("member", world.facts.get("owner_id"), "Mara Klein")
        self.people = _people(work, program_id, world.facts["tester_id"])
        self.cohorts = {
            each.cohort.name: each.cohort.id for each in cohort_queries.cohorts(work.session, program_id)
        }
        self.builds: dict[str, Build] = {}
        self.tasks: dict[str, Task] = {}
        self.random = Random(SEED)  # noqa: S311  # a sample, not a secret


def plant(world: "World") -> None:
    """Builds and tasks, and what became of them, each at its moment."""
    with world.work() as work:
        if queries.builds(work.session, world.facts["product_id"]):
            return
        cast = Cast(work, world)
        steps = [
            *_building(world, cast),
            *(step for planned in TASKS for step in _asking(world, cast, planned)),
        ]
        for moment, step in sorted(steps, key=lambda each: each[0]):
            work.now = min(moment, world.now)
            step(work)


def _people(work: Work, program_id: UUID, ana_id: UUID) -> list[Person]:
    """Active testers, the one of `portal_url` first."""
    rows = work.session.execute(
        select(Enrollment.id, Tester.id, Tester.name, Enrollment.activated_at, Enrollment.applied_at)
        .join(Tester, Tester.id == Enrollment.tester_id)
        .where(Enrollment.program_id == program_id, Enrollment.state == State.ACTIVE)
        .order_by(Tester.mail_key)
    ).all()
    cohorts = cohort_queries.names_by_tester(work.session, program_id, [row[1] for row in rows])
    people = [Person(*row[:3], row[3] or row[4], frozenset(cohorts.get(row[1], ()))) for row in rows]
    return sorted(people, key=lambda person: person.tester_id != ana_id)


def _building(world: "World", cast: Cast) -> list[Step]:
    steps: list[Step] = []
    for name, days_ago, notes, to_try in BUILDS:
        at = world.ago(days_ago if days_ago is not None else 1.0)

        def make(
            work: Work,
            name: str = name,
            notes: str = notes,
            to_try: str = to_try,
            out: bool = days_ago is not None,
        ) -> None:
            work.actor = cast.member
            build = service.add_build(
                work, cast.program.product_id, name=name, notes=notes, to_try=to_try,
                url="https://aurora.example/beta", app_version=APP_VERSIONS.get(name, ""),
            )  # fmt: skip
            cast.builds[name] = build
            if out:
                service.release(work, build.id)

        steps.append((at, make))
    for name, days_ago in RETIRED_DAYS_AGO.items():
        steps.append((world.ago(days_ago), lambda work, name=name: _retire(work, cast, name)))  # type: ignore[misc]
    return steps


def _retire(work: Work, cast: Cast, name: str) -> None:
    work.actor = cast.member
    service.retire(work, cast.builds[name].id)


def _asking(world: "World", cast: Cast, planned: Planned) -> list[Step]:
    """A task's way: it is asked, people say what became of it, and it is asked again."""
    steps: list[Step] = []
    for number, wave in enumerate(planned.waves):
        begins = world.ago(wave.days_ago)
        ends = world.ago(planned.waves[number + 1].days_ago) if number + 1 < len(planned.waves) else world.now
        steps.append((begins, lambda work, n=number: _begin(work, cast, planned, n, world.now)))  # type: ignore[misc]
        for person in _chosen(cast, planned, wave, begins):
            # Most of them soon, some late.
            at = begins + (ends - begins) * min(0.98, cast.random.betavariate(1.3, 3.0))
            said = _said(cast.random, wave, planned, at, is_ana=person is cast.people[0])
            if said is not None:
                steps.append(
                    (at, lambda work, person=person, said=said: _say(work, cast, planned, person, said))  # type: ignore[misc]
                )
    return steps


def _begin(work: Work, cast: Cast, planned: Planned, number: int, now: datetime) -> None:
    work.actor = cast.member
    wave = planned.waves[number]
    build_id = cast.builds[wave.build].id if wave.build else None
    if number:
        service.move_on(work, cast.tasks[planned.title].id, build_id=build_id, is_retest=True)
        return
    draft = service.Draft(
        title=planned.title,
        instructions=planned.instructions,
        why=planned.why,
        url="https://app.aurora.example",
        target_seconds=planned.target_seconds,
        due_on=(now + timedelta(days=planned.due_in_days)).date() if planned.due_in_days else None,
        cohort_id=cast.cohorts[planned.cohort] if planned.cohort else None,
        build_id=build_id,
    )
    cast.tasks[planned.title] = service.write(work, cast.program, draft)
    service.publish(work, cast.tasks[planned.title].id)


def _chosen(cast: Cast, planned: Planned, wave: Wave, begins: datetime) -> Sequence[Person]:
    """Ana first, then whom the dice take of those who are asked and were there."""
    ana = cast.people[0]
    there = [
        each
        for each in cast.people[1:]
        if each.since < begins and (planned.cohort is None or planned.cohort in each.cohorts)
    ]
    return [ana, *cast.random.sample(there, min(wave.people - 1, len(there)))]


def _said(random: Random, wave: Wave, planned: Planned, at: datetime, *, is_ana: bool) -> Said | None:
    roll = random.uniform(0, 100)
    state = OutcomeState.OPTED_OUT
    if roll < wave.completed + wave.blocked:
        state = OutcomeState.COMPLETED if roll < wave.completed else OutcomeState.BLOCKED
    seconds = wave.seconds * random.lognormvariate(0, 0.55)
    ease = random.choices(range(1, 8), wave.ease)[0] if random.random() < 0.8 else None
    is_timed, words = random.random() < 0.7, random.choice(wave.stopped_by)
    reason = random.choice(planned.outs)
    if is_ana:
        if wave.ana is None:
            return None
        state, is_timed = wave.ana, True
    is_timed = is_timed and state is not OutcomeState.OPTED_OUT
    return Said(
        state=state,
        note={OutcomeState.BLOCKED: words, OutcomeState.OPTED_OUT: reason}.get(state, ""),
        ease=ease if state is OutcomeState.COMPLETED else None,
        started_at=at - timedelta(seconds=round(seconds)) if is_timed else None,
    )


def _say(work: Work, cast: Cast, planned: Planned, person: Person, said: Said) -> None:
    work.actor = Actor("tester", person.tester_id, person.name)
    service.record(work, cast.tasks[planned.title].id, person.enrollment_id, said)
