"""One survey at two times: the same people paired, others as two samples. Pure.

A scale is compared by its mean, a choice by the share of each answer. Questions that take several answers are not
compared: pairs of their rows do not say who chose what.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from betaops.statistics.means import Difference, paired, welch
from betaops.statistics.shares import mcnemar, newcombe
from betaops.surveys.analysis.crosstabs import Side
from betaops.surveys.analysis.scales import ERROR, FEW

Place = tuple[UUID, str]


@dataclass(frozen=True)
class Change:
    """One number then and now. `is_share`: of people, else a mean. `n` are people before and after."""

    label: str
    n: tuple[int, int]
    before: float
    after: float
    difference: Difference | None
    is_share: bool

    @property
    def is_thin(self) -> bool:
        return min(self.n) < FEW

    @property
    def is_clear(self) -> bool:
        """Whether the range of the difference is on one side of nought."""
        return self.difference is not None and (self.difference.low > 0 or self.difference.high < 0)


@dataclass(frozen=True)
class Compared:
    """One question: changes of the same people, and of different ones."""

    side: Side
    same: tuple[Change, ...]
    others: tuple[Change, ...]


def compare(
    sides: Iterable[Side],
    pairs: Iterable[Any],
    before: Iterable[Any],
    after: Iterable[Any],
    *,
    smallest: int = 0,
) -> list[Compared]:
    """Rows as `queries.paired` and `queries.fresh` give them. Groups of fewer than `smallest` people are left out."""
    together: dict[Place, list[Any]] = defaultdict(list)
    for question_id, row, *rest in pairs:
        together[question_id, row].append(rest)
    then, now = _grouped(before), _grouped(after)
    found = []
    for side in sides:
        place = (side.question_id, side.row)
        same = () if side.is_several else _same(side, together.get(place, []))
        others = () if side.is_several else _others(side, then.get(place, {}), now.get(place, {}))
        kept = [tuple(each for each in changes if min(each.n) >= smallest) for changes in (same, others)]
        if any(kept):
            found.append(Compared(side, kept[0], kept[1]))
    return found


def _grouped(rows: Iterable[Any]) -> Mapping[Place, Counter[tuple[str, float | None]]]:
    found: dict[Place, Counter[tuple[str, float | None]]] = defaultdict(Counter)
    for question_id, row, code, number, count in rows:
        found[question_id, row][code, number] += count
    return found


def _same(side: Side, rows: Sequence[Any]) -> tuple[Change, ...]:
    if is_scale(side):
        return _same_scale(rows)
    n = sum(row[-1] for row in rows)
    if not n:
        return ()
    return tuple(_moved(code, label, rows, n) for code, label in side.answers)


def _same_scale(rows: Sequence[Any]) -> tuple[Change, ...]:
    steps, first, second = Counter[float](), Counter[float](), Counter[float]()
    for code, number, other_code, other_number, count in rows:
        before, after = _number(code, number), _number(other_code, other_number)
        if before is not None and after is not None:
            steps[after - before] += count
            first[before] += count
            second[after] += count
    n = steps.total()
    if not n:
        return ()
    return (Change("", (n, n), _mean(first), _mean(second), paired(steps, ERROR), is_share=False),)


def _number(code: str, number: float | None) -> float | None:
    """An answer's number; choices with numbers for values have it in their code alone."""
    if number is not None:
        return number
    try:
        return float(code)
    except ValueError:
        return None


def _moved(code: str, label: str, rows: Sequence[Any], n: int) -> Change:
    cells: Counter[tuple[bool, bool]] = Counter()
    for before, _number, after, _other, count in rows:
        cells[before == code, after == code] += count
    both, left, came = cells[True, True], cells[True, False], cells[False, True]
    difference = mcnemar(both, left, came, n - both - left - came, ERROR)
    return Change(label, (n, n), (both + left) / n, (both + came) / n, difference, is_share=True)


def _others(
    side: Side, before: Mapping[tuple[str, float | None], int], after: Mapping[tuple[str, float | None], int]
) -> tuple[Change, ...]:
    if is_scale(side):
        first, second = _by_number(before), _by_number(after)
        if not first or not second:
            return ()
        sizes = (first.total(), second.total())
        return (Change("", sizes, _mean(first), _mean(second), welch(first, second, ERROR), is_share=False),)
    n = (sum(before.values()), sum(after.values()))
    if not all(n):
        return ()
    first_codes, second_codes = _by_code(before), _by_code(after)
    return tuple(
        Change(
            label, n, first_codes[code] / n[0], second_codes[code] / n[1],
            newcombe(first_codes[code], n[0], second_codes[code], n[1], ERROR), is_share=True,
        )
        for code, label in side.answers
    )  # fmt: skip


def is_scale(side: Side) -> bool:
    """Whether its answers are three or more numbers, so that a mean says something."""
    try:
        numbers = [float(code) for code, _label in side.answers]
    except ValueError:
        return False
    return len(numbers) > 2


def _by_number(counted: Mapping[tuple[str, float | None], int]) -> Counter[float]:
    found: Counter[float] = Counter()
    for (code, number), count in counted.items():
        value = _number(code, number)
        if value is not None:
            found[value] += count
    return found


def _by_code(counted: Mapping[tuple[str, float | None], int]) -> Counter[str]:
    found: Counter[str] = Counter()
    for (code, _number), count in counted.items():
        found[code] += count
    return found


def _mean(counts: Mapping[float, int]) -> float:
    return sum(value * count for value, count in counts.items()) / sum(counts.values())
