"""Van Westendorp's price sensitivity meter: four prices a person, four curves, four crossings. Pure."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.surveys.analysis.scales import ERROR, Score
from betaops.surveys.definition import Element
from betaops.surveys.instruments.base import (
    Curve,
    Instrument,
    Item,
    Misfit,
    Pattern,
    Point,
    Reading,
    items,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

#: Resamples behind each range, and their seed: equal answers give equal ranges.
DRAWS, SEED = 200, 20260101
#: Prices that curves are computed at, and points that a drawing has.
MOST_PRICES, MOST_POINTS = 2000, 80
TOO_CHEAP, CHEAP, EXPENSIVE, TOO_EXPENSIVE = range(4)
#: Which falling and which rising curve cross at each point (van Westendorp 1976).
CROSSINGS = {
    "pmc": (TOO_CHEAP, EXPENSIVE),
    "opp": (TOO_CHEAP, TOO_EXPENSIVE),
    "idp": (CHEAP, EXPENSIVE),
    "pme": (CHEAP, TOO_EXPENSIVE),
}


def is_consistent(answer: Sequence[float]) -> bool:
    """Too cheap below cheap below expensive below too expensive."""
    return all(low < high for low, high in pairwise(answer))


class Meter:
    """Consistent answers (four prices each) with how many people gave them."""

    def __init__(self, answers: Sequence[Sequence[float]], counts: Sequence[int]) -> None:
        import numpy as np

        table = np.array(answers, dtype=float)
        self.counts = np.array(counts, dtype=float)
        prices = np.unique(table)
        if len(prices) > MOST_PRICES:
            prices = np.unique(np.quantile(prices, np.linspace(0, 1, MOST_PRICES)))
        self.prices = prices
        self._places = [np.minimum(np.searchsorted(prices, column), len(prices) - 1) for column in table.T]

    def curves(self, counts: "Vector") -> list["Vector"]:
        """Shares at each price: falling for too cheap and cheap, rising for expensive and too expensive."""
        import numpy as np

        n, size = counts.sum(), len(self.prices)
        found = []
        for which, places in enumerate(self._places):
            at = np.bincount(places, weights=counts, minlength=size)
            rising = np.cumsum(at)
            found.append((n - rising + at if which <= CHEAP else rising) / n)
        return found

    def points(self, counts: "Vector") -> dict[str, float]:
        """The four crossings by linear interpolation between neighbouring prices."""
        curves = self.curves(counts)
        return {name: self._crossing(curves[down], curves[up]) for name, (down, up) in CROSSINGS.items()}

    def _crossing(self, falling: "Vector", rising: "Vector") -> float:
        import numpy as np

        gap = falling - rising
        at = int(np.argmax(gap <= 0))  # the last price has all of the rising curve below it, so there is one
        if at == 0:
            return float(self.prices[0])
        share = gap[at - 1] / (gap[at - 1] - gap[at])
        return float(self.prices[at - 1] + share * (self.prices[at] - self.prices[at - 1]))

    def ranges(self) -> dict[str, tuple[float, float]]:
        """Percentile bootstrap over people."""
        import numpy as np

        random = np.random.default_rng(SEED)
        drawn = random.multinomial(int(self.counts.sum()), self.counts / self.counts.sum(), size=DRAWS)
        found = [self.points(each.astype(float)) for each in drawn]
        ends = {name: np.quantile([each[name] for each in found], [ERROR, 1 - ERROR]) for name in CROSSINGS}
        return {name: (float(low), float(high)) for name, (low, high) in ends.items()}


def _fit(element: Element, language: str) -> tuple[Item, ...]:
    found = items(element, language)
    if len(found) != 4 or not all(item.is_number for item in found):
        raise Misfit(
            _("Van Westendorp needs four number questions: too cheap, cheap, expensive, too expensive, in this order.")
        )  # fmt: skip
    return found


def _read(asked: Sequence[Item], patterns: Sequence[Pattern]) -> Reading:
    known: list[tuple[list[float], int]] = []
    left_out = 0
    for cells, count in patterns:
        prices = [float(cell) for cell in cells if isinstance(cell, int | float)]
        if len(prices) == 4 and is_consistent(prices):
            known.append((prices, count))
        else:
            left_out += count
    if not known:
        return Reading(0, left_out=left_out)
    known.sort()
    meter = Meter([prices for prices, _count in known], [count for _prices, count in known])
    points, ranges = meter.points(meter.counts), meter.ranges()
    ends = (float(meter.prices[0]), float(meter.prices[-1]))
    labels = {
        "opp": _("Optimal price"),
        "idp": _("Indifference price"),
        "pmc": _("Lowest acceptable price"),
        "pme": _("Highest acceptable price"),
    }
    scores = tuple(_score(label, points[name], ranges[name], ends) for name, label in labels.items())
    return Reading(
        sum(count for _prices, count in known),
        scores,
        left_out,
        notes=(
            _(
                "At the optimal price (OPP) as many find it too cheap as too expensive, at the indifference price (IDP) "
                "as many cheap as expensive. Acceptable is from the point of marginal cheapness (PMC) to that of marginal "
                "expensiveness (PME)."
            ),
            _("Answers that are not in rising order are left out."),
        ),
        curves=_drawn(meter),
    )


def _score(label: str, price: float, spread: tuple[float, float], ends: tuple[float, float]) -> Score:
    """Few people's resamples may all miss their own crossing; a range must hold it."""
    return Score(label, price, min(spread[0], price), max(spread[1], price), ends, "price")


def _drawn(meter: Meter) -> tuple[Curve, ...]:
    import numpy as np

    labels = (_("Too cheap"), _("Cheap"), _("Expensive"), _("Too expensive"))
    kept = np.unique(np.linspace(0, len(meter.prices) - 1, MOST_POINTS).round().astype(int))
    return tuple(
        Curve(label, tuple(Point(float(meter.prices[at]), float(curve[at])) for at in kept))
        for label, curve in zip(labels, meter.curves(meter.counts), strict=True)
    )


VAN_WESTENDORP = Instrument(
    "van_westendorp",
    _l("Price sensitivity (van Westendorp)"),
    _l("Which prices people would pay. Four prices a person."),
    _l("van Westendorp 1976; ranges: bootstrap over people"),
    _fit,
    _read,
)
