"""Answers that nobody types: `expression` questions, wherever they stand, and the totals of matrices. Pure."""

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from betaops.surveys.definition import TOTAL, Definition, Question, has_total
from betaops.surveys.expressions.values import is_empty

#: One expression may use another; after so many rounds those that use each other in a circle stay as they are.
MOST_ROUNDS = 10
#: Letters of a calculated text.
LONGEST_TEXT = 10_000

Values = Mapping[str, Any]
#: What gives the value of an expression that knows these names.
WorkOut = Callable[[str, Values], Any]


def computed(
    definition: Definition, values: Values, *, work_out: WorkOut, around: Values | None = None
) -> Values:
    """`values` with everything calculated in them. `around` is what expressions see besides (`panel`, `row`)."""
    found: Values = values
    for _round in range(MOST_ROUNDS):
        before, found = found, _once(definition, found, work_out, around)
        if found == before:
            break
    return found


def about_entry(kind: str, values: Values, index: int, code: str, label: str) -> dict[str, Any]:
    """What a condition inside a panel or a row may speak of besides the survey's own answers."""
    if kind == "paneldynamic":
        return {"panel": values, "panelIndex": index}
    if kind == "multipletext":
        return {}
    names = {"rowValue": code, "rowName": code, "rowTitle": label} if code else {}
    return {"row": values, "rowIndex": index + 1, **names}


def _once(definition: Definition, values: Values, work_out: WorkOut, around: Values | None) -> Values:
    found = dict(values)
    for question in definition.computed:
        # Inside a panel plain names are the survey's; the panel's own come by `panel.`.
        known = {**found, **around} if around else found
        if question.kind == "expression":
            _set(found, question.key, _result(question, question.options.get("expression"), known, work_out))
            continue
        value = found.get(question.key)
        if value is not None and question.inner is not None and question.inner.computed:
            found[question.key] = value = _entries(question, value, known, work_out, around)
        _set(found, question.key + TOTAL, _totals(question, value, {**known, question.key: value}, work_out))
    return found


def _entries(question: Question, value: Any, known: Values, work_out: WorkOut, around: Values | None) -> Any:
    if isinstance(value, list):
        return [
            _entry(question, each, index, "", known, work_out, around) for index, each in enumerate(value)
        ]
    if isinstance(value, dict) and question.kind == "multipletext":
        return _entry(question, value, 0, "", known, work_out, around)
    if isinstance(value, dict):
        codes = {str(row.value): index for index, row in enumerate(question.rows)}
        return {
            code: _entry(question, each, codes.get(code, 0), code, known, work_out, around)
            for code, each in value.items()
        }
    return value


def _entry(question: Question, values: Any, index: int, code: str, known: Values, work_out: WorkOut,
           around: Values | None) -> Any:  # fmt: skip
    if not isinstance(values, dict) or question.inner is None:
        return values
    label = next((str(row.text) for row in question.rows if str(row.value) == code), "")
    about = about_entry(question.kind, values, index, code, label)
    if around and "panel" in around:
        about = {"parentPanel": around["panel"], **about}
    return computed(question.inner, values, work_out=work_out, around={**known, **about})


def _totals(question: Question, value: Any, known: Values, work_out: WorkOut) -> dict[str, Any]:
    """By column; of what is not there yet a sum is 0."""
    if question.inner is None or question.kind not in ("matrixdynamic", "matrixdropdown"):
        return {}
    rows = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    rows = [row for row in rows if isinstance(row, dict)]
    found: dict[str, Any] = {}
    for column in question.inner.asked:
        if not has_total(column):
            continue
        own = column.options.get("totalExpression")
        if isinstance(own, str):
            total = _result(column, own, known, work_out)
        else:
            function = f"{column.options['totalType']}InArray"
            total = work_out(f"{function}({{rows}}, {{#name}})", {"rows": rows, "name": column.key})
        found[column.key] = total
    return found


def stored(value: Any, question: Question | None) -> Any:
    """A value as an answer: dates are written, days unless the question asks for a time as well.

    What is no number is no answer, and text that grows with every look (it names itself) ends somewhere.
    """
    if isinstance(value, datetime):
        has_time = question is not None and question.options.get("inputType") == "datetime-local"
        return value.strftime("%Y-%m-%dT%H:%M") if has_time else value.date().isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value[:LONGEST_TEXT] if isinstance(value, str) else value


def _result(question: Question, expression: Any, known: Values, work_out: WorkOut) -> Any:
    if not isinstance(expression, str) or not expression.strip():
        return None
    return stored(work_out(expression, known), question)


def _set(found: dict[str, Any], key: str, value: Any) -> None:
    if is_empty(value):
        found.pop(key, None)
    else:
        found[key] = value
