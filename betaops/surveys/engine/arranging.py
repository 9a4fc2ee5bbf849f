"""What the buttons inside compound questions do to the answers: one entry more, or one less. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from betaops.surveys.definition import Definition, Question
from betaops.surveys.engine.entries import LISTS, first_entries, with_added, without
from betaops.surveys.expressions.values import text_of

_ACTION = re.compile(r"(add|remove:(\d{1,3})):(.+)", re.DOTALL)


def arranged(definition: Definition, answers: Mapping[str, Any], action: str) -> dict[str, Any] | None:
    """The answers after `add:family` or `remove:1:family[0].pets`; None where `action` is no such thing."""
    found = _ACTION.fullmatch(action)
    if found is None:
        return None
    index = int(found[2]) if found[2] else None
    return _in(definition, dict(answers), found[3], index)


def _in(definition: Definition, answers: dict[str, Any], name: str, index: int | None) -> dict[str, Any]:
    for question in definition.asked:
        value = answers.get(question.key)
        if question.kind in LISTS and question.name == name:
            changed = with_added(question, value) if index is None else without(question, value, index)
            return {**answers, question.key: changed}
        if question.inner is not None and name.startswith(f"{question.name}["):
            return {
                **answers,
                question.key: _inside(question, value, name.removeprefix(question.name), index),
            }
    return answers


def _inside(question: Question, value: Any, rest: str, index: int | None) -> Any:
    """`rest` is `[0].pets`: into the entry that it begins with."""
    if question.inner is None:
        return value
    if question.kind in LISTS:
        found = re.fullmatch(r"\[(\d{1,3})\]\.(.+)", rest, re.DOTALL)
        entries = list(value) if isinstance(value, list) else first_entries(question)
        if found is None or int(found[1]) >= len(entries) or not isinstance(entries[int(found[1])], dict):
            return value
        entries[int(found[1])] = _in(question.inner, entries[int(found[1])], found[2], index)
        return entries
    rows = value if isinstance(value, dict) else {}
    for row in question.rows:
        code = text_of(row.value)
        if question.kind == "matrixdropdown" and rest.startswith(f"[{code}]."):
            own = rows.get(code)
            inner = _in(
                question.inner, own if isinstance(own, dict) else {}, rest.removeprefix(f"[{code}]."), index
            )
            return {**rows, code: inner}
    return value
