"""How far somebody may be quoted, and which of two things they said about it counts. Pure."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID


class Quoting(StrEnum):
    """The least first."""

    NEVER = "never"
    #: As "a tester": neither name, nor role, nor company.
    ANONYMOUS = "anonymous"
    NAMED = "named"


class Choice(NamedTuple):
    """What somebody said, and when."""

    quoting: Quoting
    at: datetime


class Quotable(NamedTuple):
    """Something that one person wrote, and how far they may be quoted with it now."""

    enrollment_id: UUID
    name: str
    text: str
    quoting: Quoting


def allowed(standing: Choice | None, own: Choice | None = None) -> Quoting:
    """What was said about one text (`own`) counts before what was said about a whole program, unless that came no earlier
    and allows less: who takes it back takes everything back. Without a word from them nobody is quoted."""
    if own is None:
        return standing.quoting if standing is not None else Quoting.NEVER
    if standing is not None and standing.at >= own.at:
        return min(own.quoting, standing.quoting, key=tuple(Quoting).index)
    return own.quoting
