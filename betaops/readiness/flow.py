"""Problems as they come in and are mended, week by week, each with the weight of its severity."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from betaops.feedback.triage import WEIGHTS
from betaops.readiness.unfound import Problem

WEEK = timedelta(days=7)
#: The last so many weeks are told.
MOST_WEEKS = 26


class Week(NamedTuple):
    """Weights, not numbers: a blocker counts for eight trivial ones."""

    starts_on: date
    came: float
    mended: float
    #: What stood open at its end.
    open: float


def weeks(problems: Sequence[Problem], today: date) -> list[Week]:
    """From the week of the first problem to the present one; the open weight counts all that came before as well."""
    if not problems:
        return []
    first = _monday(min(each.found_at.date() for each in problems))
    found = []
    week = first
    while week <= today:
        until = week + WEEK
        came = [each for each in problems if week <= each.found_at.date() < until]
        mended = [each for each in problems if each.mended_at and week <= each.mended_at.date() < until]
        still = [
            each
            for each in problems
            if each.found_at.date() < until and (each.mended_at is None or each.mended_at.date() >= until)
        ]
        found.append(Week(week, _weight(came), _weight(mended), _weight(still)))
        week = until
    return found[-MOST_WEEKS:]


def _weight(problems: Sequence[Problem]) -> float:
    return sum(WEIGHTS[each.severity or "minor"] for each in problems)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
