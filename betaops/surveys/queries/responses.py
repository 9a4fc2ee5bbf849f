"""Responses: lists, counts, exports."""

from collections.abc import Iterator, Mapping, Sequence
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
from betaops.surveys.narrowing import Narrowing
from betaops.surveys.queries.narrowed import conditions, of_answers

#: Responses read at once while exporting.
BATCH = 500


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
    narrowing: Narrowing | None = None,
    cursor: str | None = None,
    size: int = 50,
) -> Page[Response]:
    """The newest first, each with its person. Narrowed, only those that count."""
    found = (
        select(Response)
        .options(joinedload(Response.tester), joinedload(Response.version).load_only(SurveyVersion.number))
        .where(Response.survey_id == survey_id)
    )
    if state is not None:
        found = found.where(Response.state == state)
    if narrowing is not None and not narrowing.is_open:
        found = found.where(*conditions(survey_id, narrowing))
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


def tallies(session: Session, survey_id: UUID, narrowing: Narrowing | None = None) -> Sequence[Any]:
    """(question, row, code, number, how many) over complete responses that count."""
    return session.execute(
        of_answers(
            select(Answer.question_id, Answer.row, Answer.code, Answer.number, func.count()),
            survey_id,
            narrowing,
        ).group_by(Answer.question_id, Answer.row, Answer.code, Answer.number)
    ).all()


def people_per_question(
    session: Session, survey_id: UUID, narrowing: Narrowing | None = None
) -> Mapping[UUID, int]:
    """How many complete responses that count answered each question."""
    rows = session.execute(
        of_answers(
            select(Answer.question_id, func.count(Answer.response_id.distinct())), survey_id, narrowing
        ).group_by(Answer.question_id)
    )
    return {row[0]: row[1] for row in rows}


def export_rows(session: Session, survey_id: UUID, *, with_unfinished: bool = False) -> Iterator[Response]:
    """Every response that counts, oldest first, in batches: memory stays the same however many there are."""
    states = [ResponseState.COMPLETE]
    if with_unfinished:
        states += [ResponseState.STARTED, ResponseState.PARTIAL]
    last: UUID | None = None
    while True:
        found = (
            select(Response)
            .options(
                joinedload(Response.tester), joinedload(Response.version).load_only(SurveyVersion.number)
            )
            .where(Response.survey_id == survey_id, Response.state.in_(states))
            .order_by(Response.id)
            .limit(BATCH)
        )
        if last is not None:
            found = found.where(Response.id > last)
        batch = session.scalars(found).all()
        yield from batch
        if len(batch) < BATCH:
            return
        last = batch[-1].id
        session.expunge_all()
