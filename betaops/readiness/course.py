"""How adoption and retention went day by day: a curve of everybody, those whose days are not over among them.

It is for looking at. Verdicts go by the people whose days are over.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import ngettext
from betaops.readiness.figures import Unit, span
from betaops.readiness.measures import Measure
from betaops.statistics.survival import Left, Wait, kaplan_meier

#: Days that are drawn and listed at most; the last one always is.
MOST_POINTS = 60


class Point(NamedTuple):
    """Shares are from 0 to 1; `people` could be watched on that day."""

    x: int
    y: float
    low: float
    high: float
    people: int

    @property
    def range(self) -> str:
        return span(self.low, self.high, Unit.SHARE)


class Course(NamedTuple):
    title: str
    points: Sequence[Point]
    #: Where the line turns: in steps, since nothing happens between two days.
    corners: Sequence[Point]
    #: What it rests on, as sentences.
    lines: Sequence[str]


def of_reading(measure: Measure, sample: Mapping[str, Any], confidence: float) -> Course | None:
    """From a reading's sample; None where it is no matter of days, or nobody had a whole day yet."""
    waits = [Wait(*each) for each in sample.get("waits", ())]
    if not waits or measure.course is None:
        return None
    error = round(1 - confidence, 9)
    points = _thinned([_point(left, falls=measure.falls) for left in kaplan_meier(waits, error)])
    return Course(
        title=str(measure.course),
        points=points,
        corners=_corners(points, 1.0 if measure.falls else 0.0),
        lines=_lines(measure, waits, sample.get("excluded", {}).get("not_elapsed", 0)),
    )


def _point(left: Left, *, falls: bool) -> Point:
    if falls:
        return Point(int(left.time), left.share, left.low, left.high, left.watched)
    return Point(int(left.time), 1 - left.share, 1 - left.high, 1 - left.low, left.watched)


def _thinned(points: Sequence[Point]) -> Sequence[Point]:
    every = -(-len(points) // MOST_POINTS)
    return [point for at, point in enumerate(reversed(points)) if at % every == 0][::-1]


def _corners(points: Sequence[Point], start: float) -> list[Point]:
    last = Point(0, start, start, start, points[0].people)
    corners = [last]
    for point in points:
        corners += [last._replace(x=point.x), point]
        last = point
    return corners


def _lines(measure: Measure, waits: Sequence[Wait], not_over: int) -> list[str]:
    lines = [
        ngettext(
            "From %(num)s person, for the days that are over (Kaplan and Meier 1958).",
            "From %(num)s people, each for the days that are over (Kaplan and Meier 1958).",
            sum(wait.had + wait.lost for wait in waits),
        )
    ]
    if not_over:
        lines.append(
            _("Whoever has not been there for all of these days is in the curve, and not in the verdict.")
        )
    if measure.falls:
        lines.append(
            _(
                "Whoever stays away for a week is gone in this curve, also when they come back later; "
                "the verdict asks only about the week from its day on."
            )
        )
    lines.append(
        _(
            "The band is the range of each day alone (log-log), without paying for daily looks. It decides nothing."
        )
    )
    return lines
