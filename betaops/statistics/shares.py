"""Two shares, and tables of counts."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from betaops.statistics.intervals import wilson
from betaops.statistics.means import Difference


def newcombe(yes_before: int, n_before: int, yes_after: int, n_after: int, error: float) -> Difference:
    """The difference of two shares of different people (Newcombe 1998, hybrid score, method 10).

    Its p-value is that of the score test without continuity correction.
    """
    if not n_before or not n_after:
        raise ValueError("a share needs somebody")
    before, after = yes_before / n_before, yes_after / n_after
    first, second = wilson(yes_before, n_before, error), wilson(yes_after, n_after, error)
    value = after - before
    low = value - math.hypot(after - second.low, first.high - before)
    high = value + math.hypot(second.high - after, before - first.low)
    pooled = (yes_before + yes_after) / (n_before + n_after)
    deviation = math.sqrt(pooled * (1 - pooled) * (1 / n_before + 1 / n_after))
    chance = math.erfc(abs(value) / deviation / math.sqrt(2)) if deviation else 1.0
    return Difference(value, max(-1.0, low), min(1.0, high), chance)


def mcnemar(both: int, only_before: int, only_after: int, neither: int, error: float) -> Difference:
    """The same people's share before and after. Range: Newcombe (1998, paired, method 10); p-value: exact McNemar.

    `both` said yes twice, `only_before` and `only_after` once, `neither` never.
    """
    n = both + only_before + only_after + neither
    if min(both, only_before, only_after, neither) < 0 or not n:
        raise ValueError("a share needs somebody, and counts cannot be negative")
    value = (only_after - only_before) / n
    first = wilson(both + only_before, n, error)
    second = wilson(both + only_after, n, error)
    before, after = (both + only_before) / n, (both + only_after) / n
    together = _together(both, only_before, only_after, neither)
    down, up = after - second.low, first.high - before
    low = value - math.sqrt(max(0.0, down**2 - 2 * together * down * up + up**2))
    down, up = before - first.low, second.high - after
    high = value + math.sqrt(max(0.0, down**2 - 2 * together * down * up + up**2))
    return Difference(value, max(-1.0, low), min(1.0, high), _sign_test(only_before, only_after))


def _together(both: int, only_before: int, only_after: int, neither: int) -> float:
    """Newcombe's corrected correlation of the two answers (φ, his method 10)."""
    margins = (both + only_before) * (only_after + neither) * (both + only_after) * (only_before + neither)
    if not margins:
        return 0.0
    cross: float = both * neither - only_before * only_after
    n = both + only_before + only_after + neither
    if cross > 0:
        cross = max(cross - n / 2, 0)
    return cross / math.sqrt(margins)


def _sign_test(some: int, others: int) -> float:
    changed = some + others
    if not changed:
        return 1.0
    from scipy.special import bdtr

    return min(1.0, 2 * float(bdtr(min(some, others), changed, 0.5)))


class Independence(NamedTuple):
    """Pearson's chi-square with its p-value, and Cramér's V: 0 nothing in common, 1 one tells the other."""

    statistic: float
    degrees: int
    chance: float
    strength: float


def chi_square(table: Sequence[Sequence[int]]) -> Independence | None:
    """Whether rows and columns have something to do with each other.

    None where expected counts do not allow it (Cochran 1954): one below 1, or more than a fifth below 5.
    Empty rows and columns are left out.
    """
    rows = [list(row) for row in table if sum(row)]
    columns = [at for at in range(len(rows[0]) if rows else 0) if sum(row[at] for row in rows)]
    rows = [[row[at] for at in columns] for row in rows]
    if len(rows) < 2 or len(columns) < 2:
        return None
    n = sum(map(sum, rows))
    across = [sum(row[at] for row in rows) for at in range(len(columns))]
    expected = [[sum(row) * total / n for total in across] for row in rows]
    every = [value for row in expected for value in row]
    if min(every) < 1 or sum(value < 5 for value in every) > len(every) / 5:
        return None
    statistic = math.fsum(
        (seen - wanted) ** 2 / wanted
        for seen_row, wanted_row in zip(rows, expected, strict=True)
        for seen, wanted in zip(seen_row, wanted_row, strict=True)
    )
    from scipy.special import chdtrc

    degrees = (len(rows) - 1) * (len(columns) - 1)
    strength = math.sqrt(statistic / n / (min(len(rows), len(columns)) - 1))
    return Independence(statistic, degrees, float(chdtrc(degrees, statistic)), strength)
