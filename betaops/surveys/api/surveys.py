"""Surveys over the REST API: drafts, versions, how they stand in the product."""

from datetime import datetime
from typing import Any, Literal

from flask import Response
from pydantic import BaseModel, Field

from betaops.kernel import ids
from betaops.kernel.errors import Invalid, NotFound, Refused
from betaops.programs import queries as program_queries
from betaops.surveys import policy, queries, service
from betaops.surveys.api.shapes import InProgram, OfSurvey, blueprint
from betaops.surveys.changes import Change
from betaops.surveys.checking import Finding
from betaops.surveys.models import (
    Audience,
    Corner,
    Repeat,
    Shape,
    Survey,
    SurveyPlacement,
    SurveyState,
    UrlMatch,
)
from betaops.surveys.product.payload import arm_id, flag_key
from betaops.web.access import scope
from betaops.web.api import Body, Int, Text, shown
from betaops.web.application import reading, writing
from betaops.web.errors import problem


class NewSurvey(Body):
    name: Text = Field(min_length=1, max_length=200, pattern=r"\S")
    definition: dict[str, Any] | None = Field(None, description="SurveyJS JSON; without it one empty page.")


class SurveyChange(Body):
    """What is to be different; what is left out stays."""

    name: Text | None = Field(None, min_length=1, max_length=200, pattern=r"\S")
    definition: dict[str, Any] | None = Field(None, description="The draft as a whole, SurveyJS JSON.")
    state: Literal["open", "closed", "archived"] | None = None
    version: Int | None = Field(
        None, ge=1, le=2**31 - 1, description="Refused (409) when it is not the newest."
    )


class NewVersion(Body):
    note: Text = Field("", max_length=500, description="What changed, for colleagues.")
    new_series: list[Text] = Field(
        [],
        max_length=1000,
        description="Names of questions whose answers until now do not compare with those to come: theirs begin anew.",
    )
    counted_on: list[Text] = Field(
        [],
        max_length=1000,
        description="Names of questions whose changed words mean the same: their answers count on together.",
    )


class PlacementChange(Body):
    """How it stands in the product; what is left out stays."""

    is_on: bool | None = None
    audience: Audience | None = None
    cohorts: list[Int] | None = Field(None, max_length=100, description="Numbers, as flags call cohorts.")
    share: Int | None = Field(None, ge=1, le=100, description="Percent of the audience.")
    repeat: Repeat | None = None
    every_days: Int | None = Field(None, ge=1, le=365, description="For `every`.")
    wait_days: Int | None = Field(None, ge=0, le=365, description="Days since the person was last asked.")
    url: Text | None = Field(None, max_length=500)
    url_match: UrlMatch | None = None
    events: list[Text] | None = Field(None, description="Any of which brings it up.")
    devices: list[Literal["Desktop", "Mobile", "Tablet"]] | None = None
    delay_seconds: Int | None = Field(None, ge=0, le=3600)
    shape: Shape | None = None
    label: Text | None = Field(None, max_length=60, description="Words on the tab.")
    selector: Text | None = Field(None, max_length=200, description="CSS, for `selector`.")
    corner: Corner | None = None
    color: Text | None = Field(None, pattern="^#[0-9A-Fa-f]{6}$")
    thanks: Text | None = Field(None, max_length=200)
    thanks_text: Text | None = Field(None, max_length=2000)
    version: Int | None = Field(
        None, ge=0, le=2**31 - 1, description="Refused (409) when it is not the newest."
    )


class ShownThere(BaseModel):
    """An arm in the product."""

    name: str
    id: str = Field(description="Stands for the survey's id in the product.")
    flag_key: str = Field(description="On for those who are in it.")


class ShownPlacement(BaseModel):
    is_on: bool
    started_at: datetime | None = Field(description="Since when it is shown; soon after it was put on.")
    flag_key: str = Field(
        description="The targeting flag that SDKs are told; where the survey has arms, see these."
    )
    arms: list[ShownThere] = Field(
        default_factory=list, description="As what SDKs are told each arm; none where it has none."
    )
    audience: Audience
    cohorts: list[int]
    share: int
    repeat: Repeat
    every_days: int | None
    wait_days: int
    url: str
    url_match: UrlMatch
    events: list[str]
    devices: list[str]
    delay_seconds: int
    shape: Shape
    label: str
    selector: str
    corner: Corner
    color: str
    thanks: str
    thanks_text: str
    problems: list[str] = Field(description="Why the live version cannot be shown there.")
    version: int


class ShownSurvey(BaseModel):
    id: str
    program: str
    name: str
    state: SurveyState
    definition: dict[str, Any] = Field(description="The draft.")
    live_number: int | None = Field(description="The version that is answered now.")
    opens_at: datetime | None
    closes_at: datetime | None
    created_at: datetime
    changed_at: datetime
    version: int


class SurveyList(BaseModel):
    items: list[ShownSurvey]
    next: str | None = None


class ShownVersion(BaseModel):
    number: int
    note: str
    published_at: datetime


class VersionList(BaseModel):
    items: list[ShownVersion]
    next: str | None = None


