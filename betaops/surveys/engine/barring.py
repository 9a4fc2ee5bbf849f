"""Choices that are seen and cannot be chosen: who sends one nevertheless has not answered. Pure.

One that was chosen while it was open stays, as in `survey-core`. So what was chosen against the condition is
remembered beside the answers (`STATE`), where judging finds it.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from betaops.surveys.definition import Question, switches_off
from betaops.surveys.engine.entries import entries
from betaops.surveys.engine.scene import STATE, Scene, text_key
from betaops.surveys.expressions.values import is_empty

_BARRED = "barred"


def with_barred(
    values: Mapping[str, Any], before: Mapping[str, Any], after: Scene, told: Collection[str]
) -> dict[str, Any]:
    """`values`, of which `after` is the scene, with what a person (`told`, by key) chose though it was switched off."""
    state = {name: each for name, each in (values.get(STATE) or {}).items() if name != _BARRED}
    if barred := dict(_barred(before, after, told)):
        state[_BARRED] = barred
    answers = {key: value for key, value in values.items() if key != STATE}
    return {**answers, STATE: state} if state else answers


def _barred(
    before: Mapping[str, Any], after: Scene, told: Collection[str]
) -> Iterator[tuple[str, list[str]]]:
    state = before.get(STATE)
    marks = state.get(_BARRED) if isinstance(state, dict) else None
    marks = marks if isinstance(marks, dict) else {}
    for question in after.definition.asked:
        value, former = after.values.get(question.key), before.get(question.key)
        # What the survey itself has set is nobody's choice.
        is_told = question.key in told
        yield from _in(question, after, value, [former] if is_told else [value, former], marks)


def _in(
    question: Question, scene: Scene, value: Any, formers: list[Any], marks: Mapping[str, list[str]]
) -> Iterator[tuple[str, list[str]]]:
    if question.inner is not None and not is_empty(value):
        for entry in entries(question, value, scene):
            for inner in entry.scene.definition.asked:
                given = entry.scene.values.get(inner.key)
                yield from _in(inner, entry.scene, given, _inside(formers, inner.key), marks)
    elif switches_off(question):
        name = scene.prefix + question.name
        stood = {code for former in formers for code in _codes(former)} - set(marks.get(name, ()))
        fresh = _codes(value) - stood
        open_now = {text_key(each.value) for each in scene.choices(question) if scene.is_open(question, each)}
        known = {text_key(each.value) for each in scene.choices(question)}
        if found := sorted((fresh & known) - open_now):
            yield name, found


def _inside(formers: list[Any], key: str) -> list[Any]:
    """What was answered under a key in any entry: entries change their places when one is taken away."""
    found: list[Any] = []
    for former in formers:
        if isinstance(former, dict):
            found += [former.get(key), *(each.get(key) for each in former.values() if isinstance(each, dict))]
        elif isinstance(former, list):
            found += [each.get(key) for each in former if isinstance(each, dict)]
    return found


def _codes(value: Any) -> set[str]:
    return {text_key(each) for each in (value if isinstance(value, list) else [value])} - {""}
