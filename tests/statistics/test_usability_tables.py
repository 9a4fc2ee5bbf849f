"""Figures that usability people know, as Tullis, Sauro and Lewis published them."""

import math

import pytest

from betaops.statistics.intervals import clopper_pearson, wilson
from betaops.statistics.means import summary, t_range


def test_tullis_four_of_five_completed_the_task() -> None:
    """Tullis (2008), of Tullis and Albert, Measuring the User Experience, p. 69: 0.6696, from 0.3596 to 0.9796.

    That is the adjusted Wald range. Ours has the same middle, and is the narrower one.
    """
    low, high = wilson(4, 5, 0.025)
    assert (low + high) / 2 == pytest.approx(0.6696, abs=1e-4)
    assert 0.3596 < low < high < 0.9796


def test_sauro_five_of_five_may_be_as_few_as_48_percent() -> None:
    """Sauro, "Are you lacking confidence?" (measuringu.com/conf_intervals): exact, 48 % to 100 %."""
    low, high = clopper_pearson(5, 5, 0.025)
    assert (round(low, 2), high) == (0.48, 1.0)


def test_sauros_six_task_times() -> None:
    """Sauro (2006), task time calculator: 55, 65, 75, 62, 45 and 135 s are 68 s on average, 46 to 101 s.

    By Student's range of the logarithms, turned back: a range of the geometric mean.
    """
    counts = {math.log(seconds): 1.0 for seconds in (55, 65, 75, 62, 45, 135)}
    found = t_range(counts, 0.025)
    assert found is not None
    assert round(math.exp(summary(counts).mean)) == 68
    assert [round(math.exp(end)) for end in found] == [46, 101]
