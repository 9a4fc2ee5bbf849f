"""Signs that a response was not given with care. They mark, they never take anything away. Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

import orjson

from betaops.surveys.definition import Definition, Question
from betaops.surveys.expressions.values import is_empty


class Doubt(StrEnum):
    """What makes one doubt: too fast, one column all the way down, said before word for word, a field that only
    machines see, a text that was pasted."""

    SPEEDING = "speeding"
    STRAIGHT_LINING = "straight_lining"
    DUPLICATE = "duplicate"
    HONEYPOT = "honeypot"
    PASTED = "pasted"


#: Seconds that a question usually takes, as `Definition.minutes` has it; a third of that is too fast to have read it.
SECONDS_A_TEXT, SECONDS_A_CHOICE, SHARE_TO_READ = 30, 8, 3
#: With less to read than this, being fast says nothing.
LEAST_SECONDS = 24
#: Rows of a matrix from which the same answer everywhere is worth a look.
LEAST_ROWS = 4
#: Answers of which the same ones twice are no accident, and the letters of a text for which one is enough.
LEAST_ANSWERS, LEAST_LETTERS = 6, 20


def doubts(
    definition: Definition, answers: Mapping[str, Any], *, seconds: float | None, is_repeated: bool
) -> list[Doubt]:
    """`seconds` were spent on its pages (None where that is not known); `is_repeated`: see `digest`."""
    found = []
    if seconds is not None:
        usual = sum(_usual(each, answers[each.key]) for each in _answered(definition.asked, answers))
        if usual >= LEAST_SECONDS and seconds < usual / SHARE_TO_READ:
            found.append(Doubt.SPEEDING)
    matrices = [each for each in definition.asked if each.kind == "matrix"]
    if matrices and is_straight(_answered(matrices, answers), answers):
        found.append(Doubt.STRAIGHT_LINING)
    if is_repeated:
        found.append(Doubt.DUPLICATE)
    return found


def digest(definition: Definition, answers: Mapping[str, Any]) -> bytes | None:
    """SHA-256 of the answers, to find the same ones again; None where so few were given that they may well be the same."""
    told = {each.key: answers[each.key] for each in definition.asked if not is_empty(answers.get(each.key))}
    told |= {
        each.comment_key: answers[each.comment_key]
        for each in definition.asked
        if answers.get(each.comment_key)
    }
    return digest_of(told)


def digest_of(told: Mapping[str, Any]) -> bytes | None:
    """The same where nothing is among the answers that was not asked, and nothing empty."""
    if len(told) < LEAST_ANSWERS and not any(
        isinstance(value, str) and len(value) >= LEAST_LETTERS for value in told.values()
    ):
        return None
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).digest()


def is_straight(answered: Iterable[Question], answers: Mapping[str, Any]) -> bool:
    """Every matrix of some length has one and the same answer in all its rows."""
    columns = [
        list(value.values())
        for question in answered
        if question.kind == "matrix" and isinstance(value := answers[question.key], dict)
    ]
    long = [cells for cells in columns if len(cells) >= LEAST_ROWS]
    return bool(long) and all(all(cell == cells[0] for cell in cells) for cells in long)


def _answered(questions: Iterable[Question], answers: Mapping[str, Any]) -> Iterable[Question]:
    return (each for each in questions if not is_empty(answers.get(each.key)))


def _usual(question: Question, value: Any) -> int:
    if question.kind == "comment":
        return SECONDS_A_TEXT
    return SECONDS_A_CHOICE * max(1, len(value) if isinstance(value, dict) else 1)
