"""How often each part of an answer was given: what a change of the survey would touch. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from betaops.kernel.i18n import ngettext
from betaops.surveys.definition import Question
from betaops.surveys.engine.entries import LISTS

#: (row, code) of a part of an answer, as in `models.Answer`, and in how many complete responses it stands.
Parts = Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class Given:
    """Of one question. `is_secret`: nobody is told which answers were given, so each may have been."""

    parts: Parts = field(default_factory=dict)
    is_secret: bool = False

    @property
    def is_any(self) -> bool:
        return self.is_secret or bool(self.parts)

    def of_code(self, code: str) -> "Times":
        """An answer that is chosen, in whatever row."""
        return self._times(lambda _row, own: own == code)

    def of_row(self, code: str) -> "Times":
        """A row of a matrix, or an answer that is given a place in an order."""
        return self._times(lambda row, _own: row == code or row.startswith(f"{code}."))

    def inside(self, outer: Question, inner: Question) -> "Given":
        """Of a question that stands in the entries of `outer`: (row, code) as if it stood by itself."""
        before = {
            "multipletext": "",
            "matrixdropdown": f"(?:{'|'.join(re.escape(str(row.value)) for row in outer.rows)})\\.",
        }.get(outer.kind, r"\d+\." if outer.kind in LISTS else "")
        shape = re.compile(rf"{before}{re.escape(inner.name)}(?:\.(.*))?", re.DOTALL)
        found: dict[tuple[str, str], int] = {}
        for (row, code), times in self.parts.items():
            if match := shape.fullmatch(row):
                place = (match[1] or "", code)
                found[place] = found.get(place, 0) + times
        return Given(found, self.is_secret)

    def _times(self, is_meant: Callable[[str, str], bool]) -> "Times":
        return Times(
            sum(times for (row, code), times in self.parts.items() if is_meant(row, code)), self.is_secret
        )


@dataclass(frozen=True)
class Times:
    """How often something was answered; where that is secret, it counts as answered and is told without a number."""

    count: int
    is_secret: bool = False

    def __bool__(self) -> bool:
        return self.is_secret or self.count > 0

    def words(self, answer: str) -> str:
        """The answer with how often it was given."""
        if self.is_secret:
            return f"“{answer}”"
        return ngettext(
            "“%(answer)s” (%(num)s answer)", "“%(answer)s” (%(num)s answers)", self.count, answer=answer
        )


#: Nobody has answered it.
NOBODY = Given()
