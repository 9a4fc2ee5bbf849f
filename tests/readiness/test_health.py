"""The formulae of engagement, success and impact, as the page tells them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from betaops.readiness.health import (
    FEWEST_SPEAKERS,
    Engagement,
    Numbers,
    Voice,
    allows_success,
    engagement,
    grade,
    success,
)

PRAISE = Voice(praise=1, ideas=0, trouble=0.0, addressed_trouble=0.0, addressed=0)
BLOCKED = Voice(praise=0, ideas=0, trouble=2.0, addressed_trouble=0.0, addressed=0)
IDEA = Voice(praise=0, ideas=1, trouble=0.0, addressed_trouble=0.0, addressed=0)
HEALED = Voice(praise=0, ideas=0, trouble=0.0, addressed_trouble=1.0, addressed=1)
SILENT = Voice(praise=0, ideas=0, trouble=0.0, addressed_trouble=0.0, addressed=0)


def test_a_usual_beta_gets_a_c() -> None:
    found = engagement(Numbers(settled_in=100, lately=35, replied=50, heard=15, is_asked=True))
    assert found is not None
    assert found.grade == "C"
    assert found.mark == pytest.approx(0.5 * 35 / 60 + 0.35 * 50 / 70 + 0.15 * 15 / 30)


def test_everybody_doing_everything_is_an_a_plus_and_nobody_doing_anything_an_f() -> None:
    assert _grade(10, 10, 10) == "A+"
    assert _grade(0, 0, 0) == "F"


def _grade(lately: int, replied: int, heard: int) -> str:
    found = engagement(Numbers(10, lately, replied, heard, is_asked=True))
    assert found is not None
    return found.grade


def test_who_was_asked_nothing_loses_no_marks_for_not_answering() -> None:
    numbers = Numbers(settled_in=10, lately=6, replied=0, heard=3, is_asked=False)
    found, asked = engagement(numbers), engagement(numbers._replace(is_asked=True))
    assert found is not None
    assert asked is not None
    assert found.grade == "A+"
    assert asked.mark == pytest.approx(0.65)


def test_no_grade_is_given_on_four_testers() -> None:
    assert engagement(Numbers(4, 4, 4, 4, is_asked=True)) is None


@pytest.mark.parametrize(
    ("mark", "letter"), [(1.0, "A+"), (0.95, "A+"), (0.9499, "A"), (0.55, "C"), (0.25, "D-"), (0.2499, "F")]
)
def test_a_grade_begins_at_its_mark(mark: float, letter: str) -> None:
    assert grade(mark) == letter


def test_an_f_says_nothing_about_success() -> None:
    assert allows_success(Engagement(0.3, "D-", ()))
    assert allows_success(Engagement(1.0, "A+", ()))
    assert not allows_success(Engagement(0.1, "F", ()))
    assert not allows_success(None)


def test_praise_alone_is_a_hundred_trouble_alone_nothing_and_ideas_are_the_middle() -> None:
    values = {voice: _value([voice] * 8) for voice in (PRAISE, BLOCKED, IDEA, HEALED)}
    assert values == {PRAISE: 100, BLOCKED: 0, IDEA: 50, HEALED: 50}


def _value(voices: list[Voice]) -> float:
    found = success(voices)
    assert found is not None
    return found.value


def test_one_person_is_one_voice_however_much_they_write() -> None:
    loud = PRAISE._replace(praise=40)
    assert _value([loud, *[BLOCKED] * 9]) == _value([PRAISE, *[BLOCKED] * 9]) == 10


def test_impact_is_what_addressing_added() -> None:
    found = success([*[HEALED] * 5, *[PRAISE] * 5])
    assert found is not None
    assert (found.value, found.untouched, found.impact) == (75, 50, 25)


def test_whoever_only_asked_is_no_voice() -> None:
    assert success([*[PRAISE] * (FEWEST_SPEAKERS - 1), *[SILENT] * 50]) is None


def test_thin_evidence_is_a_range_and_much_of_it_a_number() -> None:
    few, many = success([PRAISE, PRAISE, IDEA, BLOCKED, PRAISE]), success([PRAISE, PRAISE, IDEA] * 60)
    assert few is not None
    assert many is not None
    assert not few.is_narrow
    assert many.is_narrow


@given(
    st.lists(
        st.builds(
            Voice,
            st.integers(0, 3),
            st.integers(0, 3),
            st.sampled_from([0.0, 0.25, 0.5, 1.0, 2.5]),
            st.just(0.0),
            st.just(0),
        ),
        min_size=6,
        max_size=40,
    )
)
def test_the_range_holds_the_value(voices: list[Voice]) -> None:
    found = success(voices)
    if found is not None:
        assert 0 <= found.low <= found.value <= found.high <= 100
        assert found.impact == pytest.approx(0)
