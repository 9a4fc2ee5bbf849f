"""Problems that are probably still out there: forecasts with what they assume, never a reason to ship or to stop."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from betaops.statistics import discovery
from betaops.statistics.discovery import Growth, Unfound

#: Points of the drawn curve at most.
MOST_POINTS = 60
#: What lies ahead in the forecast.
AHEAD = timedelta(days=7)


class Problem(NamedTuple):
    """A bug that was reported: when, how many testers stand behind it, how bad it is, and when it was mended."""

    found_at: datetime
    people: int
    severity: str | None = None
    mended_at: datetime | None = None


class Forecast(NamedTuple):
    found: int
    people: int
    unfound: Unfound
    growth: Growth | None
    #: How many more will probably be found in a week.
    next_week: float | None
    #: For the drawing: which share of all problems so many people meet.
    points: list[dict[str, Any]]

    @property
    def known(self) -> tuple[float, float]:
        """Which share of all problems is known: from, to."""
        reach = discovery.likely_share(self.found, self.unfound)
        return min(1.0, reach.low), min(1.0, reach.high)


def forecast(problems: Sequence[Problem], people: int, *, began: datetime, now: datetime) -> Forecast | None:
    """None where nobody looked, or nothing was found.

    `people` are the testers who began; `began` is when the first of them could find anything.
    """
    found_by = [min(each.people, people) for each in problems if each.people > 0]
    if not people or not found_by:
        return None
    unfound = discovery.chao(found_by, people)
    watched = _days(now - began)
    grown = discovery.growth(
        [days for each in problems if 0 < (days := _days(each.found_at - began)) <= watched], watched
    )
    return Forecast(
        found=len(found_by),
        people=people,
        unfound=unfound,
        growth=grown,
        next_week=grown.expected(_days(AHEAD)) if grown is not None else None,
        points=_points(found_by, people, unfound),
    )


def _points(found_by: Sequence[int], people: int, unfound: Unfound) -> list[dict[str, Any]]:
    sizes = sorted({*range(1, people + 1, max(1, people // MOST_POINTS)), people})
    found = discovery.curve(found_by, people, sizes)
    return [{"x": size, "y": min(1.0, met / unfound.total)} for size, met in zip(sizes, found, strict=True)]


def _days(span: timedelta) -> float:
    return span.total_seconds() / 86_400
