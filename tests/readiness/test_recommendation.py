import pytest
from hypothesis import given
from hypothesis import strategies as st

from betaops.readiness.deciding.recommendation import (
    Choice,
    Standing,
    Weight,
    is_against,
    recommend,
    signatures_needed,
)
from betaops.readiness.verdict import Verdict

MUST, SHOULD = Weight.MUST, Weight.SHOULD
MET, NOT_MET, OPEN, CONTRADICTED = (
    Verdict.MET,
    Verdict.NOT_MET,
    Verdict.INCONCLUSIVE,
    Verdict.CONTRADICTED,
)


@pytest.mark.parametrize(
    ("standings", "recommended"),
    [
        ([Standing(MUST, MET), Standing(MUST, MET), Standing(SHOULD, OPEN)], Choice.GO),
        ([Standing(MUST, MET), Standing(SHOULD, NOT_MET)], Choice.CONDITIONAL),
        ([Standing(MUST, MET), Standing(SHOULD, CONTRADICTED)], Choice.CONDITIONAL),
        ([Standing(MUST, MET), Standing(MUST, OPEN, leans=True)], Choice.CONDITIONAL),
        ([Standing(MUST, MET), Standing(MUST, MET, is_far=True)], Choice.CONDITIONAL),
        ([Standing(MUST, MET), Standing(SHOULD, MET, is_far=True)], Choice.GO),
        ([Standing(MUST, NOT_MET, is_far=True)], Choice.NO_GO),
        ([Standing(MUST, MET), Standing(MUST, OPEN, leans=False)], Choice.NO_GO),
        ([Standing(MUST, MET), Standing(MUST, NOT_MET)], Choice.NO_GO),
        ([Standing(MUST, MET), Standing(MUST, CONTRADICTED, leans=True)], Choice.NO_GO),
        ([Standing(SHOULD, MET)], None),
        ([], None),
    ],
)
def test_the_rules_recommend(standings: list[Standing], recommended: Choice | None) -> None:
    assert recommend(standings) is recommended


standings = st.lists(
    st.builds(Standing, st.sampled_from(Weight), st.sampled_from(Verdict), st.booleans(), st.booleans()),
    max_size=8,
)


@given(standings, st.randoms())
def test_the_order_of_expectations_changes_no_recommendation(found: list[Standing], random: object) -> None:
    random.shuffle(again := list(found))  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert recommend(again) is recommend(found)


@given(standings)
def test_go_is_never_recommended_while_a_must_have_is_open_or_failed(found: list[Standing]) -> None:
    if any(each.weight is MUST and each.verdict is not MET for each in found):
        assert recommend(found) is not Choice.GO


@given(standings.filter(lambda found: any(each.weight is MUST for each in found)))
def test_meeting_one_more_never_makes_the_recommendation_worse(found: list[Standing]) -> None:
    rank = {Choice.NO_GO: 0, Choice.CONDITIONAL: 1, Choice.GO: 2}
    before = recommend(found)
    assert before is not None
    for at in range(len(found)):
        better = [*found[:at], found[at]._replace(verdict=MET), *found[at + 1 :]]
        after = recommend(better)
        assert after is not None
        assert rank[after] >= rank[before]


def test_going_against_the_rules_takes_a_second_signature() -> None:
    assert signatures_needed(Choice.GO, Choice.GO) == 1
    assert signatures_needed(Choice.GO, Choice.NO_GO) == 2
    assert signatures_needed(Choice.NO_GO, Choice.GO) == 2
    assert signatures_needed(Choice.GO, None) == 2
    assert not is_against(Choice.NO_GO, None)
