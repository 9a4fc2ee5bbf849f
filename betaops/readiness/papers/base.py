"""What papers are written from, and how what people typed stands in them."""

from collections.abc import Sequence
from typing import NamedTuple

from betaops.feedback.models import Report
from betaops.programs.models import Program
from betaops.readiness.board import Row, need_key
from betaops.readiness.models import Decision, Signature


class Material(NamedTuple):
    """A program's evidence as it was read at the moment `at`, in words."""

    program: Program
    at: str
    rows: Sequence[Row]
    decision: Decision | None
    signatures: Sequence[Signature]
    #: Open ideas and bugs, those with the most impact first.
    wanted: Sequence[Report]
    #: Fixed and closed reports that are not private, those with the most impact first.
    changed: Sequence[Report]
    #: Testers ever let in, and those who answered a survey to its end.
    testers: int
    answering: int


class Need(NamedTuple):
    """A need in the customer's words, with all that measures it."""

    words: str
    rows: Sequence[Row]


def needs(rows: Sequence[Row]) -> list[Need]:
    """Expectations of one need together, in the order of the page."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(need_key(row.expectation.need), []).append(row)
    return [Need(group[0].expectation.need, group) for group in found.values()]


def escaped(text: str) -> str:
    """One line of plain text: nothing in it may become markup."""
    line = " ".join(text.split())
    for sign in "\\`*_[]<>#|":
        line = line.replace(sign, f"\\{sign}")
    return line


def heading(level: int, text: str) -> str:
    return f"{'#' * level} {escaped(text)}"


def item(label: str, text: str) -> str:
    """A line of a list: “Heard: an interview”. `text` is Markdown."""
    return f"- {label}: {text}"


def cells(*texts: str) -> str:
    """A row of a table; each is Markdown on one line."""
    return "| " + " | ".join(texts) + " |"


def head(*names: str) -> list[str]:
    """A table's first two lines."""
    return [cells(*names), "|" + "---|" * len(names)]
