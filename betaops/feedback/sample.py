"""The sample's feedback: some forty reports in three weeks, sorted as a team in the middle of it has them."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import orjson
from PIL import Image, ImageDraw
from sqlalchemy import select

from betaops.accounts import queries as account_queries
from betaops.enrollment.models import Enrollment, State, Tester
from betaops.feedback import queries, service
from betaops.feedback.models import OUTCOMES, Kind, Report, Severity
from betaops.feedback.models import State as ReportState
from betaops.kernel.work import Actor, Work
from betaops.programs import queries as program_queries

if TYPE_CHECKING:
    from betaops.accounts.sample import World

FILE = Path(__file__).parent / "sample_reports.json"
#: Version of the app that testers had, by how many days ago.
VERSIONS = ((6.0, "2.0-beta.3"), (13.0, "2.0-beta.2"), (99.0, "2.0-beta.1"))
#: By platform: user agent, window, screen.
DEVICES = {
    "iOS": (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile/15E148 Safari/604.1",
        "390 × 844 @ 3",
        "390 × 844",
    ),
    "Android": (
        "Mozilla/5.0 (Linux; Android 15; Pixel 8) Chrome/138.0.0.0 Mobile Safari/537.36",
        "412 × 915 @ 2.625",
        "412 × 915",
    ),
    "macOS": (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.5 Safari/605.1.15",
        "1440 × 789 @ 2",
        "1440 × 900",
    ),
    "Windows": (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0",
        "1536 × 730 @ 1.25",
        "1536 × 864",
    ),
    "Web": (
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "1280 × 720 @ 1",
        "1920 × 1080",
    ),
}

Step = tuple[datetime, Callable[[Work], None]]


#: Words in titles that make a report one of a theme's.
THEMES = {
    "Sync": ("sync", "offline", "two devices", "phone and laptop", "signing out"),
    "Import": ("import", "evernote", "onenote"),
    "Search": ("search", "umlauts"),
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """One report of the file, `days` ago. What `key` names, `same_as` of a duplicate refers to."""

    days: float
    kind: str
    title: str
    body: str
    key: str = ""
    severity: str | None = None
    steps: str = ""
    platform: str = "iOS"
    state: str = ReportState.NEW
    note: str = ""
    votes: int = 0
    #: Which of the members cares for it, by number.
    owner: int | None = None
    same_as: str = ""
    #: From the tester of `portal_url`, so that their portal has something to show.
    by_ana: bool = False
    has_picture: bool = False
    #: What was said, in order: ("team", "asks" (team, wants an answer), "tester" or "note", and the words).
    said: tuple[tuple[str, str], ...] = ()
    works: bool | None = None

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> "Told":
        return cls(**{**told, "said": tuple((voice, words) for voice, words in told.get("said", ()))})


class Person(NamedTuple):
    enrollment: Enrollment
    tester: Tester
    since: datetime


def plant(world: "World") -> None:
    """Reports, votes, conversations and outcomes, each at its moment."""
    program_id: UUID = world.facts["program_id"]
    with world.work() as work:
        if work.session.scalar(select(Report.id).where(Report.program_id == program_id).limit(1)) is not None:
            return
    with world.work() as work:
        people = _people(work, program_id, world.facts["tester_id"])
        members = [
            Actor("member", each.user.id, each.user.name) for each in account_queries.members(work.session)
        ]
        cast = Cast(people, members, Random(19))  # noqa: S311  # a sample, not a secret
        reports: dict[Told, Report] = {}
        everything = [Told.from_json(told) for told in orjson.loads(FILE.read_bytes())]
        steps = [step for told in everything for step in _steps(world, told, cast, program_id, reports)]
        for moment, step in sorted(steps, key=lambda item: item[0]):
            work.now = min(moment, world.now)
            step(work)
            work.session.flush()
        work.actor, work.now = cast.members[0], world.now
        _confirm_themes(work, program_id, reports)


class Cast(NamedTuple):
    """Who takes part: testers, members, and the dice."""

    people: Sequence[Person]
    members: Sequence[Actor]
    random: Random

    def somebody(self, told: Told, at: datetime) -> Person:
        there = [person for person in self.people if person.since < at]
        if told.by_ana:
            return self.people[0]
        fitting = [each for each in there[1:] if each.tester.attributes.get("platform") == told.platform]
        return self.random.choice(fitting or there[1:])

    def others(self, number: int, at: datetime, but: Person) -> list[Person]:
        there = [person for person in self.people[1:] if person.since < at and person is not but]
        return self.random.sample(there, min(number, len(there)))


def _confirm_themes(work: Work, program_id: UUID, reports: dict[Told, Report]) -> None:
    """What the team finds some of them to be about."""
    for theme, words in THEMES.items():
        about = [
            report.id for told, report in reports.items() if any(word in told.title.lower() for word in words)
        ]
        service.tag_reports(work, program_id, about, theme)


def _people(work: Work, program_id: UUID, ana_id: UUID) -> list[Person]:
    """Active testers, the one of `portal_url` first."""
    rows = work.session.execute(
        select(Enrollment, Tester)
        .join(Tester, Tester.id == Enrollment.tester_id)
        .where(Enrollment.program_id == program_id, Enrollment.state == State.ACTIVE)
        .order_by(Tester.mail_key)
    ).all()
    people = [Person(row[0], row[1], row[0].activated_at or row[0].applied_at) for row in rows]
    return sorted(people, key=lambda person: person.tester.id != ana_id)


def _steps(
    world: "World", told: Told, cast: Cast, program_id: UUID, reports: dict[Told, Report]
) -> list[Step]:
    """One report's way, as moments and what happens then."""
    born = world.ago(told.days)
    who = cast.somebody(told, born)
    age = world.now - born
    steps: list[Step] = [(born, lambda work: _write(work, told, who, program_id, reports))]
    for number, voter in enumerate(cast.others(told.votes, born, who), start=1):
        at = born + age * (number / (told.votes + 2)) * 0.6
        steps.append((at, lambda work, voter=voter: _vote(work, reports[told], voter)))  # type: ignore[misc]
    member = cast.members[(told.owner or 0) % len(cast.members)]
    if told.state != ReportState.NEW:
        steps.append((born + age * 0.1, lambda work: _sort(work, told, reports, member)))
    for number, (voice, words) in enumerate(told.said):
        at = born + age * 0.12 + timedelta(hours=3 * number)
        steps.append(
            (at, lambda work, voice=voice, words=words: _say(work, reports[told], who, member, voice, words))  # type: ignore[misc]
        )
    if told.state in OUTCOMES or told.same_as:
        steps.append((born + age * 0.7, lambda work: _settle(work, told, reports, cast.members[0])))
    if told.works is not None:
        steps.append((born + age * 0.9, lambda work: _try(work, reports[told], who, works=bool(told.works))))
    return steps


