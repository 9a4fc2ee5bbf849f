"""Questions made of questions: multiple texts, dynamic panels, matrices whose cells are questions."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.surveys.definition import Question
from betaops.surveys.engine.entries import LISTS, Entry, entries, limits
from betaops.surveys.engine.scene import Scene
from betaops.surveys.expressions.values import is_empty, text_of
from betaops.surveys.kinds.base import Row, Wrong, choice_words, chosen

LONGEST_ROW = 200

Part = tuple[str, str]


class Compound:
    """The value is a list of objects, or an object (of objects, by row); each object is judged as a page would be."""

    def clean(self, question: Question, value: Any, scene: Scene) -> Any:
        """Called with nothing as well: what must be answered inside must be answered."""
        value = self._shaped(question, value)
        found = entries(question, value, scene)
        cleaned, wrong = [], []
        for entry in found:
            own, parts = self._entry(entry)
            cleaned.append(own)
            wrong += parts
        if not wrong:
            wrong = [*self._repeated(question, found, cleaned)]
        if scene.is_required(question) and all(_is_blank(question, own) for own in cleaned):
            raise Wrong(
                question.option_text("requiredErrorText", scene.language) or _("Write an answer."),
                tuple(wrong),
            )
        if wrong:
            raise Wrong(wrong[0][1], tuple(wrong))
        return self._together(question, value, found, cleaned)

    def _shaped(self, question: Question, value: Any) -> Any:
        if question.kind in LISTS:
            if value is not None and not isinstance(value, list):
                raise Wrong(_("Answer entry by entry."))
            low, high = limits(question)
            if value is not None and len(value) > high:
                raise Wrong(_("This is too long a list: it has at most %(high)s.", high=high))
            if value is not None and not all(isinstance(each, dict) for each in value):
                raise Wrong(_("Answer entry by entry."))
            return None if value is None else [*value, *({} for _number in range(low - len(value)))]
        if value is not None and not isinstance(value, dict):
            raise Wrong(_("Answer row by row."))
        for code, own in (value or {}).items():
            if question.kind == "matrixdropdown" and chosen(question.rows, code) is None:
                raise Wrong(_("Answer only the rows shown."))
            if question.kind == "matrixdropdown" and not isinstance(own, dict | None):
                raise Wrong(_("Answer row by row."))
        return value

    def _entry(self, entry: Entry) -> tuple[dict[str, Any], list[Part]]:
        from betaops.surveys.engine.judging import judge

        judged = judge(entry.scene, entry.scene.asked)
        inside = entry.scene.definition.asked
        known = {key for question in inside for key in (question.key, question.comment_key)}
        own = {key: value for key, value in judged.values.items() if key in known and not is_empty(value)}
        return own, [(entry.suffix(problem.name), problem.message) for problem in judged.problems]

    def _repeated(
        self, question: Question, found: list[Entry], cleaned: list[dict[str, Any]]
    ) -> Iterator[Part]:
        """Where something must differ from entry to entry."""
        inside = question.inner.asked if question.inner else ()
        key_name = question.options.get("keyName")
        for inner in inside:
            if not (inner.name == key_name or inner.options.get("isUnique") is True):
                continue
            seen: set[str] = set()
            for entry, own in zip(found, cleaned, strict=True):
                code = text_of(own.get(inner.key)).strip().casefold()
                if inner.key in own and code in seen:
                    message = question.option_text("keyDuplicationError", entry.scene.language)
                    yield entry.suffix(inner.name), message or _("This stands in another entry already.")
                seen.add(code)

    def _together(
        self, question: Question, value: Any, found: list[Entry], cleaned: list[dict[str, Any]]
    ) -> Any:
        if question.kind == "multipletext":
            return cleaned[0]
        if question.kind == "matrixdropdown":
            own = {entry.code: each for entry, each in zip(found, cleaned, strict=True)}
            # Rows that are hidden now keep their answers until the end: they may come back.
            kept = {**(value or {}), **own}
            return {code: each for code, each in kept.items() if not is_empty(each)}
        is_nothing = all(_is_blank(question, own) for own in cleaned)
        return [] if question.kind == "matrixdynamic" and is_nothing else cleaned

    def rows(self, question: Question, value: Any) -> Iterable[Row]:
        from betaops.surveys.engine.judging import rows_of

        if question.inner is None:
            return
        for code, own in parts(question, value):
            for name, typed in rows_of(question.inner, own).items():
                before = f"{code}.{name}" if code else name
                for row in typed:
                    where = _short(f"{before}.{row.row}" if row.row else before)
                    yield Row(where, row.code, row.number, row.text)

    def words(self, question: Question, value: Any, language: str) -> str:
        lines = []
        for number, (code, own) in enumerate(parts(question, value), 1):
            head = f"{number}. " if question.kind in LISTS else ""
            if question.kind == "matrixdropdown":
                head = f"{choice_words(question.rows, code, language)}: "
            lines.append(head + ", ".join(_inner_words(question, own, language)))
        return "; ".join(lines)


def parts(question: Question, value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """(code, answers) of every entry of a cleaned value."""
    if question.kind == "multipletext":
        pairs: Any = [("", value)]
    elif isinstance(value, list):
        pairs = [(str(index), each) for index, each in enumerate(value)]
    else:
        pairs = value.items() if isinstance(value, dict) else ()
    for code, own in pairs:
        if isinstance(own, dict):
            yield code, own


def _is_blank(question: Question, own: dict[str, Any]) -> bool:
    """Whether nobody answered anything: what was calculated does not count."""
    answered = [
        inner for inner in (question.inner.asked if question.inner else ()) if inner.kind != "expression"
    ]
    return all(is_empty(own.get(inner.key)) for inner in answered)


def _inner_words(question: Question, own: dict[str, Any], language: str) -> Iterator[str]:
    from betaops.surveys.kinds import KINDS

    for inner in question.inner.asked if question.inner else ():
        value = own.get(inner.key)
        if not is_empty(value):
            words = KINDS[inner.kind].words(inner, value, language)
            comment = own.get(inner.comment_key)
            yield f"{inner.label(language)}: {words}{f' ({comment})' if isinstance(comment, str) else ''}"


def _short(row: str) -> str:
    """As long as the column; names that had to be cut stay apart."""
    if len(row) <= LONGEST_ROW:
        return row
    return f"{row[: LONGEST_ROW - 17]}#{sha256(row.encode()).hexdigest()[:16]}"
