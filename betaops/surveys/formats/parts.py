"""Answers that have parts of their own in a sheet: rows, places, lines, panels. Pure."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from betaops.surveys.definition import TOTAL, Question, has_total
from betaops.surveys.expressions.values import is_empty
from betaops.surveys.kinds import KINDS
from betaops.surveys.kinds.base import choice_words, code_of
from betaops.surveys.kinds.compound import parts as entries_of
from betaops.surveys.kinds.slider import ENDS, is_range

#: Between row and column of a matrix, and before the column of a total.
CELL, SUM = "\x1f", "\x1ftotal\x1f"
#: Between the answers of several panels or rows in one cell.
BETWEEN = " | "

Part = tuple[str, str]


def parts_of(question: Question, language: str) -> list[Part]:
    """(part, words) of the columns that the question has; none where it has a single one."""
    make = _PARTS.get(question.kind)
    return list(make(question, language)) if make else []


def part_value(question: Question, answers: Mapping[str, Any], part: str, language: str) -> Any:
    """What stands in one of these columns: numbers as such, else words."""
    if part.startswith(SUM):
        totals = answers.get(question.key + TOTAL)
        return totals.get(part.removeprefix(SUM)) if isinstance(totals, dict) else None
    value = answers.get(question.key)
    if is_empty(value):
        return None
    if question.kind == "matrix":
        return _of_row(question, value, part, language)
    if question.kind == "ranking":
        codes = [code_of(each) for each in value] if isinstance(value, list) else []
        return codes.index(part) + 1 if part in codes else None
    if question.kind == "slider":
        return value[ENDS.index(part)] if isinstance(value, list) and len(value) == 2 else None
    return _inside(question, value, part, language)


def plain(question: Question, value: Any, language: str) -> Any:
    """A whole answer: a number stays one, everything else is words."""
    if is_empty(value) or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    return KINDS[question.kind].words(question, value, language)


def _rows(question: Question, language: str) -> Iterator[Part]:
    for row in question.rows:
        yield code_of(row.value), choice_words(question.rows, row.value, language)


def _places(question: Question, language: str) -> Iterator[Part]:
    for choice in question.choices:
        yield code_of(choice.value), choice_words(question.choices, choice.value, language)


def _ends(question: Question, language: str) -> Iterator[Part]:
    if is_range(question):
        yield from ((end, end) for end in ENDS)


def _columns(question: Question, language: str) -> Iterator[Part]:
    for inner in question.inner.asked if question.inner else ():
        yield inner.name, inner.label(language)
    yield from _sums(question, language)


def _cells(question: Question, language: str) -> Iterator[Part]:
    for row, words in _rows(question, language):
        for inner in question.inner.asked if question.inner else ():
            yield f"{row}{CELL}{inner.name}", f"{words}: {inner.label(language)}"
    yield from _sums(question, language)


def _sums(question: Question, language: str) -> Iterator[Part]:
    for inner in question.inner.asked if question.inner else ():
        if has_total(inner):
            yield SUM + inner.key, f"{inner.label(language)} (total)"


_PARTS: Mapping[str, Callable[[Question, str], Iterator[Part]]] = {
    "matrix": _rows,
    "ranking": _places,
    "slider": _ends,
    "multipletext": _columns,
    "paneldynamic": _columns,
    "matrixdynamic": _columns,
    "matrixdropdown": _cells,
}


def _of_row(question: Question, value: Any, part: str, language: str) -> Any:
    answer = value.get(part) if isinstance(value, dict) else None
    several = answer if isinstance(answer, list) else [] if answer is None else [answer]
    if len(several) == 1 and isinstance(several[0], int | float):
        return several[0]
    return ", ".join(choice_words(question.columns, each, language) for each in several)


def _inside(question: Question, value: Any, part: str, language: str) -> Any:
    row, _mark, name = part.rpartition(CELL)
    inner = question.inner.by_name.get(name) if question.inner else None
    if inner is None:
        return None
    found = [
        _with_comment(inner, own, language)
        for code, own in entries_of(question, value)
        if question.kind != "matrixdropdown" or code == row
    ]
    if len(found) == 1:
        return found[0]
    words = ["" if is_empty(each) else str(each) for each in found]
    return BETWEEN.join(words) if any(words) else None


def _with_comment(inner: Question, own: Mapping[str, Any], language: str) -> Any:
    value, comment = plain(inner, own.get(inner.key), language), own.get(inner.comment_key)
    return f"{value} ({comment})" if isinstance(comment, str) and comment else value
