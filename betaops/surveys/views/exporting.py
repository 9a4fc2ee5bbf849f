"""Answers as a sheet."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from flask import Response, current_app

from betaops.kernel import ids
from betaops.surveys import policy, queries, sheets
from betaops.surveys.definition import Question
from betaops.surveys.models import Response as Answered
from betaops.surveys.models import Survey
from betaops.surveys.views.frame import blueprint, program_of, survey_of
from betaops.web.access import needs
from betaops.web.application import reading


@blueprint.get("/<id(svy):survey_id>/answers.csv")
@needs(policy.EXPORT)
def export(slug: str, survey_id: UUID) -> Response:
    """Complete responses, a line each, sent while they are read: a session of its own, however many there are."""
    survey = survey_of(program_of(slug), survey_id)
    response = Response(_lines(survey), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = (
        f'attachment; filename="answers-{ids.encode("svy", survey.id)[-6:]}.csv"'
    )
    return response


def _lines(survey: Survey) -> Iterator[str]:
    database = current_app.platform.database  # type: ignore[attr-defined]  # our Application
    wanted = sheets.columns(_questions(survey), "default")
    heads = [
        "response",
        "version",
        "tester",
        "mail",
        "started",
        "finished",
        *(head for head, _q, _p in wanted),
    ]
    workspace_id = survey.workspace_id

    def rows() -> Iterator[list[Any]]:
        with database.reading(workspace_id) as session:
            for each in queries.export_rows(session, survey.id):
                yield [*_about(each), *sheets.cells(each.answers, wanted, "default")]

    return sheets.lines(heads, rows())


def _about(row: Answered) -> list[Any]:
    person = row.tester
    return [
        ids.encode("rsp", row.id),
        row.version.number,
        person.name if person else "",
        person.mail if person else "",
        row.started_at.isoformat(),
        row.finished_at.isoformat() if row.finished_at else "",
    ]


def _questions(survey: Survey) -> list[Question]:
    """As the newest version that asked each of them words it."""
    found: list[Question] = []
    for row in queries.survey_questions(reading(), survey.id):
        version = queries.version(reading(), survey.id, row.last_number)
        question = queries.published(reading(), version.id).definition.by_name.get(row.name)
        if question is not None:
            found.append(question)
    return found
