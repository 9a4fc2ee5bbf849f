"""The same scale for several rows (`matrix` with one answer, or several, a row)."""

from collections.abc import Iterable
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.surveys.definition import Choice, Question
from betaops.surveys.engine.scene import Scene
from betaops.surveys.expressions.values import is_empty
from betaops.surveys.kinds.base import Row, Wrong, choice_words, chosen, code_of, number_or_none


def takes_several(question: Question) -> bool:
    """Whether a row may have more than one answer."""
    return question.options.get("cellType") == "checkbox"


class Matrix:
    """The value is an object: row to column, or row to a list of columns."""

    def clean(self, question: Question, value: Any, scene: Scene) -> Any:
        if not isinstance(value, dict):
            raise Wrong(_("Answer row by row."))
        rows, columns = scene.rows(question), scene.columns(question)
        found: dict[str, Any] = {}
        for code, answer in value.items():
            row = chosen(question.rows, code)
            if row is None:
                raise Wrong(_("Answer only the rows shown."))
            # What was answered in a row before it was hidden goes, as in `survey-core`.
            if row in rows and not is_empty(answer):
                found[code_of(row.value)] = self._cell(question, answer, columns)
        if question.options.get("eachRowRequired") is True and len(found) < len(rows):
            raise Wrong(_("Answer every row."))
        used = [code_of(each) for each in found.values() if not isinstance(each, list)]
        if question.options.get("eachRowUnique") is True and len(set(used)) < len(used):
            raise Wrong(_("Give every row another answer."))
        return found

    def _cell(self, question: Question, answer: Any, columns: tuple[Choice, ...]) -> Any:
        wanted = answer if isinstance(answer, list) and takes_several(question) else [answer]
        found = [chosen(columns, each) for each in wanted]
        if any(each is None for each in found):
            raise Wrong(_("Choose one of the answers in every row."))
        values = [each.value for each in found if each is not None]
        return values if takes_several(question) else values[0]

    def rows(self, question: Question, value: Any) -> Iterable[Row]:
        for row, answer in value.items():
            for each in answer if isinstance(answer, list) else [answer]:
                yield Row(row=row[:200], code=code_of(each), number=number_or_none(each))

    def words(self, question: Question, value: Any, language: str) -> str:
        if not isinstance(value, dict):
            return ""
        lines = []
        for row, answer in value.items():
            items = answer if isinstance(answer, list) else [answer]
            chosen_words = ", ".join(choice_words(question.columns, each, language) for each in items)
            lines.append(f"{choice_words(question.rows, row, language)}: {chosen_words}")
        return "; ".join(lines)
