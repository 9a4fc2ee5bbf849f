"""What a change of answers has to do with an expression, and what a calculated value is as an answer. Pure."""

import math
from collections.abc import Collection, Mapping
from typing import Any

from betaops.surveys.definition import Definition, Question
from betaops.surveys.engine.scene import clears_when_hidden, text_key
from betaops.surveys.expressions import SyntaxProblem, can_run, parse
from betaops.surveys.expressions.grammar import Call, Variable, parts
from betaops.surveys.expressions.names import look_up
from betaops.surveys.expressions.values import is_empty, number_of, written_number

#: Answers that changed: what they were and what they are.
Changes = Mapping[str, tuple[Any, Any]]


def is_several(question: Question) -> bool:
    """Whether its answer is a list of choices."""
    takes_several = question.kind == "imagepicker" and question.options.get("multiSelect") is True
    return question.kind in ("checkbox", "tagbox", "ranking") or takes_several


def fitting(question: Question, value: Any) -> Any:
    """A value that the survey sets as the question would have it; what a person typed stays until it is judged."""
    if is_empty(value):
        return None
    if is_several(question):
        return value if isinstance(value, list) else [value]
    if question.kind == "text" and question.options.get("inputType") in ("number", "range"):
        number = written_number(value)
        return None if math.isnan(number) else number
    return value


def concerns(keys: Mapping[str, Any], first: str, second: str = "") -> bool:
    """Whether a change of `keys` has to do with an expression, or with the one that its value comes from."""
    reason = _reason(keys, first)
    if reason == "changed":
        return True
    return bool(_reason(keys, second)) if second else reason == "always"


def _reason(keys: Mapping[str, Any], source: str) -> str:
    if not source or not can_run(source):
        return ""
    if needs_no_change(source):
        return "always"
    return (
        "changed"
        if any_changed({key: (None, value) for key, value in keys.items()}, names_in(source))
        else ""
    )


def needs_no_change(source: str) -> bool:
    """It names nothing, or has a function like today(): whatever changes, it is looked at."""
    return not names_in(source) or needs_now(source)


def needs_now(source: str) -> bool:
    """Whether it has a function like today(), which no answer gives."""
    try:
        found = list(parts(parse(source)))
    except SyntaxProblem:
        return False
    return any(isinstance(part, Call) and not part.arguments for part in found)


def names_in(source: str) -> list[str]:
    try:
        return [part.name for part in parts(parse(source)) if isinstance(part, Variable)]
    except SyntaxProblem:
        return []


def any_changed(keys: Mapping[str, tuple[Any, Any]], names: list[str]) -> bool:
    lowered = {key.lower(): pair for key, pair in keys.items()}
    return any(_has_changed(lowered, name.lower()) for name in names)


def _has_changed(keys: Mapping[str, tuple[Any, Any]], name: str) -> bool:
    if name in keys:
        return True
    pieces = name.split(".")
    for count in range(1, len(pieces) + 1):
        first = ".".join(pieces[:count]).partition("[")[0]
        if first in keys:
            old, new = (look_up({first: side}, name) for side in keys[first])
            return first == name or not is_same(old, new)
    return False


def is_same(left: Any, right: Any) -> bool:
    """Whether an answer stays as it is; a number and the text of it are one."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if left is right and isinstance(left, list | dict):
        return True
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(is_same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(is_same(left[key], right[key]) for key in left)
    if isinstance(left, str) != isinstance(right, str) and not is_empty(left) and not is_empty(right):
        sides = (left, right)
        if all(isinstance(side, str | int | float) for side in sides):
            return number_of(left) == number_of(right)
    return bool(left == right)


#: When an answer goes: as soon as its question, or what is around it, is hidden.
AT_ONCE = ("onHidden", "onHiddenContainer")


def watched(definition: Definition) -> list[Question]:
    """Questions whose answer goes at once when they are hidden."""
    return [question for question in definition.asked if clears_when_hidden(definition, question) in AT_ONCE]


def shares_key(definition: Definition, question: Question) -> bool:
    """Whether another question keeps its answer under the same name."""
    return sum(each.key == question.key for each in definition.asked) > 1


def renamed(name: str, moved: Mapping[str, str]) -> str:
    """A name (`family[2].age`) with its beginning `moved`; empty where that leads nowhere any more."""
    head = next((each for each in moved if name.startswith(each)), "")
    to = moved.get(head, "")
    return to + name[len(head) :] if to or not head else ""


def narrowed(
    chosen: list[Any], aside: list[Any], offered: Collection[str], known: Collection[str]
) -> tuple[list[Any], list[Any]]:
    """Chosen answers without those that are not `known` any more, with those from `aside` that are `offered` again.

    And what is to be laid aside from now on.
    """
    back = [one for one in aside if text_key(one) in offered]
    kept = [one for one in chosen if text_key(one) in known]
    gone = [one for one in chosen if text_key(one) not in known]
    again = [one for one in back if one not in kept]
    return [*kept, *again], [one for one in aside if one not in back] + gone
