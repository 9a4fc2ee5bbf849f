"""An audience survives being stored, and cannot be half a one."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from betaops.messaging.audience import Audience, Who

audiences = st.one_of(
    st.builds(Audience, st.just(Who.COHORT), st.uuids()),
    st.builds(Audience, st.just(Who.SILENT), st.none(), st.integers(1, 365)),
    st.builds(Audience, st.sampled_from([Who.ACTIVE, Who.WAITING])),
)


@given(audiences)
def test_an_audience_comes_back_as_it_was_stored(audience):
    assert Audience.from_json(audience.to_json()) == audience


@pytest.mark.parametrize(
    "wrong",
    [
        {"who": "cohort"},
        {"who": "active", "cohort_id": str(uuid.uuid4())},
        {"who": "silent", "days": 0},
        {"who": "x"},
    ],
)
def test_half_an_audience_is_refused(wrong):
    with pytest.raises(ValueError, match=r"."):
        Audience.from_json(wrong)
