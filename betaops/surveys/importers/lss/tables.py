"""The tables in a LimeSurvey file (.lss): rows as plain texts, words by language. Pure.

Up to version 3 each language had a row of its own; since 4 words stand in tables of their own (`…_l10ns`).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.surveys.importers.words import number

Row = dict[str, str]

MOST_QUESTIONS = 1000


@dataclass(frozen=True)
class Item:
    """One group, question, subquestion or answer: its row, and its words by language and column."""

    row: Row
    words: dict[str, Row]

    def get(self, column: str) -> str:
        return self.row.get(column, "")

    def said(self, column: str) -> dict[str, str]:
        """By language."""
        return {code: row.get(column, "") for code, row in self.words.items()}


class Tables:
    """A whole file, in the order in which people see it."""

    def __init__(self, root: Element) -> None:
        kind = root.findtext("LimeSurveyDocType") or ""
        if root.tag != "document" or kind != "Survey":
            raise Invalid("not_a_survey", _("This XML is not a survey of LimeSurvey."))
        self._rows = {table.tag: list(_rows(table)) for table in root}
        self.languages = [each.text.strip() for each in root.iterfind("languages/language") if each.text]
        settings = self.rows("surveys")
        self.settings: Row = settings[0] if settings else {}
        self.language = self.settings.get("language") or (self.languages[0] if self.languages else "en")
        self.texts = {
            row.get("surveyls_language", self.language): row for row in self.rows("surveys_languagesettings")
        }
        self.groups = self._items("groups", "gid", ("group_l10ns", "gid"), "group_order")
        questions = self._items("questions", "qid", ("question_l10ns", "qid"), "question_order")
        asked = [each for each in questions if each.get("parent_qid") in ("", "0")]
        self.questions, self.there = asked[:MOST_QUESTIONS], len(asked)
        self._parts = self._subquestions(questions)
        self._answers: dict[str, list[Item]] = defaultdict(list)
        for answer in self._merged_answers():
            self._answers[answer.get("qid")].append(answer)
        self._attributes: dict[str, Row] = defaultdict(dict)
        for row in self.rows("question_attributes"):
            self._attributes[row.get("qid", "")].setdefault(row.get("attribute", ""), row.get("value", ""))

    def rows(self, name: str) -> list[Row]:
        return self._rows.get(name, [])

    def parts(self, question: Item, scale: str = "0") -> list[Item]:
        """Its subquestions: rows (scale 0), or columns (scale 1)."""
        return [part for part in self._parts[question.get("qid")] if (part.get("scale_id") or "0") == scale]

    def answers(self, question: Item, scale: str = "0") -> list[Item]:
        found = self._answers[question.get("qid")]
        return [answer for answer in found if (answer.get("scale_id") or "0") == scale]

    def attributes(self, question: Item) -> Row:
        return self._attributes[question.get("qid")]

    def _subquestions(self, questions: list[Item]) -> dict[str, list[Item]]:
        parts = self._items("subquestions", "qid", ("question_l10ns", "qid"), "question_order")
        found: dict[str, list[Item]] = defaultdict(list)
        for part in [*parts, *(each for each in questions if each.get("parent_qid") not in ("", "0"))]:
            found[part.get("parent_qid")].append(part)
        return found

    def _merged_answers(self) -> list[Item]:
        if any("aid" in row for row in self.rows("answers")):
            return self._items("answers", "aid", ("answer_l10ns", "aid"), "sortorder")
        grouped: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        for row in self.rows("answers"):
            grouped[tuple(row.get(name, "") for name in ("qid", "scale_id", "code"))].append(row)
        return _sorted((self._item(rows) for rows in grouped.values()), "sortorder")

    def _items(self, table: str, key: str, translated: tuple[str, str], order: str) -> list[Item]:
        words: dict[str, dict[str, Row]] = defaultdict(dict)
        for row in self.rows(translated[0]):
            words[row.get(translated[1], "")][row.get("language", self.language)] = row
        grouped: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows(table):
            grouped[row.get(key, "")].append(row)
        found = (
            Item(rows[0], words[name]) if words.get(name) else self._item(rows)
            for name, rows in grouped.items()
        )
        return _sorted(found, order)

    def _item(self, rows: list[Row]) -> Item:
        words = {row.get("language") or self.language: row for row in rows}
        return Item(words.get(self.language, rows[0]), words)


def _rows(table: Element) -> Iterable[Row]:
    for row in table.iterfind("rows/row"):
        yield {cell.tag: (cell.text or "").replace("\0", "") for cell in row}


def _sorted(items: Iterable[Item], order: str) -> list[Item]:
    return sorted(items, key=lambda item: number(item.get(order)) or 0)
