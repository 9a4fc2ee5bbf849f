"""Responses as rows of a sheet. Cells that a spreadsheet would run as formulas stay text. Pure."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from betaops.surveys.definition import Question
from betaops.surveys.formats.parts import part_value, parts_of, plain

_FORMULA = frozenset(("=", "+", "-", "@", "\t", "\r"))
#: The part of a question that is the free text beside its answer.
COMMENT = "#comment"
#: So that spreadsheets read UTF-8.
MARK = "\ufeff"
#: Lines that are given out together.
_LINES = 200
#: Kinds whose answers hardly repeat; and how many different answers are remembered of a column.
_WRITTEN = frozenset(("text", "comment"))
_MOST_KNOWN = 1000


def safe(value: Any) -> str:
    """Text as it may stand in a cell: a leading apostrophe keeps `=1+1` from being run. Numbers stay numbers."""
    if isinstance(value, str):
        words = value.replace("\0", "") if "\0" in value else value
        return f"'{words}" if words.lstrip(" ")[:1] in _FORMULA else words
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return str(value)
    return value.isoformat() if isinstance(value, datetime) else safe(str(value))


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


class Rows:
    """Makes cells of one response after another; the words for what was chosen before are at hand."""

    def __init__(self, wanted: Sequence[tuple[str, Question, str]], language: str) -> None:
        self._language = language
        self._wanted = [
            (question.key, question.kind in _WRITTEN, question, part, dict[str, Any]())
            for _head, question, part in wanted
        ]

    def cells(self, answers: Mapping[str, Any]) -> list[Any]:
        """The same as `cells`."""
        found = []
        for key, is_written, question, part, known in self._wanted:
            value = answers.get(key)
            if is_written or part == "#comment" or value is None or isinstance(value, float):
                found.append(_cell(answers, question, part, self._language))
                continue
            written = repr(value)
            if written not in known:
                if len(known) >= _MOST_KNOWN:
                    known.clear()
                known[written] = _cell(answers, question, part, self._language)
            found.append(known[written])
        return found


def lines(heads: list[str], rows: Iterable[list[Any]]) -> Iterator[str]:
    """CSV, many lines at once, with the mark in front."""
    waiting: list[str] = [MARK]
    # What `writerow` is given to write into gives back its line.
    line = csv.writer(_Lines(), lineterminator="\r\n").writerow
    waiting.append(line([safe(value) for value in heads]))
    for row in rows:
        waiting.append(line([safe(value) for value in row]))
        if len(waiting) >= _LINES:
            yield "".join(waiting)
            waiting = []
    yield "".join(waiting)


class _Lines:
    """A file that keeps nothing."""

    def write(self, line: str) -> str:
        return line


def _cell(answers: Mapping[str, Any], question: Question, part: str, language: str) -> Any:
    if part == COMMENT:
        return answers.get(question.comment_key)
    if part:
        return part_value(question, answers, part, language)
    return plain(question, answers.get(question.key), language)
