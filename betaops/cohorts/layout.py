"""Which facts are written down in columns, so that a rule is asked about everybody at once. Pure.

How columns work stands in `columns`, why there are any in docs/decisions/0007-cohort-columns.md.
"""

from collections.abc import Iterable
from enum import StrEnum

from betaops.cohorts import rules
from betaops.cohorts.rules import Rule


class ColumnKind(StrEnum):
    """How a column keeps what it knows."""

    #: A byte or two a person: which of the column's values is theirs.
    CODED = "coded"
    #: Eight bytes a person: a moment.
    MOMENT = "moment"
    #: Nothing: too many different values for a column to be of use.
    LOOSE = "loose"


_SOURCES = frozenset({"attribute", "answer", "enrollment", "trait", "tester"})
#: Nearly everybody has another one, or (`seen_at`) it changes without anybody being told.
_LEFT_OUT = frozenset({"tester.id", "tester.mail", "tester.name", "tester.seen_at"})
#: What a condition on a column consists of; one that says more is none for columns.
_PARTS = frozenset({"fact", "operator", "value"})


def kind_of(fact: str) -> ColumnKind | None:
    """What kind of column a fact gets; None where it gets none."""
    source, _dot, name = fact.partition(".")
    if source not in _SOURCES or fact in _LEFT_OUT:
        return None
    is_moment = source in ("enrollment", "tester") and name.endswith("_at")
    return ColumnKind.MOMENT if is_moment else ColumnKind.CODED


def is_for_columns(condition: Rule) -> bool:
    """Whether a leaf of a rule asks nothing but what a column can know."""
    return condition.keys() <= _PARTS and kind_of(condition["fact"]) is not None


def may_stand_in_columns(changed: Iterable[str]) -> bool:
    """Whether any of these facts, or whole sources, may have a column."""
    return any(fact.partition(".")[0] in _SOURCES for fact in changed)


def facts_of(several: Iterable[Rule]) -> frozenset[str]:
    """The facts that these rules read and that get a column."""
    return frozenset(fact for rule in several for fact in rules.reads(rule) if kind_of(fact) is not None)
