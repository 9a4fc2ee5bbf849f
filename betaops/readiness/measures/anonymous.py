"""Anonymous surveys as evidence: counts, one answer of each person by the survey's ledger, and nobody attached.

What is told five at a time there is told five at a time here. Public links are left out, as they are elsewhere.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from betaops.enrollment.models import Enrollment
from betaops.kernel import ids
from betaops.kernel.errors import NotFound
from betaops.readiness.scope import Scope
from betaops.surveys.models import Response, ResponseState, Survey, SurveyLedger
from betaops.surveys.policy import FEWEST_SHOWN


def is_anonymous(session: Session, parameters: Mapping[str, Any]) -> bool:
    """Whether a measure with these parameters rests on an anonymous survey."""
    try:
        survey_id = ids.decode("svy", str(parameters.get("survey", "")))
    except NotFound:
        return False
    return is_anonymous_survey(session, survey_id)


def is_anonymous_survey(session: Session, survey_id: UUID) -> bool:
    return bool(session.scalar(select(Survey.is_anonymous).where(Survey.id == survey_id)))


def told(session: Session, scope: Scope, survey_id: UUID) -> frozenset[UUID]:
    """Responses that count: none while they are fewer than five, and none where some of the testers are asked about."""
    found = _told(session, survey_id)
    return frozenset() if scope.is_narrowed or len(found) < FEWEST_SHOWN else found


def left_out(session: Session, scope: Scope, survey_id: UUID) -> dict[str, int]:
    """How many answers do not count, and why; those that wait to be told are not among them."""
    narrowed = len(_told(session, survey_id)) if scope.is_narrowed else 0
    public = select(func.count()).where(*_shown(survey_id), ~Response.is_in_ledger)
    return {"public": session.scalar(public) or 0, "narrowed": narrowed}


def people(session: Session, scope: Scope, survey_id: UUID) -> int:
    """Who could have answered or has: testers in scope, and whoever stands in the ledger.

    Answering moves nobody in or out, so this says nothing about answers that are not told yet.
    """
    if scope.is_narrowed:
        return 0
    have_answered = session.scalars(
        select(Enrollment.tester_id)
        .join(SurveyLedger, SurveyLedger.enrollment_id == Enrollment.id)
        .where(SurveyLedger.survey_id == survey_id)
    )
    return len(scope.testers.union(have_answered))


def _told(session: Session, survey_id: UUID) -> frozenset[UUID]:
    return frozenset(session.scalars(select(Response.id).where(*_shown(survey_id), Response.is_in_ledger)))


def _shown(survey_id: UUID) -> tuple[Any, ...]:
    return (
        Response.survey_id == survey_id,
        Response.is_anonymous,
        Response.state == ResponseState.COMPLETE,
        ~Response.is_held,
    )
