"""Series of a question: where it began to mean something else, and what its answers before that are called. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol
from uuid import UUID

from betaops.kernel.i18n import gettext as _
from betaops.surveys.definition import Question


class Row(Protocol):
    """A question as it is identified; see `models.SurveyQuestion`."""

    @property
    def id(self) -> UUID: ...
    @property
    def name(self) -> str: ...
    @property
    def series(self) -> int: ...
    @property
    def first_number(self) -> int: ...
    @property
    def last_number(self) -> int: ...


@dataclass(frozen=True)
class Ended:
    """A series that another follows: the first and the last version that asked it, and with which the next begins."""

    series: int
    first: int
    last: int
    followed: int

    @property
    def words(self) -> str:
        if self.first == self.last:
            return _("version %(number)s", number=self.first)
        return _("versions %(first)s to %(last)s", first=self.first, last=self.last)

    def titled(self, question: Question) -> Question:
        """Called so that nobody takes it for the one that is asked now."""
        return replace(question, title=_with(question.title or question.name, self.words))


def ended(rows: Iterable[Row]) -> dict[UUID, Ended]:
    """By the question's id."""
    found: dict[UUID, Ended] = {}
    by_place = {(row.name, row.series): row for row in rows}
    for (name, series), row in by_place.items():
        following = by_place.get((name, series + 1))
        if following is not None:
            found[row.id] = Ended(series, row.first_number, row.last_number, following.first_number)
    return found


def trait_name(trait: str, series: int) -> str:
    """Under which a fact about a person is kept: those of a later series never stand among those of an earlier one."""
    name = f"survey.{trait}"[:110]
    return name if series == 1 else f"{name}.{series}"


def _with(title: Any, words: str) -> Any:
    """A title, in each of its languages."""
    if isinstance(title, Mapping):
        return {language: _with(each, words) for language, each in title.items()}
    return f"{title} ({words})"
