"""Responses as rows of a sheet. Cells that a spreadsheet would run as formulas stay text. Pure."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from betaops.surveys.definition import Question
from betaops.surveys.parts import part_value, parts_of, plain

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
#: The part of a question that is the free text beside its answer.
COMMENT = "#comment"
#: So that spreadsheets read UTF-8.
MARK = "\ufeff"


def safe(value: Any) -> str:
    """Text as it may stand in a cell: a leading apostrophe keeps `=1+1` from being run. Numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return str(value)
    words = str(value).replace("\0", "")
    return f"'{words}" if words.lstrip(" ").startswith(_FORMULA) or words.startswith(_FORMULA) else words


def columns(questions: Iterable[Question], language: str) -> list[tuple[str, Question, str]]:
    """(head, question, part): a matrix has a column a row, a free text beside a choice one of its own."""
    found: list[tuple[str, Question, str]] = []
    for question in questions:
        label = question.label(language)
        parts = parts_of(question, language)
        found += [(f"{label}: {words}", question, part) for part, words in parts]
        if not parts:
            found.append((label, question, ""))
        if question.has_other or question.has_comment:
            found.append((f"{label} (text)", question, COMMENT))
    return found


def cells(
    answers: Mapping[str, Any], wanted: Iterable[tuple[str, Question, str]], language: str
) -> list[Any]:
    """One response's answers, in words but for numbers."""
    return [_cell(answers, question, part, language) for _head, question, part in wanted]


def lines(heads: list[str], rows: Iterable[list[Any]]) -> Iterator[str]:
    """CSV, line by line, with the mark in front."""
    yield MARK + _line(heads)
    for row in rows:
        yield _line(row)


def _cell(answers: Mapping[str, Any], question: Question, part: str, language: str) -> Any:
    if part == COMMENT:
        return answers.get(question.comment_key)
    if part:
        return part_value(question, answers, part, language)
    return plain(question, answers.get(question.key), language)


def _line(values: Iterable[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow([safe(value) for value in values])
    return buffer.getvalue()
