"""Events in words, for the audit log and timelines.

Ids in events have their names elsewhere: `wiring` says which room knows those of testers, programs, ….
"""

import uuid
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session as Db

from betaops.accounts.permissions import Role
from betaops.accounts.words import ROLE_WORDS
from betaops.kernel.events import RecordedEvent, class_of
from betaops.kernel.i18n import gettext as _

Namer = Callable[[Db, set[uuid.UUID]], dict[uuid.UUID, str]]

#: What an id is of, by the field that holds it, and how the sentence calls it.
_FIELDS = {
    "user_id": ("member", "user"),
    "api_key_id": ("key", "name"),
    "program_id": ("program", "program"),
    "tester_id": ("tester", "tester"),
}
_namers: dict[str, Namer] = {}


class Line(NamedTuple):
    """An event as a person reads it: “Mara Klein” “invited somebody as analyst”."""

    at: datetime
    who: str
    said: str
    kind: str


def name_with(what: str, namer: Namer) -> None:
    """`namer` knows the names of members, keys, programs or testers."""
    _namers[what] = namer


def lines(session: Db, events: Iterable[RecordedEvent]) -> list[Line]:
    """With the names that ids have now; a statement for each sort of id, however many events."""
    events = list(events)
    names = {what: namer(session, _ids(events, what)) for what, namer in _namers.items()}
    return [Line(each.at, _who(each, names), _said(each, names), each.kind) for each in events]


def title(kind: str) -> str:
    """A kind as an entry of a list: “Member role changed”."""
    return kind.replace("_", " ").capitalize()


class _Gaps(dict[str, str]):
    """What an event of an older form does not tell is left open."""

    def __missing__(self, name: str) -> str:
        return "…"


def _who(event: RecordedEvent, names: dict[str, dict[uuid.UUID, str]]) -> str:
    known = names.get(event.actor_kind, {}).get(event.actor_id) if event.actor_id else None
    if event.actor_kind == "key":
        return _("The API key %(name)s", name=known or "…")
    others = {
        "member": _("A former member"),
        "tester": _("A former tester"),
        "visitor": _("A visitor"),
        "system": "betaops",
    }
    return known or others.get(event.actor_kind, event.actor_kind)


def _said(event: RecordedEvent, names: dict[str, dict[uuid.UUID, str]]) -> str:
    said = getattr(class_of(event.kind), "said", None)
    if said is None:
        return event.kind.replace("_", " ")
    values = _Gaps({name: _shown(name, value) for name, value in event.data.items()})
    for field, (what, called) in _FIELDS.items():
        found = _id(event.data.get(field))
        if field in event.data:
            values[called] = (names.get(what, {}).get(found) if found else None) or _missing(what)
    return str(said) % values


def _missing(what: str) -> str:
    """An id whose holder is gone, or that was empty."""
    words = {
        "member": _("somebody unknown"),
        "tester": _("a former tester"),
        "program": _("a former program"),
    }
    return words.get(what, "…")


def _shown(name: str, value: Any) -> str:
    if name in ("role", "before", "after") and value in set(Role):
        return str(ROLE_WORDS[Role(value)]).lower()
    if isinstance(value, list):
        return ", ".join(str(each).replace("_", " ") for each in value)
    return str(value)


def _ids(events: list[RecordedEvent], what: str) -> set[uuid.UUID]:
    actors = {each.actor_id for each in events if each.actor_kind == what and each.actor_id}
    fields = [field for field, (of, _called) in _FIELDS.items() if of == what]
    return actors | {found for each in events for field in fields if (found := _id(each.data.get(field)))}


def _id(value: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(value)) if value else None
    except ValueError:
        return None
