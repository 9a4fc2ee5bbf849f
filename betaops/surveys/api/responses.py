"""Responses over the REST API."""

from datetime import datetime
from typing import Any

from flask import Response
from pydantic import BaseModel, Field

from betaops.enrollment.queries import testers as tester_queries
from betaops.kernel import ids
from betaops.kernel.errors import Invalid, NotFound
from betaops.surveys import policy, queries, respond
from betaops.surveys.analysis.quality import Doubt
from betaops.surveys.api.shapes import OfSurvey, blueprint
from betaops.surveys.cleaning import storable
from betaops.surveys.engine.judging import Problem
from betaops.surveys.models import Response as Answered
from betaops.surveys.models import ResponseState
from betaops.web.access import scope
from betaops.web.api import Body, Paging, Text, path_id, shown
from betaops.web.application import reading, writing
from betaops.web.errors import problem


class OfResponse(BaseModel):
    response_id: path_id("rsp") = Field(description="`rsp_…`")  # type: ignore[valid-type]  # a type made by a function


class ResponseQuery(Paging):
    state: ResponseState | None = Field(None, description="Only this state; without it every state.")


class NewResponse(Body):
    """A whole response. The same `submission_key` again gives the first one, however often it is sent."""

    submission_key: Text = Field(min_length=1, max_length=respond.LONGEST_KEY)
    answers: dict[str, Any] = Field(description="By question name, as SurveyJS keeps them.")
    enrollment: Text | None = Field(None, description="`enr_…` of the program: whose response it is.")
    language: Text = Field("en", max_length=20, pattern=r"^[A-Za-z-]*$")


class ShownResponse(BaseModel):
    id: str
    survey: str
    version: int
    state: ResponseState
    tester: str | None
    enrollment: str | None
    language: str
    answers: dict[str, Any]
    series: dict[str, str] = Field(
        description="Which of the answers were given to a series that has ended since, by their key, and what sheets and"
        " SPSS files call that series (`ease_series1`)."
    )
    arm: str | None = Field(
        description="The arm it was put into; null where the survey has none, and of an anonymous one with few in an arm."
    )
    is_in_product: bool = Field(description="It came from inside the product, by an SDK.")
    doubts: list[Doubt] = Field(description="Signs that it was not given with care. It counts all the same.")
    started_at: datetime
    finished_at: datetime | None


class ResponseList(BaseModel):
    items: list[ShownResponse]
    next: str | None


def _shown_response(row: Answered, number: int, split: queries.Split, *, with_arm: bool) -> ShownResponse:
    return ShownResponse(
        id=ids.encode("rsp", row.id),
        survey=ids.encode("svy", row.survey_id),
        version=number,
        state=row.state,
        tester=ids.encode("tst", row.tester_id) if row.tester_id else None,
        enrollment=ids.encode("enr", row.enrollment_id) if row.enrollment_id else None,
        language=row.language,
        answers=row.answers,
        series=split.names(number, row.answers),
        arm=(row.arm or None) if with_arm else None,
        is_in_product=row.is_in_product,
        doubts=row.doubts,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


@blueprint.get("/surveys/<survey_id>/responses", responses={200: ResponseList})
@scope(policy.READ)
def responses(path: OfSurvey, query: ResponseQuery) -> Response:
    """Responses, the newest first."""
    found = queries.survey(reading(), path.survey_id)
    if found.is_anonymous and not queries.count_shown(reading(), found):
        return shown(ResponseList(items=[], next=None))
    page = queries.responses(reading(), found.id, state=query.state, cursor=query.cursor, size=query.limit)
    with_arm = queries.shows_arms(reading(), found)
    split = queries.Split(reading(), found.id)
    items = [_shown_response(row, row.version.number, split, with_arm=with_arm) for row in page.items]
    return shown(ResponseList(items=items, next=page.next))


@blueprint.post("/surveys/<survey_id>/responses", responses={200: ShownResponse, 201: ShownResponse})
@scope(policy.ANSWER)
def answer(path: OfSurvey, body: NewResponse) -> Response:
    """Send in a whole response: 201 the first time, 200 with the same one for a key that was sent before."""
    found = queries.survey_to_answer(reading(), path.survey_id)
    enrollment = None
    if body.enrollment:
        enrollment_id = ids.decode("enr", body.enrollment)
        enrollment = tester_queries.enrollment(reading(), found.program_id, enrollment_id)
    try:
        begun = respond.submit(
            writing(),
            found,
            storable(body.answers),
            submission_key=body.submission_key,
            enrollment=enrollment,
            language=body.language or "en",
        )
    except Invalid as error:
        wrong: list[Problem] = error.values.get("problems", [])
        places = [{"in": f"answers.{each.name}", "detail": each.message} for each in wrong]
        return problem(422, error.code, str(error.message), errors=places)
    version = queries.published(reading(), begun.response.version_id)
    with_arm = queries.shows_arms(reading(), found)
    split = queries.Split(reading(), found.id)
    told = _shown_response(begun.response, version.number, split, with_arm=with_arm)
    return shown(told, 201 if begun.is_new else 200)


@blueprint.get("/responses/<response_id>", responses={200: ShownResponse})
@scope(policy.READ)
def response(path: OfResponse) -> Response:
    """One response."""
    row = queries.response(reading(), path.response_id)
    if row.is_anonymous and not queries.count_shown(reading(), row.survey):
        raise NotFound
    with_arm = queries.shows_arms(reading(), row.survey)
    split = queries.Split(reading(), row.survey_id)
    return shown(_shown_response(row, row.version.number, split, with_arm=with_arm))


@blueprint.delete("/responses/<response_id>", responses={204: None})
@scope(policy.ANSWER)
def withdraw(path: OfResponse) -> Response:
    """Take a response out of everything; its answers go."""
    row = queries.response(reading(), path.response_id)
    respond.withdraw(writing(), row.id)
    return Response(status=204)
