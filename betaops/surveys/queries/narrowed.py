"""Filters in SQL: which responses of a survey count, and what there is to filter by."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import Select

from betaops.cohorts.models import Cohort, CohortMember, Trait
from betaops.kernel import ids
from betaops.kernel.db import Json
from betaops.kernel.errors import NotFound
from betaops.surveys.analysis.narrowing import CameBy, Given, Narrowing
from betaops.surveys.instruments import Item, Pattern
from betaops.surveys.models import Answer, Response, ResponseState, SurveyVersion
from betaops.surveys.queries.ways_in import came_by

#: Values of traits that a filter offers, the most frequent first; waves that are told apart.
MOST_VALUES, MOST_WAVES = 60, 60
COMMENT = "#comment"


def conditions(survey_id: UUID, narrowing: Narrowing | None = None) -> list[ColumnElement[bool]]:
    """What makes a response of the survey count: complete, no trial, not held back, and as narrowed."""
    found = [
        Response.survey_id == survey_id,
        Response.state == ResponseState.COMPLETE,
        ~Response.is_held,
    ]
    if narrowing is None or narrowing.is_open:
        return found
    if narrowing.cohort:
        found.append(Response.tester_id.in_(_members(narrowing.cohort)))
    if narrowing.trait:
        name, value = narrowing.trait
        having = select(Trait.tester_id).where(Trait.name == name, Trait.value == literal(value, Json()))
        found.append(Response.tester_id.in_(having))
    if narrowing.wave is not None:
        found.append(Response.wave == narrowing.wave)
    if narrowing.version is not None:
        versions = select(SurveyVersion.id).where(
            SurveyVersion.survey_id == survey_id, SurveyVersion.number == narrowing.version
        )
        found.append(Response.version_id.in_(versions))
    if narrowing.came_by is not None:
        found.append(came_by() == narrowing.came_by)
    if narrowing.arm:
        found.append(Response.arm == narrowing.arm)
    if narrowing.without_doubtful:
        found.append(Response.flags == "")
    if narrowing.since is not None:
        found.append(Response.finished_at >= _midnight(narrowing.since))
    if narrowing.until is not None:
        found.append(Response.finished_at < _midnight(narrowing.until, days=1))
    return found + [_gave(each) for each in narrowing.answers]


def may_be_read() -> ColumnElement[bool]:
    """Which responses anybody may look at one by one: of anonymous ones those that are shown in results, and trials."""
    is_shown = and_(Response.state == ResponseState.COMPLETE, ~Response.is_held)
    return or_(~Response.is_anonymous, is_shown, Response.state == ResponseState.TEST)


def of_answers(statement: Any, survey_id: UUID, narrowing: Narrowing | None = None) -> Any:
    """`statement` about answers, kept to those of responses that count.

    Those that are held back have no typed rows; where nothing is narrowed an index of responses says all that is asked.
    """
    kept = conditions(survey_id, narrowing)
    if narrowing is None or narrowing.is_open:
        kept = [Response.survey_id == survey_id, Response.state == ResponseState.COMPLETE]
    return statement.join_from(Response, Answer, Answer.response_id == Response.id).where(*kept)


def _members(cohort: str) -> Select[Any]:
    try:
        cohort_id = ids.decode("coh", cohort)
    except NotFound:
        cohort_id = UUID(int=0)
    return select(CohortMember.tester_id).where(CohortMember.cohort_id == cohort_id)


def _midnight(day: date, *, days: int = 0) -> datetime:
    try:
        return datetime.combine(day + timedelta(days=days), time(), UTC)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def _gave(given: Given) -> ColumnElement[bool]:
    answered = select(Answer.response_id).where(
        Answer.response_id == Response.id, Answer.question_id == given.question_id
    )
    if given.row is not None:
        answered = answered.where(Answer.row == given.row)
    if given.codes:
        answered = answered.where(Answer.code.in_(given.codes))
    return answered.correlate(Response).exists()


def count_narrowed(session: Session, survey_id: UUID, narrowing: Narrowing | None = None) -> int:
    return session.scalar(select(func.count()).select_from(Response).where(*conditions(survey_id, narrowing))) or 0  # fmt: skip


def patterns(
    session: Session, survey_id: UUID, items: Sequence[tuple[UUID, Item]], narrowing: Narrowing | None = None
) -> list[Pattern]:
    """What people answered to several items at once, and how many just so: one query, counted by the database."""
    cells = [
        func.max(
            case(
                (
                    and_(Answer.question_id == question_id, Answer.row == item.row),
                    Answer.number if item.is_number else Answer.code,
                )
            )
        ).label(f"cell_{at}")
        for at, (question_id, item) in enumerate(items)
    ]
    people = (
        of_answers(select(*cells), survey_id, narrowing)
        .where(Answer.question_id.in_({question_id for question_id, _item in items}), Answer.code != COMMENT)
        .group_by(Answer.response_id)
        .subquery()
    )
    rows = session.execute(select(*people.c, func.count()).group_by(*people.c))
    return [(tuple(row[:-1]), row[-1]) for row in rows]


def waves(session: Session, survey_id: UUID) -> list[tuple[int, int]]:
    """(wave, responses that count), in order; none where people answer so often that there are no waves."""
    rows = session.execute(
        select(Response.wave, func.count())
        .where(*conditions(survey_id))
        .group_by(Response.wave)
        .order_by(Response.wave)
        .limit(MOST_WAVES + 1)
    ).all()
    return [] if len(rows) > MOST_WAVES else [(wave, count) for wave, count in rows]


def versions_answered(session: Session, survey_id: UUID) -> list[tuple[int, int]]:
    """(number, responses that count) of the versions that people answered."""
    rows = session.execute(
        select(SurveyVersion.number, func.count())
        .join(Response, Response.version_id == SurveyVersion.id)
        .where(*conditions(survey_id))
        .group_by(SurveyVersion.number)
        .order_by(SurveyVersion.number)
    )
    return [(number, count) for number, count in rows]


def cohorts_answered(session: Session, survey_id: UUID, program_id: UUID) -> list[tuple[UUID, str, int]]:
    """(id, name, responses that count) of the program's cohorts; those of nobody who answered are left out."""
    rows = session.execute(
        select(Cohort.id, Cohort.name, func.count())
        .join(CohortMember, CohortMember.cohort_id == Cohort.id)
        .join(Response, Response.tester_id == CohortMember.tester_id)
        .where(Cohort.program_id == program_id, *conditions(survey_id))
        .group_by(Cohort.id, Cohort.name)
        .order_by(Cohort.name, Cohort.id)
    )
    return [(cohort_id, name, count) for cohort_id, name, count in rows]


def traits_answered(session: Session, survey_id: UUID) -> list[tuple[str, Any, int]]:
    """(name, value, responses that count): traits of people who answered, those of most people."""
    rows = session.execute(
        select(Trait.name, Trait.value, func.count())
        .join(Response, Response.tester_id == Trait.tester_id)
        .where(*conditions(survey_id))
        .group_by(Trait.name, Trait.value)
        .order_by(func.count().desc(), Trait.name)
        .limit(MOST_VALUES)
    ).all()
    plain = [
        (name, value, count) for name, value, count in rows if isinstance(value, str | int | float | bool)
    ]
    return sorted(plain, key=lambda row: (row[0], str(row[1])))


def doors_answered(session: Session, survey_id: UUID) -> list[CameBy]:
    """The doors that somebody came in by."""
    used = set(session.scalars(select(came_by()).where(*conditions(survey_id)).distinct()))
    return [door for door in CameBy if door in used]
