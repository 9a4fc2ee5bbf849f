"""Facts that only rooms above know, and what people call facts. `wiring` hands the functions in."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from betaops.programs.models import Program

#: Of (session, program, people, names): what is known of each person who has any, by name. Asked for a few
#: hundred people at once and only for names that rules read: a few queries, however many they are.
Provider = Callable[[Session, UUID, Sequence[UUID], Collection[str]], Mapping[UUID, Mapping[str, Any]]]
#: Of (session, program): whole names of facts ("trait.survey.nps") and what people call them.
Namer = Callable[[Session, Program], Mapping[str, str]]
#: Of (session, program): names of a source that were seen, for typing one.
Seen = Callable[[Session, Program], Sequence[str]]

_providers: dict[str, Provider] = {}
_namers: list[Namer] = []
_seen: dict[str, Seen] = {}


def register(source: str, provider: Provider) -> None:
    """Have `provider` asked for facts of this source (one of `rules.SOURCES`)."""
    _providers[source] = provider


def name_with(namer: Namer) -> None:
    """Saying the same twice changes nothing."""
    if namer not in _namers:
        _namers.append(namer)


def suggest_with(source: str, seen: Seen) -> None:
    _seen[source] = seen


def of(source: str) -> Provider | None:
    return _providers.get(source)


def names(session: Session, program: Program) -> dict[str, str]:
    """Everything that rooms above have a name for, in their order."""
    return {name: label for namer in _namers for name, label in namer(session, program).items()}


def seen(session: Session, program: Program, source: str) -> Sequence[str]:
    """Names of this source to choose from."""
    return _seen[source](session, program) if source in _seen else ()
