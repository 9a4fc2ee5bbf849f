"""What became of a file: taken as it is, approximated, or dropped (kept in the JSON, asked of nobody)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.surveys.importers.words import plain

#: Lines of one kind that a report has at most: a file may be wrong in a million places.
MOST_LINES = 500
LONGEST_LINE = 300


@dataclass
class Report:
    """Sentences and names for people and programs; `title` is what the survey calls itself."""

    title: str = ""
    taken: list[str] = field(default_factory=list)
    approximated: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    #: What keeps it from being published; of a file that was refused, why.
    problems: list[str] = field(default_factory=list)
    #: The tool that wrote the file, as people call it; empty where nobody knows.
    format: str = ""

    def approximate(self, name: str, what: Any) -> None:
        """`name` is the question's (or empty: the whole survey's)."""
        _add(self.approximated, name, what)

    def drop(self, name: str, what: Any) -> None:
        _add(self.dropped, name, what)

    def cut(self, there: int, most: int) -> None:
        """Says so where not everything was read."""
        if there > most:
            self.drop("", _("everything after the first %(most)s of %(count)s parts", most=most, count=there))

    def first(self, surveys: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """The one of several surveys that is read; the others are named."""
        for other in surveys[1:]:
            self.drop(plain(other.get("name"))[:100], _("another survey of the file: import it by itself"))
        return surveys[0]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def _add(lines: list[str], name: str, what: Any) -> None:
    line = _("%(name)s: %(what)s", name=name[:100], what=what) if name else str(what)
    line = line[:LONGEST_LINE]
    if len(lines) < MOST_LINES and line not in lines:
        lines.append(line)
    elif len(lines) == MOST_LINES:
        lines.append(_("And more of the kind."))
