"""The form's shape of a rule, there and back."""

from hypothesis import given
from hypothesis import strategies as st

from betaops.cohorts import builder, operators, rules
from betaops.cohorts.builder import Draft, Group
from betaops.cohorts.rules import Condition

conditions = st.builds(
    Condition,
    st.just("attribute.plan"),
    st.sampled_from(["is", "is_not", "contains"]),
    st.sampled_from(["pro", "free"]),
)
drafts = st.builds(
    Draft,
    st.sampled_from(["all", "any"]),
    st.lists(
        st.builds(
            Group, st.sampled_from(builder.MATCHES), st.lists(conditions, min_size=1, max_size=3).map(tuple)
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
)


@given(drafts)
def test_what_the_form_makes_the_form_shows_again(draft: Draft) -> None:
    rule = draft.rule()
    assert rules.validate(rule) == []
    again = builder.draft_of(rule)
    assert again is not None
    assert again.rule() == rule


def test_a_rule_that_is_nested_deeper_is_not_the_forms() -> None:
    leaf = {"fact": "attribute.plan", "operator": "is", "value": "pro"}
    assert builder.draft_of({"all": [{"any": [{"all": [leaf, leaf]}, leaf]}]}) is None
    assert builder.draft_of({"not": {"all": [leaf, leaf]}}) is None
    assert builder.draft_of({"not": {"not": leaf}}) is None


def test_a_form_without_conditions_makes_a_rule_that_nobody_saves() -> None:
    assert rules.validate(Draft().rule()) != []


def test_values_read_as_they_were_typed() -> None:
    assert builder.typed("one_of", "pro, free ,,") == ["pro", "free"]
    assert builder.shown(["pro", "free"]) == "pro, free"
    assert builder.typed("is_set", "whatever") is None
    assert builder.shown(True) == "yes"
    assert all(builder.shown(builder.typed(name, "")) == "" for name in operators.ALL)
