"""Conditions of one comparison, as people put them together: a question, an operator, an answer in words. Pure.

What is more than one comparison stays an expression; `read` gives None for it.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.surveys.definition import Choice, Definition, Question
from betaops.surveys.engine.arms import ARM
from betaops.surveys.expressions import SyntaxProblem, parse
from betaops.surveys.expressions.grammar import Binary, Constant, Unary, Variable
from betaops.surveys.expressions.values import text_of, written_number
from betaops.surveys.kinds import KINDS, boolean
from betaops.surveys.kinds.base import code_of
from betaops.surveys.kinds.rating import scale
from betaops.surveys.localised import DEFAULT, text

#: Operators that ask whether there is an answer, and need none themselves.
ANSWERED = ("empty", "notempty")
#: As the tree calls them, and as the language writes them.
_WRITTEN = {
    "equal": "=", "notequal": "<>", "contains": "contains", "notcontains": "notcontains",
    "greater": ">", "less": "<", "greaterorequal": ">=", "lessorequal": "<=",
}  # fmt: skip
#: Of a list of answers, "is" means that one of them is.
_OF_LISTS = {"=": "contains", "<>": "notcontains"}
#: Kinds whose answer is one value, or a list of values.
COMPARED = (
    "radiogroup",
    "dropdown",
    "buttongroup",
    "imagepicker",
    "checkbox",
    "tagbox",
    "boolean",
    "rating",
    "slider",
    "text",
    "comment",
    "expression",
)
#: Operators that make sense of what is between the answers.
ORDERED = (">", "<", ">=", "<=")
#: Answers of one question that are offered while somebody types.
MOST_OFFERED = 100
_MOST_NAMED = 8


@dataclass(frozen=True)
class Comparison:
    """`key` is that of a question, `operator` as the language writes it, `answer` in words or as its value."""

    key: str
    operator: str
    answer: str = ""


def answers(question: Question, language: str = DEFAULT) -> list[tuple[str, Any]]:
    """(words, value) of each answer that can be chosen; none where anything may be written."""
    if question.kind == "boolean":
        yes, no = boolean.values(question)
        return [(boolean.label(question, value, language), value) for value in (yes, no)]
    return [
        (text(choice.text, language) or text_of(choice.value), choice.value) for choice in _offered(question)
    ]


def _offered(question: Question) -> tuple[Choice, ...]:
    if question.kind == "rating":
        return scale(question)
    return question.choices if question.inner is None else ()


def read(condition: str, definition: Definition) -> Comparison | None:
    """The one comparison that `condition` is; None where it is more, or speaks of something else."""
    try:
        tree = parse(condition)
    except SyntaxProblem:
        return None
    match tree:
        case Unary(operator=("empty" | "notempty") as operator, operand=Variable() as variable):
            question = _question(variable.name, definition)
            return Comparison(question.key, operator) if question else None
        case Binary(left=Variable() as variable, right=Constant() as constant) if tree.operator in _WRITTEN:
            question = _question(variable.name, definition)
            if question is None or not _is_answer(question, constant.value, _WRITTEN[tree.operator]):
                return None
            words = KINDS[question.kind].words(question, constant.value, DEFAULT)
            return Comparison(question.key, _WRITTEN[tree.operator], words)
    return None


def written(comparison: Comparison, definition: Definition) -> str:
    """The expression. `Invalid` where the question has no such answer: such a condition would never hold."""
    question = _question(comparison.key, definition)
    if question is None:
        raise Invalid(
            "no_question", _("This question is not in the survey any more."), field="condition_question"
        )
    if comparison.operator in ANSWERED:
        return f"{{{question.key}}} {comparison.operator}"
    if question.kind not in COMPARED:
        raise Invalid(
            "not_compared",
            _("Of “%(question)s” it can only be asked whether it is answered. For more, write an expression.",
              question=question.label()[:80]),
            field="condition_operator",
        )  # fmt: skip
    operator = comparison.operator
    if takes_several(question):
        operator = _OF_LISTS.get(operator, operator)
    value = _value(question, comparison.answer.strip(), operator)
    return f"{{{question.key}}} {operator} {_literal(value, operator)}"


def takes_several(question: Question) -> bool:
    return question.kind in ("checkbox", "tagbox") or (
        question.kind == "imagepicker" and question.options.get("multiSelect") is True
    )


def _question(key: str, definition: Definition) -> Question | None:
    """The question of that key; the arm of a survey that has arms is compared like one."""
    if definition.arm and key.lower() == ARM:
        return _arm()
    return definition.by_key.get(key.lower())


def _arm() -> Question:
    return Question(kind="text", name=ARM, options={}, place=(), title=_("The arm"))


def _is_answer(question: Question, value: Any, operator: str) -> bool:
    """Whether somebody could give it; of what has an order, anything may be asked."""
    if question.kind not in COMPARED:
        return False
    known = answers(question)
    is_free = not known or question.has_other or operator in ORDERED
    return is_free or any(code_of(value) == code_of(each) for _words, each in known)


def _value(question: Question, typed: str, operator: str) -> Any:
    """What is stored for the answer that was named by its words or its value."""
    if not typed:
        raise Invalid("no_answer", _("Say which answer."), field="condition_value")
    for words, value in answers(question):
        if typed.lower() in (words.lower(), code_of(value).lower()):
            return value
    if not _is_answer(question, typed, operator):
        raise Invalid("no_such_answer", _no_such_answer(question, typed), field="condition_value")
    return typed


def _no_such_answer(question: Question, typed: str) -> str:
    words = [f"“{words}”" for words, _value in answers(question)]
    shown = ", ".join(words[:_MOST_NAMED]) + ("…" if len(words) > _MOST_NAMED else "")
    return _("“%(question)s” has no answer “%(typed)s”. It has %(answers)s.",
             question=question.label()[:80], typed=typed[:80], answers=shown)  # fmt: skip


def _literal(value: Any, operator: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    number = written_number(value)
    if not math.isnan(number) and ("contains" not in operator or not isinstance(value, str)):
        return code_of(number)
    return f"'{_quoted(code_of(value))}'"


def _quoted(words: str) -> str:
    """The language knows both quotes as ends, so both are escaped."""
    return words.replace("'", "\\'").replace('"', '\\"')


def offered(definition: Definition) -> Iterator[tuple[Question, list[str]]]:
    """Questions that a comparison can be about, each with the words of its answers; last the arm, if there are arms."""
    for question in definition.asked:
        yield question, [words for words, _value in answers(question)[:MOST_OFFERED]]
    if definition.arm:
        yield _arm(), []
