"""What changed of a flag, in sentences."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from betaops.flags.differences import Names, differences
from tests.factories.flags import person
from tests.support.examples import examples

NAMES = Names({7: "iOS pilot", 8: "Pro plan"}, {"0": "company"})
PILOT = {"key": "id", "type": "cohort", "operator": "in", "value": 7}
PRO = {"key": "id", "type": "cohort", "operator": "in", "value": 8}


def flag(*groups: dict[str, Any], **more: Any) -> dict[str, Any]:
    filters = {"groups": list(groups), **more.pop("filters", {})}
    return {"id": 1, "key": "x", "name": "", "active": True, "version": 1, "filters": filters, **more}


def group(*properties: dict[str, Any], share: float | None = 100, **more: Any) -> dict[str, Any]:
    return {"properties": list(properties), "rollout_percentage": share, "variant": None, **more}


def variants(**shares: float) -> dict[str, Any]:
    listed = [{"key": key, "name": "", "rollout_percentage": share} for key, share in shares.items()]
    return {"multivariate": {"variants": listed}}


@pytest.mark.parametrize(
    ("before", "after", "sentences"),
    [
        (flag(group(share=10)), flag(group(share=50)), ["Condition 1: share 10 % → 50 %"]),
        (
            flag(group(PRO)),
            flag(group(PRO), group(PILOT, share=20)),
            ["Added a condition: People in “iOS pilot”, 20 %"],
        ),
        (
            flag(group(PRO), group(PILOT)),
            flag(group(PILOT)),
            ["Removed condition 1: People in “Pro plan”, 100 %"],
        ),
        (
            flag(group(PRO)),
            flag(group(PILOT, share=5)),
            ["Condition 1: People in “Pro plan” → People in “iOS pilot”", "Condition 1: share 100 % → 5 %"],
        ),
        (
            flag(group(PRO), group(PILOT, share=10)),
            flag(group(PILOT, share=30), group(PRO)),
            ["Condition 2 is now 1", "Condition 1: share 10 % → 30 %"],
        ),
        (
            flag(group(), filters=variants(a=50, b=50)),
            flag(group(variant="b"), filters=variants(a=70, b=30)),
            ["Condition 1: always the variant b", "Variant a: 50 % → 70 %", "Variant b: 50 % → 30 %"],
        ),
        (
            flag(group(), filters=variants(a=50, b=50)),
            flag(group(), filters=variants(a=40, c=60)),
            ["Variant a: 50 % → 40 %", "Added the variant c, 60 %", "Removed the variant b"],
        ),
        (
            flag(filters=variants(a=50, b=50)),
            flag(filters=variants(b=50, a=50)),
            ["The variants are in another order"],
        ),
        (
            flag(filters={"payloads": {"true": "1", "a": "1"}}),
            flag(filters={"payloads": {"true": "2", "b": "1"}}),
            ["Payload of a removed", "Payload of b added", "Payload changed"],
        ),
        (
            flag(filters={"holdout": {"id": 1, "exclusion_percentage": 10}}),
            flag(filters={"holdout": {"id": 1, "exclusion_percentage": 5}}),
            ["Holdout: 10 % → 5 % of people"],
        ),
        (flag(filters={"holdout": {"id": 1, "exclusion_percentage": 10}}), flag(), ["Holdout removed"]),
        (flag(), flag(evaluation_runtime="server"), ["Read: on servers only, hidden from browsers"]),
        (flag(), flag(evaluation_contexts=["checkout"]), ["Read in: checkout"]),
        (flag(), flag(active=False), ["Switched off for everybody"]),
        (flag(name="Old"), flag(name="New"), ["Described as “New”"]),
        (
            flag(filters={"early_exit": True}),
            flag(),
            ["Who fits a condition but is outside its share may still get it from a later one"],
        ),
        (
            flag(),
            flag(filters={"aggregation_group_type_index": 0}),
            ["Decided for each company"],
        ),
        (
            flag(filters={"aggregation_group_type_index": 0}),
            flag(group(PILOT)),
            ["Decided for each person", "Added a condition: People in “iOS pilot”, 100 %"],
        ),
        (
            flag(group(), filters={"aggregation_group_type_index": 0}),
            flag(group(PILOT), filters={"aggregation_group_type_index": 0}),
            ["Condition 1: Each company → Each company in “iOS pilot”"],
        ),
        (
            flag(group()),
            flag(group(aggregation_group_type_index=0)),
            ["Condition 1: Everybody → Each company"],
        ),
        (flag(), flag(bucketing_identifier="device_id"), ["Shares are of devices"]),
        (flag(filters={"bucketing_identifier": "device_id"}), flag(), ["Shares are of people"]),
        (flag(), flag(identified_only=True), ["Only for people whose identity your server has signed"]),
        (flag(identified_only=True), flag(), ["Also for people whose identity nobody has signed"]),
        (flag(), flag(has_experiment=True), ["Setting “has_experiment” changed"]),
        (flag(evaluation_contexts=["checkout"]), flag(), ["Read in every place"]),
        (
            flag(),
            flag(filters={"holdout": {"id": 1, "exclusion_percentage": 10}}),
            ["Holdout: 0 % → 10 % of people"],
        ),
        (flag(), flag(filters={"payloads": {}}), ["Written in another way, means the same"]),
        (
            None,
            flag(group(PILOT, person("plan", "pro"), share=25), name="The editor"),
            [
                "Described as “The editor”",
                "Added a condition: People in “iOS pilot”, whose plan is “pro”, 25 %",
            ],
        ),
    ],
)
def test_a_change_is_said_in_sentences(before: Any, after: Any, sentences: list[str]) -> None:
    assert differences(before, after, NAMES) == sentences


def test_a_cohort_that_is_gone_is_said_to_be() -> None:
    [said] = differences(flag(), flag(group(PILOT)), Names({}))
    assert said == "Added a condition: People in a cohort that is gone, 100 %"


SHARES = st.sampled_from([0, 10, 50, 100])
GROUPS = st.lists(
    st.builds(
        lambda share, props: group(*props, share=share),
        SHARES,
        st.lists(st.sampled_from([PILOT, PRO]), max_size=2),
    ),
    max_size=4,
)


@settings(max_examples=examples(200))
@given(GROUPS, GROUPS)
def test_whatever_is_done_to_conditions_something_is_said_and_nothing_where_nothing_was_done(
    before: list[Any], after: list[Any]
) -> None:
    assert differences(flag(*before), flag(*before), NAMES) == []
    assert bool(differences(flag(*before), flag(*after), NAMES)) == (before != after)
