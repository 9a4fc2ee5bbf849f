"""The history of a report in words, from the events about it."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from betaops.accounts import queries as account_queries
from betaops.feedback import events, labels
from betaops.feedback.models import Report
from betaops.kernel.errors import NotFound
from betaops.kernel.events import Event, RecordedEvent, history
from betaops.kernel.i18n import gettext as _


def told(session: Session, report: Report, limit: int = 30) -> list[dict[str, Any]]:
    """Items for the `timeline` component, the newest first."""
    recorded = history(session, report.workspace_id, report.id, limit=limit)
    names = account_queries.names(
        session, {row.actor_id for row in recorded if row.actor_kind == "member" and row.actor_id}
    )
    return [item for row in recorded if (item := _item(row, names, report.id))]


def _item(row: RecordedEvent, names: dict[UUID, str], report_id: UUID) -> dict[str, Any] | None:
    try:
        event = row.event()
    except NotFound:
        return None
    text, icon, note = _words(event, report_id)
    if not text:
        return None
    actor = names.get(row.actor_id, "") if row.actor_id else ""
    return {"at": row.at, "text": text, "icon": icon, "note": note, "actor": actor}


def _words(event: Event, report_id: UUID) -> tuple[str, str, str]:
    """(text, icon, note); no text for what is not worth a line."""
    match event:
        case events.ReportReceived():
            return _("Report received"), "inbox", ""
        case events.ReportStateChanged():
            return _state(event), "circle-dot", event.note
        case events.OutcomeTold():
            return _("Its people were told the outcome"), "send", event.note
        case events.ReportAmended():
            return _("Details changed"), "pencil", "; ".join(event.changes)
        case events.ReportMerged(into_id=into_id):
            if into_id == report_id:
                return _("A duplicate was merged into it"), "copy", ""
            return _("Merged as a duplicate"), "copy", ""
        case events.ReportReplied():
            return _("Replied to the reporter"), "reply", ""
        case events.ReporterAnswered():
            return _("The reporter wrote back"), "message-square-text", ""
        case events.ReportVoted():
            return _("One more person has it too"), "thumbs-up", ""
        case events.FixChecked(works=works):
            return (
                (_("Somebody tried the fix: it works"), "check", "")
                if works
                else (_("Somebody tried the fix: it still happens"), "rotate-ccw", "")
            )
    return "", "", ""


def _state(event: events.ReportStateChanged) -> str:
    words = {state.value: str(label) for state, label in labels.STATES.items()}
    return _(
        "%(former)s → %(state)s",
        former=words.get(event.former, event.former),
        state=words.get(event.state, event.state),
    )
