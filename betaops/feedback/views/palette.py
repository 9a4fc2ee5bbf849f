"""Reports in the command palette."""

from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from betaops.feedback import labels, queries


def find(session: Session, query: str, limit: int) -> list[dict[str, Any]]:
    """By number ("#12") or words of the title, the newest first."""
    return [
        {
            "label": report.title,
            "note": f"#{report.number} · {labels.STATES[report.state]} · {program.name}",
            "url": url_for("feedback.report", slug=program.slug, report_id=report.id),
            "icon": labels.KIND_ICONS[report.kind],
        }
        for report, program in queries.anywhere(session, query, limit)
    ]


def waiting(session: Session, program: Any) -> int:
    """The number in the navigation: what waits for triage."""
    return queries.waiting(session, program.id)
