"""What rooms above read: survey items of a program, and each tester's answer to one."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from betaops.surveys.kinds.base import code_of
from betaops.surveys.kinds.rating import scale
from betaops.surveys.localised import text
from betaops.surveys.models import Answer, Response, ResponseState, Survey, SurveyQuestion, SurveyVersion
from betaops.surveys.queries.surveys import published


class Item(NamedTuple):
    """A question that can be counted. `codes` are (code, label) pairs in their order, lowest first on a scale.

    `is_numeric`: its codes are numbers on a scale from `low` to `high`. `instrument` is `nps` or empty.
    """

    question_id: UUID
    survey_id: UUID
    survey_name: str
    name: str
    title: str
    kind: str
    codes: tuple[tuple[str, str], ...]
    is_numeric: bool
    low: float | None
    high: float | None
    instrument: str
    series: int = 1


COUNTED = ("radiogroup", "dropdown", "buttongroup", "checkbox", "tagbox", "imagepicker", "boolean", "rating")


def items(session: Session, program_id: UUID) -> list[Item]:
    """Every countable question of the live versions of a program's surveys, survey by survey, in their order."""
    rows = session.execute(
        select(SurveyQuestion, Survey, SurveyVersion.id)
        .join(Survey, Survey.id == SurveyQuestion.survey_id)
        .join(
            SurveyVersion,
            (SurveyVersion.survey_id == Survey.id) & (SurveyVersion.number == Survey.live_number),
        )
        .where(Survey.program_id == program_id, SurveyQuestion.kind.in_(COUNTED))
        .where(SurveyQuestion.last_number == Survey.live_number)
        .order_by(Survey.created_at.desc(), Survey.id, SurveyQuestion.position)
    ).all()
    return [_item(session, row, survey, version_id) for row, survey, version_id in rows]


def item_answers(session: Session, *, survey_question_id: UUID) -> list[tuple[UUID, float | str]]:
    """(tester, answer) for every tester whose response is complete and counts; the latest of each tester.

    The answer is the number where the question has one (rating, yes as 1 and no as 0), else the code chosen.
    A checkbox gives one pair for each code of the tester's latest response. Responses without a person
    (public links) have no tester and are not here. Ordered by tester.
    """
    latest = (
        select(
            Response.id,
            Response.tester_id,
            func.row_number()
            .over(partition_by=Response.tester_id, order_by=(Response.finished_at.desc(), Response.id.desc()))
            .label("age"),
        )
        .join(SurveyQuestion, SurveyQuestion.survey_id == Response.survey_id)
        .where(
            SurveyQuestion.id == survey_question_id,
            Response.state == ResponseState.COMPLETE,
            Response.tester_id.is_not(None),
        )
        .where(
            select(Answer.question_id)
            .where(Answer.response_id == Response.id, Answer.question_id == survey_question_id)
            .exists()
        )
        .subquery()
    )
    rows = session.execute(
        select(latest.c.tester_id, Answer.number, Answer.code)
        .join(latest, latest.c.id == Answer.response_id)
        .where(
            latest.c.age == 1,
            Answer.question_id == survey_question_id,
            Answer.row == "",
            Answer.code != "#comment",
        )
        .order_by(latest.c.tester_id, Answer.code)
    )
    return [(tester_id, code if number is None else number) for tester_id, number, code in rows]


def _item(session: Session, row: SurveyQuestion, survey: Survey, version_id: UUID) -> Item:
    question = published(session, version_id).definition.worded.by_name[row.name]
    choices = scale(question) if question.kind == "rating" else question.choices
    codes = [(code_of(choice.value), text(choice.text)) for choice in choices]
    if question.kind == "boolean":
        from betaops.surveys.kinds.boolean import label, values

        codes = [(code_of(value), label(question, value, "default")) for value in reversed(values(question))]
    numbers = [choice.value for choice in choices if isinstance(choice.value, int | float)]
    is_numeric = bool(numbers) and len(numbers) == len(choices)
    return Item(
        question_id=row.id,
        survey_id=survey.id,
        survey_name=survey.name,
        name=row.name,
        title=row.title,
        kind=row.kind,
        codes=tuple(codes),
        is_numeric=is_numeric,
        low=float(min(numbers)) if is_numeric else None,
        high=float(max(numbers)) if is_numeric else None,
        instrument=question.instrument,
        series=row.series,
    )
