"""Answers to two questions at once, and of the same people in two waves: counted by the database.

Never a join of answers with answers on their response alone: a database that does not know how many rows there are
looks through all answers of one side for each of the other.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from betaops.surveys.analysis.narrowing import Given, Narrowing
from betaops.surveys.models import Answer, Response
from betaops.surveys.queries.narrowed import COMMENT, conditions, of_answers

Place = tuple[UUID, str]


def crossed(
    session: Session, survey_id: UUID, down: Place, across: Place, narrowing: Narrowing | None = None
) -> Sequence[Any]:
    """(down code, across code, people) over responses that answered both questions, each with one answer."""
    codes = [func.max(case((_at(place), Answer.code))) for place in (down, across)]
    people = (
        of_answers(select(codes[0].label("down"), codes[1].label("across")), survey_id, narrowing)
        .where(or_(_at(down), _at(across)), Answer.code.not_in((COMMENT, "")))
        .group_by(Answer.response_id)
        .having(codes[0].is_not(None), codes[1].is_not(None))
        .subquery()
    )
    return session.execute(select(*people.c, func.count()).group_by(*people.c)).all()


def crossed_several(
    session: Session, survey_id: UUID, down: Place, across: Place, narrowing: Narrowing | None = None
) -> Sequence[Any]:
    """The same where a person may give several answers to either: one query for each answer down."""
    given = of_answers(select(Answer.code), survey_id, narrowing)
    rows = session.execute(given.where(_at(down), Answer.code.not_in((COMMENT, ""))).distinct())
    found = []
    for code in sorted(rows.scalars()):
        _n, totals = _by_answer(session, survey_id, across, narrowing, Given(*down, (code,)))
        found += [(code, other, count) for other, count in totals.items()]
    return found


def crossed_with_arm(
    session: Session, survey_id: UUID, place: Place, narrowing: Narrowing | None = None
) -> tuple[list[tuple[str, str, int]], int, dict[str, int], dict[str, int]]:
    """(code, arm, people); then how many answered, by arm and by code: the same where each gives but one answer."""
    own = (
        *conditions(survey_id, narrowing),
        Response.arm != "",
        _at(place),
        Answer.code.not_in((COMMENT, "")),
    )
    people = func.count(Answer.response_id.distinct())

    def counted(*by: Any) -> Sequence[Any]:
        found = select(*by, people).join_from(Response, Answer, Answer.response_id == Response.id).where(*own)
        return session.execute(found.group_by(*by)).all()

    by_arm: dict[str, int] = {row[0]: row[1] for row in counted(Response.arm)}
    by_code: dict[str, int] = {row[0]: row[1] for row in counted(Answer.code)}
    rows = [(code, arm, count) for code, arm, count in counted(Answer.code, Response.arm)]
    return rows, sum(by_arm.values()), by_arm, by_code


def crossed_people(
    session: Session, survey_id: UUID, down: Place, across: Place, narrowing: Narrowing | None = None
) -> tuple[int, dict[str, int]]:
    """People who answered both, and those of them by their answer to the question across."""
    return _by_answer(session, survey_id, across, narrowing, Given(*down))


def _by_answer(
    session: Session, survey_id: UUID, place: Place, narrowing: Narrowing | None, given: Given
) -> tuple[int, dict[str, int]]:
    """Of people who gave that answer elsewhere: how many answered here, and how many so."""
    kept = (narrowing or Narrowing()).where(given)
    people = of_answers(select(func.count(Answer.response_id.distinct())), survey_id, kept).where(
        _at(place), Answer.code.not_in((COMMENT, ""))
    )
    n = session.execute(people).scalar() or 0
    rows = session.execute(people.add_columns(Answer.code).group_by(Answer.code))
    return n, {code: count for count, code in rows}


def _at(place: Place) -> ColumnElement[bool]:
    return and_(Answer.question_id == place[0], Answer.row == place[1])


def paired(
    session: Session, survey_id: UUID, waves: tuple[int, int], narrowing: Narrowing | None = None
) -> Sequence[Any]:
    """(question, row, code before, number before, code after, number after, people): the same people in two waves."""
    cells = [
        func.max(case((Response.wave == wave, column))).label(f"{column.key}_{at}")
        for at, wave in enumerate(waves)
        for column in (Answer.code, Answer.number)
    ]
    people = (
        select(Answer.question_id, Answer.row, *cells)
        .join_from(Response, Answer, Answer.response_id == Response.id)
        .where(*conditions(survey_id, narrowing), Response.wave.in_(waves), Response.tester_id.is_not(None))
        .where(Answer.code.not_in((COMMENT, "")))
        .group_by(Response.tester_id, Answer.question_id, Answer.row)
        .having(cells[0].is_not(None), cells[2].is_not(None))
        .subquery()
    )
    return session.execute(select(*people.c, func.count()).group_by(*people.c)).all()


def fresh(
    session: Session, survey_id: UUID, wave: int, other: int, narrowing: Narrowing | None = None
) -> Sequence[Any]:
    """(question, row, code, number, people) of one wave: those who are not known to have answered the other too."""
    twice = select(Response.tester_id).where(
        *conditions(survey_id, narrowing), Response.wave == other, Response.tester_id.is_not(None)
    )
    return session.execute(
        select(Answer.question_id, Answer.row, Answer.code, Answer.number, func.count())
        .join_from(Response, Answer, Answer.response_id == Response.id)
        .where(*conditions(survey_id, narrowing), Response.wave == wave)
        .where(Response.tester_id.is_(None) | Response.tester_id.not_in(twice))
        .where(Answer.code.not_in((COMMENT, "")))
        .group_by(Answer.question_id, Answer.row, Answer.code, Answer.number)
    ).all()
