"""Surveys in the command palette."""

from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from betaops.surveys import labels, queries


def find(session: Session, query: str, limit: int) -> list[dict[str, Any]]:
    """By words of the name."""
    return [
        {
            "label": survey.name,
            "note": f"{labels.STATES[survey.state]} · {survey.program.name}",
            "url": url_for("surveys.survey", slug=survey.program.slug, survey_id=survey.id),
            "icon": "clipboard-list",
        }
        for survey in queries.find_surveys(session, query, limit)
    ]
