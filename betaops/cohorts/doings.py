"""How often somebody did something and when, and what rules ask of that. Pure.

Days are those of UTC, as they are counted; today is the first of "the last 7 days". Who never did a thing did
it 0 times.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from betaops.kernel.i18n import gettext as _

#: What asks how many times; with `days`, how many times in the last days.
COUNTING = frozenset({"at_least", "more_than", "at_most", "less_than", "is"})
#: What asks when it was done last.
RECENCY = frozenset({"in_last_days", "not_in_last_days"})
OPERATORS = COUNTING | RECENCY | {"is_set", "is_not_set"}
_MOST_TIMES = 1_000_000
MOST_DAYS = 3_650


@dataclass(frozen=True)
class Doings:
    """What one person did of one kind: (day, how many times)."""

    days: tuple[tuple[date, int], ...]

    @classmethod
    def of(cls, days: Iterable[tuple[date, int]]) -> "Doings":
        return cls(tuple(days))

    def since(self, first: date) -> int:
        """How many times from this day on."""
        return sum(times for day, times in self.days if day >= first)

    @property
    def times(self) -> int:
        return sum(times for _day, times in self.days)


NEVER = Doings(())
_HOLDS: dict[str, Callable[[int, float], bool]] = {
    "at_least": lambda times, limit: times >= limit,
    "more_than": lambda times, limit: times > limit,
    "at_most": lambda times, limit: times <= limit,
    "less_than": lambda times, limit: times < limit,
    "is": lambda times, limit: times == limit,
}


def compiled(operator: str, wanted: Any, days: int | None) -> Callable[[Any, datetime], bool]:
    """The test of one fact, with what `problem` found nothing wrong with."""
    if operator == "is_set":
        return lambda fact, now: _known(fact).times > 0
    if operator == "is_not_set":
        return lambda fact, now: _known(fact).times == 0
    if operator in RECENCY:
        distance, recent = int(wanted), operator == "in_last_days"
        return lambda fact, now: (
            _known(fact).times > 0 and (_known(fact).since(first_of(distance, now)) > 0) is recent
        )
    holds, limit = _HOLDS[operator], float(wanted)
    if days is None:
        return lambda fact, now: holds(_known(fact).times, limit)
    span = days
    return lambda fact, now: holds(_known(fact).since(first_of(span, now)), limit)


def first_of(days: int, now: datetime) -> date:
    """The first of the last `days` days."""
    return now.date() - timedelta(days=days - 1)


def _known(fact: Any) -> Doings:
    return fact if isinstance(fact, Doings) else NEVER


def problem(operator: str, wanted: Any, days: Any) -> str | None:
    """Why these cannot stand behind `operator`, as a sentence; None if they can."""
    if operator in RECENCY and not _is_whole(wanted, 1, MOST_DAYS):
        return _("Write a number of days from 1 to %(most)s.", most=MOST_DAYS)
    if operator in COUNTING and not _is_whole(wanted, 0, _MOST_TIMES):
        return _("Write how many times, as a whole number.")
    if days is None:
        return None
    if operator not in COUNTING:
        return _("This comparison looks back by itself. Leave the days out.")
    if not isinstance(days, int) or not _is_whole(days, 1, MOST_DAYS):
        return _("Write a number of days from 1 to %(most)s.", most=MOST_DAYS)
    return None


def _is_whole(value: Any, least: int, most: int) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return False
    text = str(value).strip()
    return text.isdecimal() and text.isascii() and len(text) < 10 and least <= int(text) <= most
