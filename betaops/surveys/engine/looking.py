"""Which questions inside others are looked at again after a change: not a thousand rows because one was answered. Pure."""

from collections.abc import Iterator
from typing import Any

from betaops.surveys.definition import Definition, Question
from betaops.surveys.engine.actions import expression, has_own_default, is_picky, line
from betaops.surveys.engine.following import AT_ONCE, names_in, needs_now
from betaops.surveys.engine.scene import clears_when_hidden
from betaops.surveys.engine.spots import Holder, Spot, Writer, deep, spots_of
from betaops.surveys.expressions.names import look_up

#: Questions in entries that are looked at one after the other while one answer is taken; then once more, at its end. About
#: half a second of work.
MOST_LOOKED_AT = 20_000


class Looking:
    """What was looked at last, of one person's course through a survey."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        #: By question: whether there is anything to look at inside, and what that hangs on outside its rows.
        self._is_needed: dict[str, bool] = {}
        self._outside: dict[str, list[str] | None] = {}
        #: What stood in the rows at the last look, and outside them.
        self._former: dict[str, tuple[dict[str, Any], list[Any]]] = {}
        #: Rows to look at with the next change, whether they change or not.
        self._again: dict[str, set[str]] = {}
        self._count = 0
        self._late: dict[str, Question] = {}

    def spots_in(self, writer: Writer, top: Holder, *, is_coming: bool) -> list[Spot]:
        """What to look at in a question at the top of the survey: all; of rows, those of which anything has changed.

        While entries are coming (`is_coming`) not everything is done at a look, so the next one is at all again.
        """
        outer = top.question
        if not self._needs_looks(outer):
            return []
        if self._count > MOST_LOOKED_AT:
            self._late[outer.name] = outer
            return []
        names = None if is_coming else self._named_outside(outer)
        if names is None:
            self._former.pop(outer.name, None)
        found = list(deep(writer, top) if names is None else self._changed(writer, top, names))
        self._count += len(found)
        return found

    def again(self, spot: Spot) -> None:
        """Its answer went: what is filled in there comes back with the next change."""
        if spot.holder.inside is None:
            self._again.setdefault(spot.holder.name, set()).add(spot.entry.code)

    def late(self) -> list[Question]:
        """What was not looked at any more; the count begins anew."""
        found = list(self._late.values())
        self._late, self._count = {}, 0
        return found

    def _changed(self, writer: Writer, top: Holder, names: list[str]) -> Iterator[Spot]:
        name, rows = top.question.name, top.value if isinstance(top.value, dict) else {}
        around = [look_up(top.scene.known, each) for each in names]
        former = self._former.get(name)
        self._former[name] = (rows, around)
        again = self._again.pop(name, set())
        if former is None or former[1] != around:
            yield from deep(writer, top)
            return
        before = former[0]
        for code in {**before, **rows, **dict.fromkeys(sorted(again))}:
            if code in again or before.get(code) is not rows.get(code):
                entry = top.entry(code)
                yield from () if entry is None else spots_of(writer, top, entry)

    def _needs_looks(self, outer: Question) -> bool:
        """Whether anything inside, however deep, comes and goes or is filled in by itself."""
        if outer.name not in self._is_needed:
            self._is_needed[outer.name] = outer.inner is not None and any(
                self._acts(each) or self._needs_looks(each) for each in outer.inner.asked
            )
        return self._is_needed[outer.name]

    def _acts(self, question: Question) -> bool:
        goes = clears_when_hidden(self._definition, question) in AT_ONCE
        return goes or has_own_default(question.options) or is_picky(question.options, question.choices)

    def _named_outside(self, outer: Question) -> list[str] | None:
        """Names outside its rows on which anything in them hangs; None where that cannot be told."""
        if outer.name not in self._outside:
            self._outside[outer.name] = _outside(self._definition, outer)
        return self._outside[outer.name]


def _outside(definition: Definition, outer: Question) -> list[str] | None:
    if outer.kind != "matrixdropdown" or outer.inner is None or outer.lasting_rows is None:
        return None
    found: set[str] = set()
    for column in outer.inner.asked:
        sources = _sources(column)
        if column.inner is not None or sources is None or any(map(needs_now, sources)):
            return None
        if clears_when_hidden(definition, column) == "onHiddenContainer":
            return None
        found |= {name for source in sources for name in names_in(source)}
    return sorted(name for name in found if not name.lower().removeprefix("#").startswith("row."))


def _sources(column: Question) -> list[str] | None:
    """Everything that decides whether it is shown, what it offers and what it is filled in with; None where it offers
    another one's answers."""
    if column.options.get("choicesFromQuestion"):
        return None
    choices = [choice.visible_if for choice in column.choices]
    own = [line(column.options, name) for name in ("choicesVisibleIf", "choicesEnableIf")]
    return [column.visible_if, expression(column.options, "defaultValueExpression"), *own, *choices]
