"""Writing expressions of our language. Pure."""

from collections.abc import Iterable
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.surveys.expressions import SyntaxProblem, parse
from betaops.surveys.expressions.grammar import Constant
from betaops.surveys.importers.words import number, plain

#: Letters of one condition; longer ones are not carried over.
LONGEST = 6_000


class Untranslatable(Exception):
    """What the other tool says has no words here; the text says what it was."""


def quoted(value: Any) -> str:
    """A constant."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str) and (found := number(value)) is not None:
        return str(found)
    source = plain(value)
    written = "'" + source.replace("'", "\\'").replace('"', '\\"') + "'"
    if not _means(written, source):
        raise Untranslatable(_("the text “%(text)s” cannot stand in a condition", text=source[:40]))
    return written


def _means(written: str, source: str) -> bool:
    try:
        return parse(written) == Constant(source)
    except (SyntaxProblem, RecursionError):
        return False


def listed(values: Iterable[Any]) -> str:
    return "[" + ", ".join(quoted(value) for value in values) + "]"


def named(name: str) -> str:
    return "{" + name + "}"


def both(*conditions: str) -> str:
    """All of them; empty ones say nothing."""
    return _joined(conditions, " and ")


def either(*conditions: str) -> str:
    return _joined(conditions, " or ")


def unless(condition: str) -> str:
    """The contrary; of a contrary what it is about."""
    if condition.startswith("!(") and _closes(condition, 1) == len(condition) - 1:
        return condition[2:-1]
    return f"!({condition})"


def _closes(source: str, start: int) -> int:
    """Where the bracket that opens at `start` closes; brackets in quoted text do not count."""
    depth, quote, at = 0, "", start
    while at < len(source):
        letter = source[at]
        if letter == "\\":
            at += 1
        elif quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "()":
            depth += 1 if letter == "(" else -1
            if depth == 0:
                return at
        at += 1
    return -1


def _joined(conditions: Iterable[str], word: str) -> str:
    said = list(dict.fromkeys(condition for condition in conditions if condition))
    joined = said[0] if len(said) == 1 else word.join(f"({condition})" for condition in said)
    if len(joined) > LONGEST:
        raise Untranslatable(_("the condition would be too long"))
    return joined
