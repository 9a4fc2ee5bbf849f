"""Files of responses."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.kernel.errors import NotFound
from betaops.surveys.models import Response, SurveyUpload


def uploads(session: Session, response_id: UUID) -> Sequence[SurveyUpload]:
    """In the order in which they came."""
    return session.scalars(
        select(SurveyUpload).where(SurveyUpload.response_id == response_id).order_by(SurveyUpload.id)
    ).all()


def upload_in(session: Session, survey_id: UUID, upload_id: UUID) -> SurveyUpload:
    """A file of a survey's responses."""
    found = session.scalar(
        select(SurveyUpload).where(SurveyUpload.id == upload_id, SurveyUpload.survey_id == survey_id)
    )
    if found is None:
        raise NotFound
    return found


def left_behind(session: Session) -> Sequence[SurveyUpload]:
    """Files whose response is gone."""
    response = select(Response.id).where(Response.id == SurveyUpload.response_id).exists()
    return session.scalars(select(SurveyUpload).where(~response)).all()
