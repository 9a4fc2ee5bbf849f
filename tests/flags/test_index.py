"""The index says what the interpreter says: of one property, of nested cohorts, of whole flags."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from betaops.flags import operators
from betaops.flags.conditions import Definitions, Every, FlagIs, Inside, Node, Not, Person, Some
from betaops.flags.evaluation import FlagSet, Outcome
from betaops.flags.index import Builder
from betaops.flags.interpreter import Interpreter
from betaops.flags.outcomes import MATCH
from betaops.flags.readers import Question, Reader
from tests.factories.definitions import (
    STORED,
    VARIANTS,
    distinct_ids,
    groups,
    odd_properties,
    usual_properties,
    wild_definitions,
)
from tests.support.examples import examples

#: Few, so that the same is asked again and again, in lists that overlap.
texts = st.sampled_from(["a", "A", "ab", "", "true", True, None, 1, 1.0, "1", "äb", "1.2.0", "2026-11-01"])
WANTED: dict[str, st.SearchStrategy[Any]] = {
    "number": st.sampled_from([0, 1, "1", 2.5, "x"]),
    "version": st.sampled_from(["1", "1.2", "1.2.3", "2.0.0", "x", None]),
    "date": st.sampled_from(["2026-11-01", "2026-11-01T10:00:00Z", "-7d", "soon"]),
    "pattern": st.sampled_from(["a", "^a$", "", "("]),
    "text": st.one_of(texts, st.lists(texts, max_size=3)),
    "part": texts,
}
KINDS = {
    "number": operators.NUMERIC,
    "version": (*operators.VERSIONS, *operators.VERSION_RANGES),
    "date": operators.DATES,
    "pattern": ("regex", "not_regex"),
    "text": ("exact", "is_not"),
    "part": ("is_set", "is_not_set", "near", *operators.TEXT),
}
NOW = datetime(2026, 11, 5, tzinfo=UTC)


@st.composite
def asked_of_a_property(draw: st.DrawFn) -> tuple[list[Question], list[Any]]:
    """A few questions, mostly of one kind, and values of that kind."""
    kinds = draw(st.sampled_from([["text"], ["text"], ["part"], ["number"], ["version"], ["date"], [*KINDS]]))
    asked = [
        Question(
            1 << draw(st.integers(0, 1)),
            draw(st.sampled_from(KINDS[kind])),
            draw(WANTED[kind]),
            draw(st.booleans()),
        )
        for kind in draw(st.lists(st.sampled_from(kinds), max_size=4))
    ]
    return asked, draw(st.lists(st.one_of(*(WANTED[kind] for kind in kinds)), max_size=5))


@settings(max_examples=examples(500))
@given(asked_of_a_property(), st.sampled_from([1, 2]))
def test_a_reader_says_what_the_operators_say(
    asked_and_values: tuple[list[Question], list[Any]], matching_version: int
) -> None:
    asked, values = asked_and_values
    reader = Reader(asked, matching_version, 0b11)

    def passed(value: Any) -> int:
        mask = 0b11
        for bit, operator, wanted, is_negated in asked:
            if operators.compiled(operator, wanted, matching_version)(value, NOW) is is_negated:
                mask &= ~bit
        return mask

    assert reader.absent == passed(operators.MISSING)
    for value in values:
        if type(value) in (int, str):
            assert reader.known.get(value) in (None, passed(value))
        assert reader.mask(value, NOW) == passed(value)


leaves: st.SearchStrategy[Node] = st.one_of(
    st.sampled_from([1, 2, 4]).map(Inside), st.booleans().map(lambda wanted: FlagIs("f", wanted))
)
nodes: st.SearchStrategy[Node] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, max_size=3).map(lambda some: Every(tuple(some))),
        st.lists(inner, max_size=3).map(lambda some: Some(tuple(some))),
    ),
    max_leaves=8,
)


@settings(max_examples=examples(400))
@given(st.lists(st.lists(nodes, max_size=3), min_size=1, max_size=3), st.booleans())
def test_trees_say_what_their_nodes_say(conditions: list[list[Node]], is_on: bool) -> None:
    builder = Builder(1)
    given_out = [builder.condition(some) for some in conditions]
    index, found = builder.index(), {"f": Outcome("f", is_on, None, MATCH)}

    def holds(node: Node, cohorts: int) -> bool:
        match node:
            case Inside(place):
                return cohorts & place != 0
            case FlagIs():
                return node.holds(is_on)
            case Not(inner):
                return not holds(inner, cohorts)
            case Every(inner_nodes):
                return all(holds(each, cohorts) for each in inner_nodes)
            case Some(inner_nodes):
                return any(holds(each, cohorts) for each in inner_nodes)
        raise AssertionError(node)

    for cohorts in range(8):
        bits = index.bits({}, cohorts, NOW)
        for some, (bit, late) in zip(conditions, given_out, strict=True):
            is_passed = bits & bit != 0 and all(tree.holds(bits, found) is wanted for tree, wanted in late)
            assert is_passed is all(holds(node, cohorts) for node in some)


settled = st.dictionaries(
    st.sampled_from("abz"), st.sampled_from([True, False, *VARIANTS, "gone"]), max_size=1
)


@st.composite
def people(draw: st.DrawFn, flags: FlagSet) -> Person:
    kinds = st.one_of(usual_properties, odd_properties)
    return Person(
        draw(st.one_of(distinct_ids, st.just(""))),
        draw(kinds),
        flags.cohort_bits(draw(st.lists(st.sampled_from([STORED, STORED + 1, 99])))),
        draw(st.sampled_from(["", "phone", "laptop"])),
        draw(groups),
        draw(st.dictionaries(st.sampled_from(["company", "team"]), kinds)),
        draw(settled),
        draw(st.booleans()),
    )


def compiled_from(made: dict[str, Any]) -> Definitions:
    return Definitions(
        made["flags"],
        made["cohorts"],
        frozenset({STORED, STORED + 1}),
        made["group_type_mapping"],
        made["property_matching_version"],
    )


def spelled(outcomes: dict[str, Outcome]) -> list[tuple[Any, ...]]:
    return [
        (key, outcome.key, outcome.value, outcome.code, outcome.condition, outcome.payload)
        for key, outcome in outcomes.items()
    ]


@settings(max_examples=examples(120))
@given(st.data())
def test_the_index_says_what_the_interpreter_says(data: st.DataObject) -> None:
    definitions = compiled_from(data.draw(wild_definitions()))
    flags, interpreter = FlagSet(definitions), Interpreter(definitions)
    # Several people of one set: what was remembered of one must not decide for the next.
    for person in data.draw(st.lists(people(flags), min_size=1, max_size=4)):
        now = data.draw(
            st.sampled_from([datetime(2026, 11, 24, tzinfo=UTC), datetime(2024, 2, 29, 12, tzinfo=UTC)])
        )
        keys = data.draw(st.one_of(st.none(), st.lists(st.sampled_from("abcdez"), unique=True)))
        assert spelled(flags.evaluate(person, now, keys)) == spelled(interpreter.evaluate(person, now, keys))
