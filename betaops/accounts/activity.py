"""Events in words, for the audit log and timelines."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session as Db

from betaops.accounts import queries
from betaops.accounts.permissions import Role
from betaops.accounts.words import ROLE_WORDS
from betaops.kernel.events import RecordedEvent, class_of
from betaops.kernel.i18n import gettext as _


class Line(NamedTuple):
    """An event as a person reads it: “Mara Klein” “invited somebody as analyst”."""

    at: datetime
    who: str
    said: str
    kind: str


def lines(session: Db, events: Iterable[RecordedEvent]) -> list[Line]:
    """With the names that ids have now; two statements however many events."""
    events = list(events)
    names = queries.names(session, _ids(events, "member", "user_id"))
    keys = queries.key_names(session, _ids(events, "key", "api_key_id"))
    return [Line(each.at, _who(each, names, keys), _said(each, names, keys), each.kind) for each in events]


def title(kind: str) -> str:
    """A kind as an entry of a list: “Member role changed”."""
    return kind.replace("_", " ").capitalize()


def _who(event: RecordedEvent, names: dict[uuid.UUID, str], keys: dict[uuid.UUID, str]) -> str:
    if event.actor_kind == "member":
        return _name(names, event.actor_id) or _("A former member")
    if event.actor_kind == "key":
        return _("The API key %(name)s", name=_name(keys, event.actor_id) or _("of before"))
    others = {"system": "betaops", "tester": _("A tester"), "visitor": _("Somebody not signed in")}
    return others.get(event.actor_kind, event.actor_kind)


def _said(event: RecordedEvent, names: dict[uuid.UUID, str], keys: dict[uuid.UUID, str]) -> str:
    said = getattr(class_of(event.kind), "said", None)
    if said is None:
        return event.kind.replace("_", " ")
    values = {name: _shown(name, value) for name, value in event.data.items()}
    values["user"] = _name(names, event.data.get("user_id")) or _("somebody unknown")
    values["name"] = _name(keys, event.data.get("api_key_id")) or values.get("name") or _("of before")
    try:
        return str(said) % values
    except KeyError:  # recorded before the event had that field
        return event.kind.replace("_", " ")


def _shown(name: str, value: Any) -> str:
    is_role = name in ("role", "before", "after") and value in set(Role)
    return str(ROLE_WORDS[Role(value)]).lower() if is_role else str(value)


def _ids(events: list[RecordedEvent], actor_kind: str, field: str) -> set[uuid.UUID]:
    actors = {each.actor_id for each in events if each.actor_kind == actor_kind and each.actor_id}
    return actors | {found for each in events if (found := _id(each.data.get(field)))}


def _name(names: dict[uuid.UUID, str], value: Any) -> str | None:
    found = _id(value)
    return names.get(found) if found is not None else None


def _id(value: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(value)) if value else None
    except ValueError:
        return None
