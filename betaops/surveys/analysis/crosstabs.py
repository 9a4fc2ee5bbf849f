"""Two questions against each other. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from betaops.kernel.i18n import gettext as _
from betaops.statistics.shares import Independence, chi_square
from betaops.surveys.analysis.scales import FEW, Score, share_score
from betaops.surveys.definition import Question
from betaops.surveys.kinds.base import code_of
from betaops.surveys.kinds.boolean import label as boolean_label
from betaops.surveys.kinds.boolean import values as boolean_values
from betaops.surveys.kinds.matrix import takes_several
from betaops.surveys.kinds.rating import scale
from betaops.surveys.localised import DEFAULT, text

#: Stands for the identity of the arm, which is no question.
_ARM = UUID(int=0)


@dataclass(frozen=True)
class Side:
    """One question of a cross-tab, one row of a matrix, or the arm, with the answers that it offers."""

    question_id: UUID
    row: str
    title: str
    #: (code, label)
    answers: tuple[tuple[str, str], ...]
    #: People may give several of them, so shares may add up to more than 100 %.
    is_several: bool = False

    @property
    def name(self) -> str:
        """In an address."""
        return "arm" if self.is_arm else f"{self.question_id}:{self.row}"

    @property
    def is_arm(self) -> bool:
        """The arm that people were put into: known without anybody having answered."""
        return self.question_id == _ARM


@dataclass(frozen=True)
class Cell:
    """People who gave both answers; `share` is of those of the column, None where it has nobody."""

    count: int
    share: Score | None


@dataclass(frozen=True)
class Column:
    """Everybody who gave one answer to the question across."""

    code: str
    label: str
    n: int
    cells: tuple[Cell, ...]
    #: Too few people to be shown.
    is_kept_back: bool = False

    @property
    def is_thin(self) -> bool:
        return 0 < self.n < FEW


@dataclass(frozen=True)
class Crosstab:
    """`down` in rows, `across` in columns; `n` are people who answered both."""

    down: Side
    across: Side
    n: int
    columns: tuple[Column, ...]
    independence: Independence | None
    #: Why there is no test: several, few, kept_back or nothing.
    untested: str


def sides(questions: Iterable[tuple[UUID, Question, int]], language: str = DEFAULT) -> list[Side]:
    """What can be put against something else: everything that is answered by choosing."""
    return [
        side
        for question_id, question, _number in questions
        for side in _sides(question_id, question, language)
    ]


def arm_side(names: Sequence[str]) -> Side:
    return Side(_ARM, "", _("Arm"), tuple((name, name) for name in names))


def _sides(question_id: UUID, question: Question, language: str) -> Iterable[Side]:
    title = question.label(language)
    if question.kind == "matrix":
        for row in question.rows:
            label = f"{title}: {text(row.text, language) or code_of(row.value)}"
            answers = _labels(question.columns, language)
            yield Side(question_id, code_of(row.value), label, answers, takes_several(question))
    elif question.kind == "boolean":
        both = boolean_values(question)
        answers = tuple((code_of(value), boolean_label(question, value, language)) for value in both)
        yield Side(question_id, "", title, answers)
    elif question.kind == "rating":
        yield Side(question_id, "", title, _labels(scale(question), language))
    elif question.choices and question.kind in ("radiogroup", "dropdown", "checkbox"):
        yield Side(question_id, "", title, _labels(question.choices, language), question.kind == "checkbox")


def _labels(choices: Sequence[Any], language: str) -> tuple[tuple[str, str], ...]:
    return tuple((code_of(each.value), text(each.text, language) or code_of(each.value)) for each in choices)


def crosstab(
    down: Side,
    across: Side,
    counts: Mapping[tuple[str, str], int],
    totals: Mapping[str, int],
    n: int,
    *,
    smallest: int = 0,
) -> Crosstab:
    """`counts` are people by (down, across) code, `totals` people by across code who answered both questions.

    Columns of fewer than `smallest` people keep their cells back.
    """
    rows, heads = _with_gone(down, [code for code, _ in counts]), _with_gone(across, totals)
    columns = tuple(
        _column(code, label, rows, counts, totals.get(code, 0), smallest) for code, label in heads
    )
    untested = _untested(down, across, columns)
    table = (
        [[column.cells[at].count for column in columns] for at in range(len(rows))] if not untested else []
    )
    independence = chi_square(table) if table else None
    return Crosstab(
        Side(down.question_id, down.row, down.title, rows, down.is_several),
        across,
        n,
        columns,
        independence,
        untested or ("" if independence else "few"),
    )


def _with_gone(side: Side, seen: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The answers offered, and behind them those that are no longer."""
    known = {code for code, _label in side.answers}
    gone = sorted(Counter(code for code in seen if code not in known))
    return (*side.answers, *((code, code) for code in gone))


def _column(
    code: str,
    label: str,
    rows: Sequence[tuple[str, str]],
    counts: Mapping[tuple[str, str], int],
    n: int,
    smallest: int,
) -> Column:
    if 0 < n < smallest:
        return Column(code, label, n, tuple(Cell(0, None) for _row in rows), is_kept_back=True)
    cells = []
    for row, words in rows:
        count = counts.get((row, code), 0)
        cells.append(Cell(count, share_score(words, count, n) if n else None))
    return Column(code, label, n, tuple(cells))


def _untested(down: Side, across: Side, columns: Sequence[Column]) -> str:
    if down.is_several or across.is_several:
        return "several"
    if any(column.is_kept_back for column in columns):
        return "kept_back"
    return "" if any(column.n for column in columns) else "nothing"
