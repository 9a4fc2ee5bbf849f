"""The history on a flag's page: its revisions and what else was done about it, in one line of time."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from betaops.enrollment.queries import testers as tester_queries
from betaops.flags import happened, queries, wording
from betaops.flags.differences import Names
from betaops.flags.models import Change, Flag, FlagRevision
from betaops.kernel.events import RecordedEvent
from betaops.kernel.i18n import gettext as _
from betaops.kernel.paging import Page
from betaops.web.application import reading

#: Icon and role of each kind of revision.
LOOKS: Mapping[Change, tuple[str, str]] = {
    Change.CREATED: ("plus", "accent"),
    Change.EDITED: ("pencil", "neutral"),
    Change.KILLED: ("octagon-x", "danger"),
    Change.REVIVED: ("toggle-right", "good"),
    Change.RESTORED: ("history", "neutral"),
    Change.ARCHIVED: ("archive", "neutral"),
    Change.BROUGHT_BACK: ("archive-restore", "neutral"),
    Change.IMPORTED: ("file-up", "neutral"),
    Change.STEPPED: ("trending-up", "accent"),
    Change.SCHEDULED: ("calendar-check", "accent"),
    Change.FOUND: ("circle-dot", "neutral"),
}
#: Their sentence says it all.
_SELF_SAID = (Change.KILLED, Change.REVIVED)
_BY_ITSELF = (Change.STEPPED, Change.SCHEDULED)


class Entry(NamedTuple):
    """One item of the timeline; of a revision `version` leads to it. `aside` are remarks about how it came to be."""

    at: datetime
    actor: str
    text: str
    icon: str
    role: str
    note: str = ""
    lines: Sequence[str] = ()
    aside: Sequence[str] = ()
    version: int | None = None


def history_of(flag: Flag, names: Names, cursor: str | None) -> Page[Entry]:
    page = queries.happenings(reading(), flag, names, happened.KINDS, cursor=cursor)
    people = _people(each.event for each in page if isinstance(each, queries.Happened))
    entries = [
        _of_event(*each, people) if isinstance(each, queries.Happened) else _of_revision(*each)
        for each in page
    ]
    return Page(entries, page.next, page.previous)


def _people(events: Iterable[RecordedEvent]) -> dict[UUID, str]:
    """Names of the testers that events speak of."""
    wanted = {UUID(each.data["tester_id"]) for each in events if "tester_id" in each.data}
    return tester_queries.tester_names(reading(), wanted) if wanted else {}


def _of_revision(row: FlagRevision, sentences: list[str]) -> Entry:
    icon, role = LOOKS[row.change]
    aside = [_("through the API")] if row.actor_kind == "key" else []
    if row.approved_by:
        aside.append(_("approved by %(who)s", who=row.approved_by))
    is_by_itself = row.actor_kind == "system" and row.change in _BY_ITSELF
    return Entry(
        row.at,
        "betaops" if is_by_itself or not row.who else row.who,
        str(wording.CHANGES[row.change]),
        icon,
        role,
        row.note,
        [] if row.change in _SELF_SAID else sentences,
        aside,
        row.version,
    )


def _of_event(row: RecordedEvent, member: str | None, people: Mapping[UUID, str]) -> Entry:
    told = happened.told(row.event(), people)
    others = {"key": _("An API key"), "system": "betaops"}
    actor = member or others.get(row.actor_kind, _("Somebody who is gone"))
    if proposed_by := row.data.get("proposed_by"):
        aside = [_("approved by %(who)s", who=actor)]
        return Entry(row.at, proposed_by, told.text, told.icon, told.role, told.note, aside=aside)
    return Entry(row.at, actor, told.text, told.icon, told.role, told.note)
