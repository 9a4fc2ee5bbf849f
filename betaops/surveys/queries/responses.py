"""Responses: lists, counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, joinedload

from betaops.kernel.errors import NotFound
from betaops.kernel.paging import Page, keyset
from betaops.surveys.models import (
    Answer,
    LinkKind,
    Response,
    ResponseState,
    Survey,
    SurveyLink,
    SurveyVersion,
)


@dataclass(frozen=True)
class Counts:
    """Of one survey, test responses never among them."""

    started: int = 0
    complete: int = 0

    @property
    def share(self) -> float | None:
        """Complete of started; None where nobody began."""
        return self.complete / self.started if self.started else None


@dataclass(frozen=True)
class Funnel:
    """How far people got. `invited` are people with a personal link, `opened` those who opened one."""

    invited: int
    opened: int
    started: int
    complete: int


def counts(session: Session, survey_ids: Sequence[UUID]) -> Mapping[UUID, Counts]:
    """By survey; one query for all."""
    rows = session.execute(
        select(
            Response.survey_id,
            func.count(),
            func.sum(case((Response.state == ResponseState.COMPLETE, 1), else_=0)),
        )
        .where(Response.survey_id.in_(survey_ids), Response.state != ResponseState.TEST)
        .group_by(Response.survey_id)
    )
    return {survey_id: Counts(started, int(complete)) for survey_id, started, complete in rows}


def count_responses(session: Session, survey_id: UUID) -> int:
    """All there are, tests too."""
    return (
        session.scalar(select(func.count()).select_from(Response).where(Response.survey_id == survey_id)) or 0
    )


def funnel(session: Session, survey_id: UUID) -> Funnel:
    invited, opened = session.execute(
        select(
            func.count(SurveyLink.enrollment_id.distinct()),
            func.count(case((SurveyLink.opened_at.is_not(None), SurveyLink.enrollment_id)).distinct()),
        ).where(SurveyLink.survey_id == survey_id, SurveyLink.kind == LinkKind.PERSONAL)
    ).one()
    found = counts(session, [survey_id]).get(survey_id, Counts())
    return Funnel(invited, opened, found.started, found.complete)


def responses(
    session: Session,
    survey_id: UUID,
    *,
    state: ResponseState | None = None,
    cursor: str | None = None,
    size: int = 50,
) -> Page[Response]:
    """The newest first, each with its person."""
    found = (
        select(Response)
        .options(joinedload(Response.tester), joinedload(Response.version).load_only(SurveyVersion.number))
        .where(Response.survey_id == survey_id)
    )
    if state is not None:
        found = found.where(Response.state == state)
    order = [(Response.started_at, "desc"), (Response.id, "desc")]
    return keyset(session, found, order=order, cursor=cursor, size=size)


def response(session: Session, response_id: UUID) -> Response:
    found = session.scalar(
        select(Response)
        .options(
            joinedload(Response.tester),
            joinedload(Response.survey).joinedload(Survey.program),
            joinedload(Response.version).load_only(SurveyVersion.number),
        )
        .where(Response.id == response_id)
    )
    if found is None:
        raise NotFound
    return found


def tallies(session: Session, survey_id: UUID) -> Sequence[Any]:
    """(question, row, code, number, how many) over complete responses that count."""
    return session.execute(
        select(Answer.question_id, Answer.row, Answer.code, Answer.number, func.count())
        .join(Response, Response.id == Answer.response_id)
        .where(Response.survey_id == survey_id, Response.state == ResponseState.COMPLETE)
        .group_by(Answer.question_id, Answer.row, Answer.code, Answer.number)
    ).all()


def people_per_question(session: Session, survey_id: UUID) -> Mapping[UUID, int]:
    """How many complete responses that count answered each question."""
    rows = session.execute(
        select(Answer.question_id, func.count(Answer.response_id.distinct()))
        .join(Response, Response.id == Answer.response_id)
        .where(Response.survey_id == survey_id, Response.state == ResponseState.COMPLETE)
        .group_by(Answer.question_id)
    )
    return {row[0]: row[1] for row in rows}
