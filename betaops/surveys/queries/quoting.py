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
from betaops.surveys.queries.texts import AnswerKey, TextKey


class QuotableAnswer(NamedTuple):
    """`survey` says where it stands."""

    said: Quotable
    survey: Survey


def quotable(session: Session, keys: Iterable[AnswerKey]) -> dict[AnswerKey, QuotableAnswer]:
    """Written answers with whoever gave them and what they allow now, `never` included.

    Left out: anonymous ones, whatever anybody allows; what nobody is known to have said; what does not count as an answer.
    """
    wanted = set(keys)
    rows = session.execute(
        select(
            Answer.response_id, Answer.question_id, Answer.row, Answer.code, Answer.text,
            Response.enrollment_id, Tester.name, Survey,
        )
        .join(Response, Response.id == Answer.response_id)
        .join(Survey, Survey.id == Response.survey_id)
        .join(Tester, Tester.id == Response.tester_id)
        .where(
            # Those asked for, and some beside them in the same responses.
            Answer.response_id.in_({key.text.response_id for key in wanted}),
            Answer.question_id.in_({key.question_id for key in wanted}),
            Answer.text.is_not(None),
            Response.is_anonymous.is_(False),
            Survey.is_anonymous.is_(False),
            Response.state == ResponseState.COMPLETE,
        )
    ).all()  # fmt: skip
    always = standing(session, {row.enrollment_id for row in rows if row.enrollment_id is not None})
    found = {}
    for response_id, question_id, row, code, text, enrollment_id, name, survey in rows:
        key = AnswerKey(question_id, TextKey(response_id, row, code))
        if enrollment_id is not None and key in wanted:
            said = Quotable(enrollment_id, name, text or "", allowed(always.get(enrollment_id)))
            found[key] = QuotableAnswer(said, survey)
    return found


def allowed_answers(session: Session, question_id: UUID, keys: Iterable[TextKey]) -> frozenset[TextKey]:
    """Those answers to a question whose consent stands."""
    found = quotable(session, [AnswerKey(question_id, key) for key in keys])
    return frozenset(key.text for key, each in found.items() if each.said.quoting is not Quoting.NEVER)
