"""Our survey engine against the npm package survey-core, which the format's meaning comes from."""

import math
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

from betaops.surveys.definition import Question
from betaops.surveys.engine.judging import calculated, judge_all
from betaops.surveys.engine.scene import STATE, Scene
from betaops.surveys.engine.walking import Walk
from betaops.surveys.expressions import evaluate
from betaops.surveys.reading import read
from tests.clients.conftest import STANDS_AT, Node
from tests.clients.definitions import played
from tests.clients.expressions import EXPRESSIONS, VALUES, plain

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


@settings(compared, max_examples=400, derandomize=True)
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


@settings(compared, max_examples=80, derandomize=True)
@given(case=played())
def test_every_definition_goes_the_same_way(
    survey_core: Node, case: tuple[dict[str, Any], list[tuple[str, Any]]]
) -> None:
    """The same examples every time: of those made up at random about one in a hundred contradicts itself so (values
    filled in that are not offered, defaults that feed one another) that the library's answer is an accident of order."""
    source, answers = case
    theirs = survey_core.call("play", {"definition": source, "answers": answers})
    assume("threw" not in theirs)
    definition = read(source)
    walk = Walk(definition, STANDS_AT, "default", "seed")
    values = walk.begun()
    steps = [_look(walk.scene(values))]
    for name, value in answers:
        if _can_give(walk.scene(values), definition.by_name[name], value):
            values = walk.answered(values, {name: value})
        steps.append(_look(walk.scene(values)))
    for ours, other in zip(steps, theirs["steps"], strict=True):
        assert ours["shown"] == other["shown"]
        assert alike(ours["data"], other["data"])
    final = judge_all(definition, values, now=STANDS_AT, seed="seed").values
    assert alike(plain(final), theirs["data"])


def _look(scene: Scene) -> dict[str, Any]:
    answers = {key: value for key, value in scene.values.items() if key != STATE}
    shown = [question.name for question in scene.definition.asked if scene.is_shown(question)]
    return {"shown": shown, "data": plain({**answers, **calculated(scene)})}


def _can_give(scene: Scene, question: Question, value: Any) -> bool:
    """Nobody answers what they do not see, or chooses what is not offered."""
    if not scene.is_shown(question) or question.kind not in ("checkbox", "radiogroup", "dropdown"):
        return scene.is_shown(question)
    offered = [choice.value for choice in scene.choices(question)]
    return all(each in offered for each in (value if isinstance(value, list) else [value] if value else []))


def alike(ours: Any, theirs: Any) -> bool:
    """The same answers; what a calculation wrote into a field of text is a number there and its text with us."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(alike(ours[key], theirs[key]) for key in ours)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(alike, ours, theirs))
    return same(ours, theirs) or str(ours).lower() == str(theirs).lower()
