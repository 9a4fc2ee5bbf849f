"""Numbers as people read them: a score with its range, a bar. Pure.

Ranges are two-sided 90 %: each end is wrong at most about one time in twenty.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from betaops.statistics.bounded import mean_range
from betaops.statistics.intervals import wilson
from betaops.statistics.means import Counts, summary, t_range

ERROR = 0.05
#: Below this many answers a number says little, and the page says so.
FEW = 10


@dataclass(frozen=True)
class Score:
    """The one number of a question with its range, in the unit of `scale`.

    `shown` is percent, number, points (a signed whole number), spread (lowest and highest instead of a range)
    or price.
    """

    label: str
    value: float
    low: float
    high: float
    scale: tuple[float, float]
    shown: str


@dataclass(frozen=True)
class Bar:
    """How many people; `codes` are the answers in typed rows that put them here, none where it is not one question's.

    `share` is of all who answered, where each of them counts once.
    """

    label: str
    value: int
    role: str = "accent"
    codes: tuple[str, ...] = ()
    share: Score | None = None


def mean_score(label: str, counts: Counts, scale: tuple[float, float], shown: str = "number") -> Score:
    """A mean with Student's range, kept inside the scale.

    Where everybody agrees, or only one person answered, Student would claim to be certain: then the range is the
    bound for anything that may be scored between the ends.
    """
    mean, spread = summary(counts).mean, t_range(counts, ERROR)
    if spread is None:
        levels = sorted({*counts, *scale})
        spread = mean_range(levels, [counts.get(level, 0) for level in levels], ERROR)
    return Score(label, mean, max(scale[0], spread.low), min(scale[1], spread.high), scale, shown)


def share_score(label: str, yes: int, n: int) -> Score:
    """A share with Wilson's range."""
    low, high = wilson(yes, n, ERROR)
    return Score(label, yes / n, low, high, (0.0, 1.0), "percent")


def with_shares(bars: Sequence[Bar], n: int) -> tuple[Bar, ...]:
    """Each with its share of `n` people; several answers of one person may make them more than the whole."""
    return tuple(replace(bar, share=share_score(bar.label, bar.value, n) if n else None) for bar in bars)


def band(value: float, edges: Sequence[tuple[float, str]]) -> str:
    """The name of the band that a value lies in; edges are (from here on, name), the highest first."""
    return next((name for edge, name in edges if value >= edge), edges[-1][1])
