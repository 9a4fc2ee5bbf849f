"""Arms over the REST API."""

from uuid import UUID

from flask import Response
from pydantic import BaseModel, Field

from betaops.kernel import ids
from betaops.surveys import policy, queries, service
from betaops.surveys.api.shapes import OfSurvey, blueprint
from betaops.surveys.models import Survey, SurveyArm
from betaops.surveys.models.arms import LONGEST_ARM, MOST_WEIGHT
from betaops.web.access import scope
from betaops.web.api import Body, Int, Text, path_id, shown
from betaops.web.application import reading, writing


class OfArm(OfSurvey):
    arm_id: path_id("arm") = Field(description="`arm_…`")  # type: ignore[valid-type]  # a type made by a function


class NewArm(Body):
    name: Text = Field(
        min_length=1, max_length=LONGEST_ARM, description="Conditions and texts name it `{__arm}`."
    )
    weight: Int = Field(1, ge=1, le=MOST_WEIGHT, description="Twice the weight, twice as many people.")


class ArmChange(Body):
    """What is to be different; what is left out stays. Nothing, once somebody has answered (409)."""

    name: Text | None = Field(None, min_length=1, max_length=LONGEST_ARM)
    weight: Int | None = Field(None, ge=1, le=MOST_WEIGHT)


class ShownArm(BaseModel):
    id: str
    survey: str
    name: str
    weight: int
    answered: int | None = Field(
        description="Complete responses that count; null of an anonymous survey while an arm has few."
    )


class ArmList(BaseModel):
    items: list[ShownArm]
    next: str | None = None


def _shown(survey: Survey, row: SurveyArm) -> ShownArm:
    return ShownArm(
        id=ids.encode("arm", row.id),
        survey=ids.encode("svy", survey.id),
        name=row.name,
        weight=row.weight,
        answered=dict(queries.arms_answered(reading(), survey)).get(row.name),
    )


def _survey(survey_id: UUID) -> Survey:
    return queries.survey(reading(), survey_id)


@blueprint.get("/surveys/<survey_id>/arms", responses={200: ArmList})
@scope(policy.READ)
def arms(path: OfSurvey) -> Response:
    """All of a survey, in the order in which they were made."""
    found = _survey(path.survey_id)
    return shown(ArmList(items=[_shown(found, row) for row in queries.arms(reading(), found.id)]))


@blueprint.post("/surveys/<survey_id>/arms", responses={201: ShownArm})
@scope(policy.WRITE)
def make_arm(path: OfSurvey, body: NewArm) -> Response:
    """Everybody new goes into it until it has caught up with the others."""
    found = queries.survey(writing().session, path.survey_id)
    return shown(_shown(found, service.add_arm(writing(), found.id, **body.model_dump())), 201)


@blueprint.patch("/surveys/<survey_id>/arms/<arm_id>", responses={200: ShownArm})
@scope(policy.WRITE)
def change_arm(path: OfArm, body: ArmChange) -> Response:
    found = queries.survey(writing().session, path.survey_id)
    values = body.model_dump(exclude_none=True)
    return shown(_shown(found, service.change_arm(writing(), found.id, path.arm_id, **values)))


@blueprint.delete("/surveys/<survey_id>/arms/<arm_id>", responses={204: None})
@scope(policy.WRITE)
def delete_arm(path: OfArm) -> Response:
    """As long as nobody has answered (409)."""
    found = queries.survey(writing().session, path.survey_id)
    service.delete_arm(writing(), found.id, path.arm_id)
    return Response(status=204)
