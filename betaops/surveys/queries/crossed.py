"""Answers to two questions at once, and of the same people in two waves: counted by the database."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased

from betaops.surveys.models import Answer, Response
from betaops.surveys.narrowing import Narrowing
from betaops.surveys.queries.narrowed import COMMENT, conditions

Place = tuple[UUID, str]


def crossed(
    session: Session, survey_id: UUID, down: Place, across: Place, narrowing: Narrowing | None = None
) -> Sequence[Any]:
    """(down code, across code, people) over responses that answered both questions."""
    first, second = aliased(Answer), aliased(Answer)
    return session.execute(
        select(first.code, second.code, func.count())
        .join(second, second.response_id == first.response_id)
        .join(Response, Response.id == first.response_id)
        .where(_at(first, down), _at(second, across), *conditions(survey_id, narrowing))
        .group_by(first.code, second.code)
    ).all()


def crossed_people(
    session: Session, survey_id: UUID, down: Place, across: Place, narrowing: Narrowing | None = None
) -> tuple[int, dict[str, int]]:
    """People who answered both, and those of them by their answer to the question across."""
    second = aliased(Answer)
    answered = select(Answer.response_id).where(_at(Answer, down))
    both = (
        select(second.code, func.count(), func.count(second.response_id.distinct()))
        .join(Response, Response.id == second.response_id)
        .where(_at(second, across), second.response_id.in_(answered), *conditions(survey_id, narrowing))
    )
    n = session.execute(both.with_only_columns(func.count(second.response_id.distinct()))).scalar() or 0
    rows = session.execute(both.group_by(second.code))
    return n, {code: count for code, count, _people in rows}


def paired(
    session: Session, survey_id: UUID, waves: tuple[int, int], narrowing: Narrowing | None = None
) -> Sequence[Any]:
    """(question, row, code before, number before, code after, number after, people): the same people in two waves."""
    before, after = aliased(Response), aliased(Response)
    first, second = aliased(Answer), aliased(Answer)
    counts = select(Response.id).where(*conditions(survey_id, narrowing))
    return session.execute(
        select(
            first.question_id, first.row, first.code, first.number, second.code, second.number, func.count()
        )
        .join(before, before.id == first.response_id)
        .join(after, and_(after.tester_id == before.tester_id, after.survey_id == before.survey_id))
        .join(
            second,
            and_(
                second.response_id == after.id,
                second.question_id == first.question_id,
                second.row == first.row,
            ),
        )
        .where(before.wave == waves[0], after.wave == waves[1], before.survey_id == survey_id)
        .where(before.id.in_(counts), after.id.in_(counts), first.code != COMMENT, second.code != COMMENT)
        .where(first.text.is_(None), second.text.is_(None))
        .group_by(first.question_id, first.row, first.code, first.number, second.code, second.number)
    ).all()


def fresh(
    session: Session, survey_id: UUID, wave: int, other: int, narrowing: Narrowing | None = None
) -> Sequence[Any]:
    """(question, row, code, number, people) of one wave: those who are not known to have answered the other too."""
    twice = select(Response.tester_id).where(
        *conditions(survey_id, narrowing), Response.wave == other, Response.tester_id.is_not(None)
    )
    return session.execute(
        select(Answer.question_id, Answer.row, Answer.code, Answer.number, func.count())
        .join(Response, Response.id == Answer.response_id)
        .where(*conditions(survey_id, narrowing), Response.wave == wave, Answer.text.is_(None))
        .where(Response.tester_id.is_(None) | Response.tester_id.not_in(twice), Answer.code != COMMENT)
        .group_by(Answer.question_id, Answer.row, Answer.code, Answer.number)
    ).all()


def _at(answer: Any, place: Place) -> ColumnElement[bool]:
    return and_(
        answer.question_id == place[0], answer.row == place[1], answer.code != COMMENT, answer.code != ""
    )
