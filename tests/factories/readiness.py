"""Expectations, and the evidence they are judged on."""

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import select

from betaops.enrollment.models import Enrollment, State, Tester
from betaops.kernel import ids
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import board, measures, queries, service
from betaops.readiness.deciding.recommendation import Weight
from betaops.readiness.models import Expectation
from betaops.readiness.service import Waived
from betaops.readiness.service.expecting import Draft
from betaops.readiness.verdict import Direction
from betaops.surveys.models import (
    Answer,
    Response,
    ResponseState,
    Survey,
    SurveyQuestion,
    SurveyState,
    SurveyVersion,
)
from betaops.usage.models import UsageDaily

_numbers = count(1)

#: A survey with a rating to five, one to ten, and a yes or no.
DEFINITION = {
    "pages": [
        {
            "elements": [
                {"type": "rating", "name": "import", "title": "How easy was the import?"},
                {
                    "type": "rating",
                    "name": "nps",
                    "title": "Would you recommend it?",
                    "rateMin": 0,
                    "rateMax": 10,
                },
                {"type": "boolean", "name": "lost", "title": "Did you lose a note?"},
                {"type": "comment", "name": "words", "title": "Anything else?"},
            ]
        }
    ]
}


def a_survey(work: Work, program: Program, definition: dict[str, Any] | None = None) -> Survey:
    """Published and open, with the questions of `definition`."""
    definition = definition or DEFINITION
    survey = Survey(
        program_id=program.id,
        name="After the first week",
        draft=definition,
        created_at=work.now,
        changed_at=work.now,
    )
    work.add(survey)
    work.add(
        SurveyVersion(
            survey_id=survey.id, number=1, definition=definition, digest=b"0" * 32, published_at=work.now
        )
    )
    survey.state, survey.live_number = SurveyState.OPEN, 1
    for position, element in enumerate(definition["pages"][0]["elements"]):
        work.add(
            SurveyQuestion(
                survey_id=survey.id,
                name=element["name"],
                kind=element["type"],
                title=element["title"],
                position=position,
                first_number=1,
                last_number=1,
            )
        )
    work.session.flush()
    return survey


def a_response(
    work: Work,
    survey: Survey,
    enrollment: Enrollment | None,
    state: ResponseState = ResponseState.COMPLETE,
    at: datetime | None = None,
    rows: dict[str, int] | None = None,
    **answers: Any,
) -> Response:
    """`answers` by question name: a number, a text, or a list of texts. Without `enrollment` it is anonymous.

    `rows` are answers to the rows of the survey's first question, a matrix.
    """
    version = work.session.query(SurveyVersion).filter_by(survey_id=survey.id).one()
    questions = {row.name: row for row in work.session.query(SurveyQuestion).filter_by(survey_id=survey.id)}
    moment = at or work.now
    response = Response(
        survey_id=survey.id,
        version_id=version.id,
        enrollment_id=enrollment.id if enrollment else None,
        tester_id=enrollment.tester_id if enrollment else None,
        submission_key=str(ids.new_id()),
        state=state,
        answers=answers,
        started_at=moment,
        saved_at=moment,
        finished_at=moment,
    )
    work.add(response)
    for name, value in answers.items():
        for each in value if isinstance(value, list) else [value]:
            work.add(
                Answer(
                    response_id=response.id,
                    question_id=questions[name].id,
                    code=str(each).lower() if isinstance(each, bool) else str(each),
                    number=float(each) if isinstance(each, int | float) else None,
                )
            )
    for name, value in (rows or {}).items():
        first = min(questions.values(), key=lambda question: question.position)
        work.add(
            Answer(
                response_id=response.id, question_id=first.id, row=name, code=str(value), number=float(value)
            )
        )
    return response


def some_testers(work: Work, program: Program, number: int) -> list[Enrollment]:
    """Active testers in a few statements, without the events and seats of a real way in."""
    people = [
        Tester(
            workspace_id=work.workspace_id,
            mail=f"crowd{each}@example.com",
            mail_key=f"crowd{each}@example.com",
            name=f"Crowd {each}",
            created_at=work.now,
            changed_at=work.now,
        )
        for each in (next(_numbers) for _ in range(number))
    ]
    work.session.add_all(people)
    work.session.flush()
    places = [
        Enrollment(
            workspace_id=work.workspace_id,
            program_id=program.id,
            tester_id=tester.id,
            state=State.ACTIVE,
            applied_at=work.now,
            accepted_at=work.now,
            activated_at=work.now,
            changed_at=work.now,
        )
        for tester in people
    ]
    work.session.add_all(places)
    work.session.flush()
    return places