def _shown(survey: Survey) -> ShownSurvey:
    return ShownSurvey(
        id=ids.encode("svy", survey.id),
        program=ids.encode("prg", survey.program_id),
        name=survey.name,
        state=survey.state,
        definition=survey.draft,
        live_number=survey.live_number,
        opens_at=survey.opens_at,
        closes_at=survey.closes_at,
        created_at=survey.created_at,
        changed_at=survey.changed_at,
        version=survey.version,
    )


@blueprint.get("/programs/<program_id>/surveys", responses={200: SurveyList})
@scope(policy.READ)
def surveys(path: InProgram) -> Response:
    """All surveys of a program, the newest first."""
    program = program_queries.program(reading(), path.program_id)
    return shown(SurveyList(items=[_shown(survey) for survey in queries.surveys(reading(), program.id)]))


@blueprint.post("/programs/<program_id>/surveys", responses={201: ShownSurvey})
@scope(policy.WRITE)
def create(path: InProgram, body: NewSurvey) -> Response:
    """Make a draft."""
    program = program_queries.program(reading(), path.program_id)
    survey = service.create_survey(
        writing(), program_id=program.id, name=body.name, definition=body.definition
    )
    return shown(_shown(survey), 201)


@blueprint.get("/surveys/<survey_id>", responses={200: ShownSurvey})
@scope(policy.READ)
def survey(path: OfSurvey) -> Response:
    """One survey with its draft."""
    return shown(_shown(queries.survey(reading(), path.survey_id)))


@blueprint.patch("/surveys/<survey_id>", responses={200: ShownSurvey})
@scope(policy.WRITE)
def change(path: OfSurvey, body: SurveyChange) -> Response:
    """Replace the draft, rename, open or close."""
    found = queries.survey(reading(), path.survey_id)
    if body.definition is not None or body.name is not None or body.version is not None:
        definition = body.definition
        service.edit_draft(
            writing(),
            found.id,
            lambda draft: draft if definition is None else definition,
            version=body.version,
            name=body.name,
        )
    if body.state is not None:
        service.change_state(writing(), found.id, SurveyState(body.state))
    return shown(_shown(found))


@blueprint.get("/surveys/<survey_id>/versions", responses={200: VersionList})
@scope(policy.READ)
def versions(path: OfSurvey) -> Response:
    """Published versions, the newest first."""
    found = queries.survey(reading(), path.survey_id)
    rows = queries.versions(reading(), found.id)
    return shown(
        VersionList(
            items=[
                ShownVersion(number=row.number, note=row.note, published_at=row.published_at) for row in rows
            ]
        )
    )


@blueprint.post("/surveys/<survey_id>/versions", responses={201: ShownVersion})
@scope(policy.WRITE)
def publish(path: OfSurvey, body: NewVersion) -> Response:
    """Publish the draft; 422 lists what is in the way, 409 what needs a new series, or your word that it counts on."""
    found = queries.survey(reading(), path.survey_id)
    try:
        version = service.publish(
            writing(), found.id, note=body.note, new_series=body.new_series, counted_on=body.counted_on
        )
    except Refused as error:
        changes: list[Change] = error.values.get("changes", [])
        names = [{"in": "new_series", "name": each.name, "detail": each.message} for each in changes]
        return problem(409, error.code, str(error.message), errors=names)
    except Invalid as error:
        findings: list[Finding] = error.values.get("findings", [])
        places = [
            {"in": finding.pointer, "name": finding.name, "detail": finding.message} for finding in findings
        ]
        return problem(422, error.code, str(error.message), errors=places)
    return shown(
        ShownVersion(number=version.number, note=version.note, published_at=version.published_at), 201
    )


@blueprint.get("/surveys/<survey_id>/placement", responses={200: ShownPlacement})
@scope(policy.READ)
def placement(path: OfSurvey) -> Response:
    """How it stands in the product; 404 for one that never did."""
    found = queries.survey(reading(), path.survey_id)
    row = queries.placement(reading(), found.id)
    if row is None:
        raise NotFound
    return shown(_shown_placement(found, row))


@blueprint.patch("/surveys/<survey_id>/placement", responses={200: ShownPlacement})
@scope(policy.WRITE)
def place(path: OfSurvey, body: PlacementChange) -> Response:
    """Put it into the product, change how it stands there, or take it out; a refusal says what is in the way."""
    found = queries.survey(reading(), path.survey_id)
    values = body.model_dump(exclude={"version"}, exclude_none=True)
    row = service.change_placement(writing(), found.id, version=body.version, **values)
    return shown(_shown_placement(found, row))


def _shown_placement(survey: Survey, row: SurveyPlacement) -> ShownPlacement:
    compiled = queries.compiled_live(reading(), survey)
    told = {name: getattr(row, name) for name in ShownPlacement.model_fields if hasattr(row, name)}
    problems = service.obstacles(compiled)
    arms = [
        ShownThere(name=arm.name, id=arm_id(arm), flag_key=flag_key(row, arm))
        for arm in queries.arms(reading(), survey.id)
    ]
    return ShownPlacement(**told, flag_key=flag_key(row), arms=arms, problems=problems)
