"""What the command palette finds among testers."""

from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from betaops.enrollment.queries import testers as queries


def find(session: Session, query: str, limit: int) -> list[dict[str, str]]:
    """People by name or address, each leading to their newest place."""
    if not query:
        return []
    return [_item(place) for place in queries.find_places(session, query, limit)]


def _item(place: Any) -> dict[str, str]:
    return {
        "label": place.tester.name,
        "note": f"{place.tester.mail} · {place.program.name}",
        "url": url_for("tester.show", slug=place.program.slug, enrollment_id=place.id),
        "icon": "user-round",
    }