def answer_rating(work: Work, survey: Survey, people: list[Enrollment], ratings: list[int]) -> None:
    """Complete responses to "import", one for each of `people`, in a few statements."""
    version_id = work.session.scalars(
        select(SurveyVersion.id).where(SurveyVersion.survey_id == survey.id)
    ).one()
    question_id = work.session.scalars(
        select(SurveyQuestion.id).where(
            SurveyQuestion.survey_id == survey.id, SurveyQuestion.name == "import"
        )
    ).one()
    responses = [
        Response(
            workspace_id=work.workspace_id,
            survey_id=survey.id,
            version_id=version_id,
            enrollment_id=person.id,
            tester_id=person.tester_id,
            submission_key=str(ids.new_id()),
            state=ResponseState.COMPLETE,
            answers={"import": rating},
            started_at=work.now,
            saved_at=work.now,
            finished_at=work.now,
        )
        for person, rating in zip(people, ratings, strict=True)
    ]
    work.session.add_all(responses)
    work.session.flush()
    work.session.add_all(
        Answer(
            workspace_id=work.workspace_id,
            response_id=response.id,
            question_id=question_id,
            code=str(rating),
            number=float(rating),
        )
        for response, rating in zip(responses, ratings, strict=True)
    )
    work.session.flush()


def about(survey: Survey, item: str, title: str = "How easy was the import?") -> dict[str, Any]:
    """Parameters that name a question."""
    return {"survey": ids.encode("svy", survey.id), "item": item, "title": title}


def top_box(survey: Survey, item: str = "import", good: tuple[str, ...] = ("4", "5")) -> dict[str, Any]:
    """Parameters of a share of good answers on a scale to five."""
    return about(survey, item) | {
        "answers": [{"code": str(step), "label": str(step)} for step in range(1, 6)],
        "counted": list(good),
    }


def some_use(work: Work, program: Program, enrollment: Enrollment, event: str, times: int, day: date) -> None:
    work.add(
        UsageDaily(
            product_id=program.product_id, tester_id=enrollment.tester_id, day=day, name=event, events=times
        )
    )


def a_draft(measure: str = "open_blockers", **values: Any) -> Draft:
    known = measures.named(measure)
    return Draft(
        **(
            {
                "need": "Nothing stops me from working",
                "measure": measure,
                "threshold": known.threshold,
                "direction": known.direction,
                "parameters": {},
            }
            | values
        )
    )


def an_expectation(
    work: Work, program: Program, measure: str = "open_blockers", **values: Any
) -> Expectation:
    """With its first reading."""
    return service.add(work, program, a_draft(measure, **values))


def a_top_box(
    work: Work,
    program: Program,
    *,
    good: int,
    bad: int,
    threshold: float = 0.7,
    weight: Weight = Weight.MUST,
    need: str = "Import is easy",
    survey: Survey | None = None,
    **values: Any,
) -> Expectation:
    """An expectation on a question, with that many good and bad answers of testers; `values` are of its draft."""
    survey = survey or a_survey(work, program)
    answer_rating(work, survey, some_testers(work, program, good + bad), [5] * good + [2] * bad)
    return an_expectation(
        work,
        program,
        "survey_share",
        need=need,
        threshold=threshold,
        direction=Direction.AT_LEAST,
        parameters=top_box(survey),
        weight=weight,
        **values,
    )


def decided_by(work: Work, user_id: UUID, name: str) -> Work:
    """The same work in a member's hands."""
    from dataclasses import replace

    from betaops.kernel.work import Actor

    return replace(work, actor=Actor("member", user_id, name))


def all_waived(work: Work, program: Program, days: int = 30) -> list[Waived]:
    """Whatever must be and is not met, from now for so many days."""
    return [
        Waived(
            row.expectation.id,
            row.expectation.need,
            "Known, and rare",
            work.now.date() + timedelta(days=days),
        )
        for row in board.missing(queries.board(work.session, program.id))
    ]
