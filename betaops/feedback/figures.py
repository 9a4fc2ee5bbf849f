"""What a program's reports add up to: the numbers of its dashboard, as plain values. Pure."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from betaops.feedback.triage import WEIGHTS

WEEK = timedelta(days=7)
#: Weeks that the flow shows, the present one among them.
WEEKS = 12
#: States in which somebody still has to do something, by their names in the database.
_OPEN = frozenset({"new", "triaged", "in_progress"})


class Flow(StrEnum):
    """What a change of state means for the pile of open reports."""

    CAME = "came"
    SETTLED = "settled"
    REOPENED = "reopened"


class Move(NamedTuple):
    """One change of a report's state, with what the report weighs now."""

    at: datetime
    former: str | None
    state: str
    weight: float


@dataclass(frozen=True)
class Week:
    """Monday to Sunday (UTC): how many reports, and what they weigh together."""

    starts_on: date
    came: int = 0
    settled: int = 0
    reopened: int = 0
    came_weight: float = 0.0
    settled_weight: float = 0.0
    reopened_weight: float = 0.0


@dataclass(frozen=True)
class Slice:
    """Reports with something in common: how many, and of those that are open the grave ones and the impact."""

    key: str
    name: str
    reports: int
    open: int
    critical: int
    impact: float
    #: Those who could report (cohorts only).
    people: int = 0

    @property
    def per_hundred(self) -> float | None:
        """Reports for each hundred people; None where nobody knows how many there are."""
        return self.reports / self.people * 100 if self.people else None


@dataclass(frozen=True)
class Waits:
    """From a report to the first word its reporter heard from the team, in hours by the clock."""

    heard: int = 0
    #: Open, from somebody, and nobody has said anything yet.
    waiting: int = 0
    median: float | None = None
    ninetieth: float | None = None


@dataclass(frozen=True)
class Figures:
    kinds: Sequence[Slice] = field(default_factory=list)
    versions: Sequence[Slice] = field(default_factory=list)
    cohorts: Sequence[Slice] = field(default_factory=list)
    themes: Sequence[Slice] = field(default_factory=list)
    weeks: Sequence[Week] = field(default_factory=list)
    waits: Waits = field(default_factory=Waits)
    #: Settled reports with people behind them, and those of which the people were told.
    outcomes: int = 0
    told: int = 0
    #: Open, and nobody has touched them for long, or seen them in the newest version.
    stale: int = 0

    @property
    def reports(self) -> int:
        return sum(each.reports for each in self.kinds)

    @property
    def open(self) -> int:
        return sum(each.open for each in self.kinds)

    @property
    def critical(self) -> int:
        return sum(each.critical for each in self.kinds)

    @property
    def impact(self) -> float:
        return sum(each.impact for each in self.kinds)

    def to_json(self) -> dict[str, Any]:
        told = asdict(self)
        for week in told["weeks"]:
            week["starts_on"] = week["starts_on"].isoformat()
        return told

    @classmethod
    def of_json(cls, told: dict[str, Any]) -> "Figures":
        slices = {
            name: [Slice(**each) for each in told[name]]
            for name in ("kinds", "versions", "cohorts", "themes")
        }
        weeks = [
            Week(**{**each, "starts_on": date.fromisoformat(each["starts_on"])}) for each in told["weeks"]
        ]
        return cls(
            **slices,
            weeks=weeks,
            waits=Waits(**told["waits"]),
            outcomes=told["outcomes"],
            told=told["told"],
            stale=told["stale"],
        )


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def first_week(today: date) -> date:
    """The Monday with which the flow begins."""
    return monday(today) - (WEEKS - 1) * WEEK


def flow_of(former: str | None, state: str) -> Flow | None:
    """None for a step that neither adds to the open reports nor takes from them."""
    if former is None:
        return Flow.CAME
    if (former in _OPEN) == (state in _OPEN):
        return None
    return Flow.REOPENED if state in _OPEN else Flow.SETTLED


def weeks(moves: Iterable[Move], today: date) -> list[Week]:
    """The last `WEEKS`, oldest first, quiet ones too."""
    counts: Counter[tuple[date, Flow]] = Counter()
    weights: dict[tuple[date, Flow], float] = defaultdict(float)
    for move in moves:
        what = flow_of(move.former, move.state)
        if what is not None:
            key = (monday(move.at.date()), what)
            counts[key] += 1
            weights[key] += move.weight
    return [
        Week(
            week,
            *(counts[week, what] for what in Flow),
            *(round(weights[week, what], 1) for what in Flow),
        )
        for week in (first_week(today) + at * WEEK for at in range(WEEKS))
    ]


def weight(kind: str, severity: str | None) -> float:
    """What one report weighs by itself, as in `triage.impact`."""
    return WEIGHTS[severity or "minor"] if kind == "bug" else WEIGHTS[kind]


def waits(hours: Sequence[float], waiting: int) -> Waits:
    """Median and ninetieth percentile (nearest rank) of those who heard something."""
    if not hours:
        return Waits(0, waiting)
    return Waits(len(hours), waiting, _rank(hours, 0.5), _rank(hours, 0.9))


def _rank(values: Sequence[float], share: float) -> float:
    return round(sorted(values)[max(0, math.ceil(share * len(values)) - 1)], 2)
