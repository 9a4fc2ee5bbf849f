"""Our survey engine against the npm package survey-core, which the format's meaning comes from."""

import math
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from betaops.surveys.definition import Question
from betaops.surveys.engine.entries import LISTS, entries
from betaops.surveys.engine.judging import calculated, judge_all
from betaops.surveys.engine.scene import STATE, Scene
from betaops.surveys.engine.walking import Walk
from betaops.surveys.expressions import evaluate
from betaops.surveys.reading import read
from tests.clients.conftest import STANDS_AT, Node
from tests.clients.definitions import (
    WITH_CHOICES,
    played,
    played_further,
    played_inside,
)
from tests.clients.definitions_deep import played_deep, played_narrowed
from tests.clients.expressions import EXPRESSIONS, VALUES, plain
from tests.support.examples import examples

pytestmark = pytest.mark.slow

compared = settings(
    deadline=None,
    # One process answers every case, and none leaves anything behind in it.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)


def same(ours: Any, theirs: Any) -> bool:
    """Alike but for the last digits of a number: JavaScript's own `%` and `**` differ there from C's."""
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    if isinstance(ours, int | float) and isinstance(theirs, int | float):
        return math.isclose(ours, theirs, rel_tol=1e-12)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(same(ours[key], theirs[key]) for key in ours)
    return bool(ours == theirs)


@settings(compared, max_examples=examples(400), derandomize=True)
@given(expression=EXPRESSIONS, values=VALUES)
def test_every_expression_has_the_same_value(
    survey_core: Node, expression: str, values: dict[str, Any]
) -> None:
    ours = plain(evaluate(expression, values, now=STANDS_AT))
    theirs = survey_core.call("value", {"expression": expression, "values": values})
    # Where the library itself falls over (`[null]`, `!undefined`, sums of numbers and words) there is no answer.
    assume("threw" not in theirs)
    # Dates joined to text are written in the language and zone of whoever reads.
    assume("GMT" not in str(theirs))
    assert same(ours, theirs["value"])


#: Definitions with questions of the simple types, of all that stand in no other, inside panels and rows, and inside panels
#: that stand in panels, and with such as come and go there.
MADE_UP = {
    "simple": played(),
    "further": played_further(),
    "inside": played_inside(),
    "deep": played_deep(),
    "narrowed": played_narrowed(),
}


@pytest.mark.parametrize("tier", MADE_UP)
@settings(compared, max_examples=examples(120), derandomize=True)
@given(data=st.data())
def test_every_definition_goes_the_same_way(survey_core: Node, tier: str, data: st.DataObject) -> None:
    """The same examples every time. What went another way among some thousands of others is mended, or it is an accident
    of the library's order and not made up: `definitions` says so at each place."""
    source, answers = data.draw(MADE_UP[tier])
    theirs = survey_core.call("play", {"definition": source, "answers": answers})
    assume("threw" not in theirs)
    definition = read(source)
    walk = Walk(definition, STANDS_AT, "default", "seed")
    values = walk.begun()
    steps = [_look(walk.scene(values))]
    for name, value in answers:
        values = _answered(walk, values, name, value)
        steps.append(_look(walk.scene(values)))
    for ours, other in zip(steps, theirs["steps"], strict=True):
        assert ours["shown"] == other["shown"]
        assert alike(ours["data"], other["data"])
    final = judge_all(definition, values, now=STANDS_AT, seed="seed").values
    assert alike(plain(final), _offered(walk.scene(values), theirs["data"]))


#: Questions inside questions together with everything that a survey does by itself.
COMPOUND: dict[str, Any] = {
    "elements": [
        {"type": "checkbox", "name": "tools", "choices": ["a", "b", "c"]},
        {
            "type": "paneldynamic",
            "name": "family",
            "templateElements": [
                {"type": "text", "name": "age", "inputType": "number"},
                {"type": "expression", "name": "twice", "expression": "{panel.age} * {factor} + {costs-total.amount}"},
                {"type": "text", "name": "old", "visibleIf": "{panel.twice} > {sum}"},
            ],
        },
        {
            "type": "matrixdynamic",
            "name": "costs",
            "columns": [{"name": "amount", "cellType": "text", "inputType": "number", "totalType": "sum"}],
        },
        {"type": "text", "name": "city"},
        {"type": "text", "name": "copied", "setValueExpression": "{costs-total.amount}"},
        {"type": "text", "name": "first", "setValueIf": "{family[0].age} > 5", "setValueExpression": "{family[0].twice}"},
        {"type": "expression", "name": "said", "expression": "displayValue('tools')"},
        {"type": "expression", "name": "net", "expression": "{sum} + 1"},
    ],
    "calculatedValues": [
        {"name": "factor", "expression": "3"},
        {"name": "sum", "expression": "{costs-total.amount} + {factor}", "includeIntoResult": True},
    ],
    "triggers": [
        {"type": "setvalue", "expression": "{costs-total.amount} > 100", "setToName": "city", "setValue": "Berlin"}
    ],
}  # fmt: skip


def test_questions_inside_questions_go_the_same_way(survey_core: Node) -> None:
    answers: list[tuple[str, Any]] = [
        ("tools", ["a", "c"]),
        ("costs", [{"amount": 60}]),
        ("family", [{"age": 4}, {"age": 6}]),
        ("costs", [{"amount": 60}, {"amount": 50}]),
        ("family", [{"age": 7, "old": "yes"}]),
        ("city", "Bonn"),
        ("costs", [{"amount": 60}, {"amount": 70}]),
    ]
    theirs = survey_core.call("play", {"definition": COMPOUND, "answers": answers})
    walk = Walk(read(COMPOUND), STANDS_AT, "default", "seed")
    values = walk.begun()
    for number, (name, value) in enumerate(answers, 1):
        values = walk.answered(values, {name: value})
        # In entries that are new the library calculates with the next change.
        if number != 3:
            assert alike(_look(walk.scene(values))["data"], theirs["steps"][number]["data"]), name
    final = judge_all(walk.definition, values, now=STANDS_AT, seed="seed").values
    # The library drops totals at the end when the matrix was answered by its question; we show them in results.
    assert alike(plain({**final, "costs-total": None}), {**theirs["data"], "costs-total": None})


def _answered(walk: Walk, values: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    """`family[0].age` is answered as a page does it: the question with all its entries is sent."""
    if name.endswith("]"):
        return _arranged(walk, values, name)
    scene, (first, *steps) = walk.scene(values), name.split("].")
    outer, _bracket, code = first.partition("[")
    question = walk.definition.by_name[outer]
    if not steps:
        return walk.answered(values, {name: value}) if _can_give(scene, question, value) else values
    given = _with(scene, question, code, steps, value)
    return values if given is None else walk.answered(values, {outer: given})


def _arranged(walk: Walk, values: dict[str, Any], name: str) -> dict[str, Any]:
    called, _bracket, index = name[:-1].rpartition("[")
    if not _is_there(walk.scene(values), called):
        return values
    changed = walk.arranged(values, f"remove:{index[1:]}:{called}" if index else f"add:{called}")
    assert changed is not None
    return changed


def _is_there(scene: Scene, name: str) -> bool:
    """Whether a question and all that it stands in are shown."""
    first, _bracket, rest = name.partition("].")
    called, _bracket, code = first.partition("[")
    question = scene.definition.by_name[called]
    if not rest or not scene.is_shown(question):
        return scene.is_shown(question)
    inside = entries(question, scene.values.get(question.key), scene)
    return any(_is_there(each.scene, rest) for each in inside if each.code == code)


def _with(scene: Scene, question: Question, code: str, steps: list[str], value: Any) -> Any:
    """The answer of a question with entries, with `value` at `steps` in the entry `code`; None where nobody could."""
    if not scene.is_shown(question):
        return None
    inside = {each.code: each.scene for each in entries(question, scene.values.get(question.key), scene)}
    found = {each: dict(own.values) for each, own in inside.items()}
    if code not in found:
        return None
    called, _bracket, deeper = steps[0].partition("[")
    inner = inside[code].definition.by_name[called]
    if steps[1:]:
        value = _with(inside[code], inner, deeper, steps[1:], value)
        if value is None:
            return None
    elif not _can_give(inside[code], inner, value):
        return None
    found[code] = {key: each for key, each in {**found[code], called: value}.items() if each is not None}
    return list(found.values()) if question.kind in LISTS else found


def _look(scene: Scene) -> dict[str, Any]:
    answers = {key: value for key, value in scene.values.items() if key != STATE}
    shown = [question.name for question in scene.definition.asked if scene.is_shown(question)]
    return {"shown": shown, "data": plain({**answers, **calculated(scene)})}


def _offered(scene: Scene, data: dict[str, Any]) -> dict[str, Any]:
    """Without what is not offered. Where nothing is cleared (`none`) the library sends it along; to a server that is an
    answer which nobody could choose."""
    found = dict(data)
    for question in scene.asked:
        if question.choices and question.key in found:
            known, value = scene.known_choices(question), found[question.key]
            kept = [each for each in (value if isinstance(value, list) else [value]) if str(each) in known]
            found[question.key] = kept if isinstance(value, list) else (kept or [None])[0]
    return {key: value for key, value in found.items() if value not in (None, [])}


def _can_give(scene: Scene, question: Question, value: Any) -> bool:
    """Nobody answers what they do not see, or chooses what is not offered."""
    if not scene.is_shown(question) or question.kind not in WITH_CHOICES:
        return scene.is_shown(question)
    offered = [choice.value for choice in scene.choices(question)]
    return all(each in offered for each in (value if isinstance(value, list) else [value] if value else []))


def alike(ours: Any, theirs: Any) -> bool:
    """The same answers; what a calculation wrote into a field of text is a number there and its text with us.

    Rows and panels at the end in which nobody answered anything may be missing."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        ours, theirs = _answered_in(ours), _answered_in(theirs)
        return ours.keys() == theirs.keys() and all(alike(ours[key], theirs[key]) for key in ours)
    if isinstance(ours, list) and isinstance(theirs, list):
        ours, theirs = _without_last(ours), _without_last(theirs)
        return len(ours) == len(theirs) and all(map(alike, ours, theirs))
    return same(ours, theirs) or str(ours).lower() == str(theirs).lower()


def _answered_in(values: dict[str, Any]) -> dict[str, Any]:
    found = {key: _trimmed(value) for key, value in values.items()}
    return {key: value for key, value in found.items() if value not in ({}, [])}


def _trimmed(value: Any) -> Any:
    return _answered_in(value) if isinstance(value, dict) else _without_last(value)


def _without_last(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    found = [_trimmed(each) for each in value]
    while found and found[-1] == {}:
        found.pop()
    return found
