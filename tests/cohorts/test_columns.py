"""Rules asked of columns say what they say of one person, or leave it undecided."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from betaops.cohorts import columns, operators, rules
from betaops.cohorts.columns import Column
from betaops.cohorts.layout import ColumnKind

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NAMES = ("attribute.plan", "attribute.seats", "answer.plan", "trait.usage.active_days", "enrollment.state")
MOMENTS = ("enrollment.applied_at", "enrollment.accepted_at", "tester.created_at")
OTHERS = ("tester.mail", "tester.seen_at")

words = st.sampled_from(
    [
        "Pro",
        "pro ",
        "free",
        "",
        " ",
        "12",
        "12.0",
        "1e1",
        "17.4",
        "v2.10.1",
        "yes",
        "true",
        "2026-11-20",
        "İ",
        "ß",
        "NaN",
    ]
)
scalars = st.one_of(
    words,
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=4),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.none(),
    st.datetimes().map(datetime.isoformat),
)
values = st.one_of(scalars, st.lists(scalars, max_size=3))
moments = st.one_of(
    st.none(),
    st.datetimes(timezones=st.just(UTC)),
    st.integers(-40, 40).map(lambda days: NOW + timedelta(days=days)),
    st.sampled_from([datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), NOW]),
)
people = st.lists(
    st.fixed_dictionaries(
        {**dict.fromkeys(NAMES, values), **dict.fromkeys(MOMENTS, moments), **dict.fromkeys(OTHERS, values)}
    ),
    max_size=6,
)
leaves = st.fixed_dictionaries(
    {
        "fact": st.sampled_from([*NAMES, *MOMENTS, *OTHERS]),
        "operator": st.sampled_from(sorted(operators.ALL)),
        "value": st.one_of(
            words,
            st.integers(1, 30),
            st.lists(words, min_size=1, max_size=3),
            st.sampled_from(["1.2", "2026-11-24", "2026-11-24T12:00:00Z", 0, 12, None]),
        ),
    }
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=6,
)


def facts_of(person: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name, value in person.items():
        source, _dot, rest = name.partition(".")
        found.setdefault(source, {})[rest] = value
    return found


def laid_out(everybody: list[dict[str, Any]]) -> tuple[dict[str, Column], dict[str, bytes]]:
    found, cells = {}, {}
    for name in NAMES:
        coder = columns.Coder([])
        cells[name] = coder.cells([person[name] for person in everybody])
        found[name] = Column(ColumnKind.CODED, coder.values)
    for name in MOMENTS:
        cells[name] = columns.cells_of_moments([person[name] for person in everybody])
        found[name] = Column(ColumnKind.MOMENT)
    return found, cells


@given(trees, people)
def test_what_columns_decide_is_what_the_rule_says_of_each_person(rule: Any, everybody: Any) -> None:
    if rules.validate(rule):
        return
    known, cells = laid_out(everybody)
    plan = columns.plan(rule, known, NOW)
    if plan is None:
        assert not any(leaf.fact in NAMES for leaf in rules.conditions(rule))
        return
    answer = plan.ask({fact: cells[fact] for fact in plan.facts}, len(everybody))
    said = [rules.evaluate(rule, facts_of(person), NOW) for person in everybody]
    assert not (answer.yes & answer.no).any()
    assert all(is_in for is_in, yes in zip(said, answer.yes, strict=True) if yes)
    assert not any(is_in for is_in, no in zip(said, answer.no, strict=True) if no)


@given(st.lists(leaves, min_size=1, max_size=3), people)
def test_rules_over_columns_alone_leave_nobody_undecided(parts: Any, everybody: Any) -> None:
    parts = [part for part in parts if part["fact"] in NAMES and not rules.validate(part)]
    if not parts:
        return
    known, cells = laid_out(everybody)
    for rule in ({"all": parts}, {"any": parts}, {"not": {"all": parts}}):
        plan = columns.plan(rule, known, NOW)
        assert plan is not None
        answer = plan.ask(cells, len(everybody))
        assert (answer.yes | answer.no).all()


def test_a_condition_of_a_form_that_columns_do_not_know_stays_undecided() -> None:
    coder = columns.Coder([])
    cells = {"attribute.plan": coder.cells(["pro", "free"])}
    known = {"attribute.plan": Column(ColumnKind.CODED, coder.values)}
    plan_is_pro = {"fact": "attribute.plan", "operator": "is", "value": "pro"}
    counted = {"fact": "usage.export opened", "operator": "at_least", "value": 2, "days": 7}
    plan = columns.plan({"all": [plan_is_pro, counted]}, known, NOW)
    assert plan is not None
    answer = plan.ask(cells, 2)
    assert (answer.yes.tolist(), answer.no.tolist()) == ([False, False], [False, True])
    assert columns.plan({"any": [counted, {**plan_is_pro, "days": 7}]}, known, NOW) is None


def test_a_value_that_came_after_the_column_was_read_is_undecided() -> None:
    coder = columns.Coder(["free"])
    known = {"attribute.plan": Column(ColumnKind.CODED, ["free"])}
    cells = {"attribute.plan": coder.cells(["pro", "free"])}
    plan = columns.plan({"fact": "attribute.plan", "operator": "is_not", "value": "pro"}, known, NOW)
    assert plan is not None
    answer = plan.ask(cells, 2)
    assert (answer.yes.tolist(), answer.no.tolist()) == ([False, True], [False, False])


def test_codes_keep_values_apart_that_are_not_the_same_json() -> None:
    coder = columns.Coder([])
    coder.cells([1, 1.0, True, "1", ["1"], None, 1])
    assert list(map(repr, coder.values)) == ["1", "1.0", "True", "'1'", "['1']"]


def test_a_value_that_nobody_has_any_more_keeps_its_code_from_others() -> None:
    coder = columns.Coder(["free", None, "pro"])
    cells = coder.cells(["pro", "team", None])
    assert columns.used_codes([(cells, 3)]) == {0, 3, 4}
    assert coder.values == ["free", None, "pro", "team"]


def test_too_many_values_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "MOST_VALUES", 2)
    with pytest.raises(columns.TooManyValues):
        columns.Coder([]).cells(["a", "b", "c"])


def test_one_person_is_taken_out_of_a_block() -> None:
    three = b"".join(UUID(int=number).bytes for number in (1, 2, 3))
    assert columns.without(three, 1, 3) == UUID(int=1).bytes + UUID(int=3).bytes
    coder = columns.Coder([])
    assert columns.without(coder.cells(["a", "b", "c"]), 0, 3) == coder.cells(["b", "c"])


#: Every two of them have the first half in common.
ids = st.lists(st.integers(0, 40).map(lambda number: UUID(int=number // 2 << 100 | number % 2)), max_size=30)


@given(ids, ids)
def test_who_is_in_only_one_of_two_lists_is_found(left: list[UUID], right: list[UUID]) -> None:
    found = columns.apart(array_of(left), array_of(right))
    ours = [UUID(bytes=found[start : start + 16]) for start in range(0, len(found), 16)]
    assert ours == sorted(set(left) ^ set(right))


@given(ids, ids)
def test_places_are_those_of_people_who_are_there(people: list[UUID], some: list[UUID]) -> None:
    everybody = sorted(set(people))
    found = columns.places(array_of(everybody), columns.ordered(array_of(some)))
    assert [everybody[place] for place in found] == sorted(set(people) & set(some))


def array_of(several: list[UUID]) -> columns.Ids:
    return columns.ids(b"".join(each.bytes for each in several))


def test_codes_take_two_bytes_only_where_there_are_many_of_them() -> None:
    coder = columns.Coder([])
    few, many = coder.cells([f"v{number}" for number in range(255)]), coder.cells(["v0", "another", None])
    assert (len(few), len(many)) == (255, 6)
    assert columns.used_codes([(many, 3), (few[:2], 2)]) == {0, 1, 2, 256}