def _write(work: Work, told: Told, who: Person, program_id: UUID, reports: dict[Told, Report]) -> None:
    work.actor = Actor("tester", who.tester.id, who.tester.name)
    agent, viewport, screen = DEVICES[told.platform]
    draft = service.Draft(
        kind=Kind(told.kind),
        title=told.title,
        body=told.body,
        steps=told.steps,
        severity=Severity(told.severity) if told.severity else None,
        app_version=next(version for days, version in VERSIONS if told.days < days),
        told={"viewport": viewport, "screen": screen, "language": who.tester.locale},
        user_agent=agent,
        pictures=[service.Upload("screen.png", screenshot(told.title))] if told.has_picture else (),
    )
    program = program_queries.program(work.session, program_id)
    reports[told] = service.write(work, program, draft, enrollment=who.enrollment)


def _vote(work: Work, report: Report, voter: Person) -> None:
    if report.is_open:
        work.actor = Actor("tester", voter.tester.id, voter.tester.name)
        service.vote(work, report, voter.enrollment)


def _sort(work: Work, told: Told, reports: dict[Told, Report], member: Actor) -> None:
    work.actor = member
    report = reports[told]
    if told.owner is not None:
        report = service.amend(work, report, owner_id=member.id)
    is_begun = told.state == ReportState.IN_PROGRESS
    service.change_state(work, report, ReportState.IN_PROGRESS if is_begun else ReportState.TRIAGED)


def _say(work: Work, report: Report, who: Person, member: Actor, voice: str, words: str) -> None:
    work.actor = Actor("tester", who.tester.id, who.tester.name) if voice == "tester" else member
    if voice == "note":
        service.note(work, report, words)
    elif voice == "tester":
        service.answer(work, report, words)
    else:
        service.reply(work, report, words, asks=voice == "asks")


def _settle(work: Work, told: Told, reports: dict[Told, Report], member: Actor) -> None:
    work.actor = member
    if told.same_as:
        into = next(report for other, report in reports.items() if other.key == told.same_as)
        service.merge(work, reports[told], into)
    else:
        service.change_state(work, reports[told], ReportState(told.state), note=told.note)


def _try(work: Work, report: Report, who: Person, *, works: bool) -> None:
    work.actor = Actor("tester", who.tester.id, who.tester.name)
    if queries.vote_of(work.session, report.id, who.enrollment.id) is not None:
        service.check_fix(work, report, who.enrollment, works=works)


def screenshot(title: str) -> bytes:
    """A drawing of a phone's note list, so that reports have something to show."""
    image = Image.new("RGB", (390, 844), "#f6f5f2")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 390, 96), fill="#2f3a8f")
    draw.text((20, 56), "Aurora Notes", fill="white", font_size=24)
    draw.rounded_rectangle((20, 112, 370, 152), 10, fill="white", outline="#d9d6cf")
    draw.text((36, 122), "Search", fill="#8b8993", font_size=16)
    dice = Random(title)  # noqa: S311  # a drawing
    for row in range(7):
        top = 172 + row * 88
        draw.rounded_rectangle((20, top, 370, top + 76), 10, fill="white", outline="#e6e3dd")
        draw.rectangle((36, top + 16, 36 + dice.randint(120, 260), top + 28), fill="#3a3a44")
        draw.rectangle((36, top + 42, 36 + dice.randint(180, 310), top + 50), fill="#c9c6c0")
    draw.rounded_rectangle((40, 380, 350, 500), 14, fill="#fff4f2", outline="#b3261e", width=2)
    words = title.split()
    lines = [" ".join(words[start : start + 5]) for start in range(0, len(words), 5)][:3]
    draw.multiline_text((60, 402), "\n".join(lines), fill="#b3261e", font_size=17, spacing=8)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
