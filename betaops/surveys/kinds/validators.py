"""The validators of a definition. Expressions that authors wrote run in RE2, so none can hang. Pure."""

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import re2

from betaops.kernel.i18n import gettext as _
from betaops.surveys.definition import Question
from betaops.surveys.engine.scene import Scene
from betaops.surveys.expressions.values import written_number
from betaops.surveys.kinds.base import Wrong
from betaops.surveys.localised import text

LONGEST_PATTERN = 1000
#: Bytes that RE2 may use for one compiled pattern.
PATTERN_MEMORY = 1 << 20

_ADDRESS = re2.compile(r"^[^\s@<>\"(),;:\\]+@[^\s@<>\"(),;:\\.]+(\.[^\s@<>\"(),;:\\.]+)+$")


def check(question: Question, value: Any, scene: Scene) -> None:
    """Raise `Wrong` with the author's words, or ours, for the first validator that `value` fails."""
    for validator in question.validators:
        kind = str(validator.get("type", "")).removesuffix("validator")
        problem = _PROBLEMS[kind](validator, value, scene) if kind in _PROBLEMS else None
        if problem is not None:
            raise Wrong(text(validator.get("text"), scene.language) or problem)


def is_address(value: str) -> bool:
    return len(value) <= 320 and _ADDRESS.match(value) is not None


@lru_cache(maxsize=512)
def pattern(source: str, *, ignores_case: bool) -> Any:
    """The compiled pattern; None where RE2 does not take it (checked before publishing)."""
    if len(source) > LONGEST_PATTERN:
        return None
    options = re2.Options()
    options.case_sensitive = not ignores_case
    options.max_mem = PATTERN_MEMORY
    options.log_errors = False
    try:
        return re2.compile(source, options=options)
    except re2.error:
        return None


def _numeric(validator: Mapping[str, Any], value: Any, scene: Scene) -> str | None:
    number = written_number(value)
    if math.isnan(number):
        return _("Write a number.")
    low, high = written_number(validator.get("minValue")), written_number(validator.get("maxValue"))
    if number < low:
        return _("The number must be at least %(low)s.", low=low)
    return _("The number must be at most %(high)s.", high=high) if number > high else None


def _text(validator: Mapping[str, Any], value: Any, scene: Scene) -> str | None:
    length = len(str(value))
    low, high = written_number(validator.get("minLength")), written_number(validator.get("maxLength"))
    if low > 0 and length < low:
        return _("Write at least %(low)s letters.", low=low)
    if high > 0 and length > high:
        return _("Write at most %(high)s letters.", high=high)
    if validator.get("allowDigits") is False and any(letter.isdigit() for letter in str(value)):
        return _("Write it without digits.")
    return None


def _regex(validator: Mapping[str, Any], value: Any, scene: Scene) -> str | None:
    ignores_case = validator.get("caseInsensitive") is True or validator.get("insensitive") is True
    compiled = pattern(str(validator.get("regex") or ""), ignores_case=ignores_case)
    values = value if isinstance(value, list) else [value]
    if compiled is None or all(compiled.search(str(each)) for each in values):
        return None
    return _("This is not in the expected form.")


def _email(validator: Mapping[str, Any], value: Any, scene: Scene) -> str | None:
    return None if is_address(str(value)) else _("Write a mail address, like name@example.com.")


def _answer_count(validator: Mapping[str, Any], value: Any, scene: Scene) -> str | None:
    if not isinstance(value, list):
        return None
    low, high = written_number(validator.get("minCount")), written_number(validator.get("maxCount"))
    if low > 0 and len(value) < low:
        return _("Choose at least %(low)s.", low=low)
    return _("Choose at most %(high)s.", high=high) if 0 < high < len(value) else None


def _expression(validator: Mapping[str, Any], value: Any, scene: Scene) -> str | None:
    condition = validator.get("expression")
    if not isinstance(condition, str) or scene.fits(condition):
        return None
    return _("This does not fit your other answers.")


_PROBLEMS = {
    "numeric": _numeric,
    "text": _text,
    "regex": _regex,
    "email": _email,
    "answercount": _answer_count,
    "expression": _expression,
}
