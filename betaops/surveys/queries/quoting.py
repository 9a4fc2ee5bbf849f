"""Which written answers may be quoted, and how."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.enrollment.models import Tester
from betaops.enrollment.queries.quoting import standing
from betaops.enrollment.quoting import Quotable, Quoting, allowed
from betaops.surveys.models import Answer, Response, ResponseState, Survey


class QuotableAnswer(NamedTuple):
    """`survey` and `question_id` say where it stands."""

    said: Quotable
    survey: Survey
    question_id: UUID


def quotable(session: Session, answer_ids: Iterable[UUID]) -> dict[UUID, QuotableAnswer]:
    """Written answers with whoever gave them and what they allow now, `never` included.

    Left out: anonymous ones, whatever anybody allows; what nobody is known to have said; what does not count as an answer.
    """
    rows = session.execute(
        select(Answer.id, Answer.text, Answer.question_id, Response.enrollment_id, Tester.name, Survey)
        .join(Response, Response.id == Answer.response_id)
        .join(Survey, Survey.id == Response.survey_id)
        .join(Tester, Tester.id == Response.tester_id)
        .where(
            Answer.id.in_(list(answer_ids)),
            Answer.text.is_not(None),
            Response.is_anonymous.is_(False),
            Survey.is_anonymous.is_(False),
            Response.state == ResponseState.COMPLETE,
        )
    ).all()
    always = standing(session, {row.enrollment_id for row in rows if row.enrollment_id is not None})
    return {
        answer_id: QuotableAnswer(
            Quotable(enrollment_id, name, text or "", allowed(always.get(enrollment_id))), survey, question_id
        )
        for answer_id, text, question_id, enrollment_id, name, survey in rows
        if enrollment_id is not None
    }


def allowed_answers(session: Session, answer_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Those whose consent stands."""
    return frozenset(
        answer_id
        for answer_id, found in quotable(session, answer_ids).items()
        if found.said.quoting is not Quoting.NEVER
    )
