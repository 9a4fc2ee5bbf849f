import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from betaops.statistics.discovery import chao, curve, growth, likely_share

#: NIST/SEMATECH e-Handbook, 8.1.7.2 and 8.4.5.2: hours of ten failures of a system watched for 1500.
NIST = [5, 40, 43, 175, 389, 712, 747, 795, 1299, 1478]


def test_the_growth_of_nists_system() -> None:
    found = growth(NIST, 1500)
    assert found is not None
    assert found.shape == pytest.approx(1 - 0.5165, abs=1e-4)
    assert found.scale == pytest.approx(0.2913, abs=1e-4)
    assert found.spacing == pytest.approx(310.234, abs=1e-3)
    assert found.expected(0) == 0
    assert found.expected(1500) == pytest.approx(10 * (2**found.shape - 1))


def test_two_problems_make_no_trend() -> None:
    assert growth([3, 9], 10) is None
    assert growth([10, 10, 10], 10) is None
    with pytest.raises(ValueError, match="after 0"):
        growth([0, 3, 4], 10)


def test_problems_met_once_tell_of_those_nobody_met() -> None:
    found = chao([1] * 10 + [2] * 5 + [3] * 4, 30)
    assert found.total == pytest.approx(19 + 29 / 30 * 10 * 9 / 12)
    assert 19 < found.low < found.total < found.high
    assert likely_share(19, found).high == pytest.approx(19 / found.low)


def test_what_everybody_met_leaves_nothing_unfound() -> None:
    assert chao([4, 5, 4], 5) == (3, 3.0, 3.0, 3.0)
    assert chao([], 5).total == 0
    assert likely_share(0, chao([], 5)) == (0.0, 1.0)
    with pytest.raises(ValueError, match="met by 1"):
        chao([0], 5)


@given(st.lists(st.integers(1, 8), max_size=12))
def test_the_curve_rises_to_what_all_have_found(found_by: list[int]) -> None:
    found = curve(found_by, 8, range(1, 9))
    assert found[-1] == pytest.approx(len(found_by))
    assert all(later >= earlier - 1e-9 for earlier, later in pairwise(found))
    assert found[0] == pytest.approx(math.fsum(each / 8 for each in found_by))
