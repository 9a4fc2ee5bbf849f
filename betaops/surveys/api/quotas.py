"""Quotas over the REST API."""

from typing import Any

from flask import Response
from pydantic import BaseModel, Field

from betaops.kernel import ids
from betaops.surveys import policy, queries, service
from betaops.surveys.api.shapes import OfSurvey, blueprint
from betaops.surveys.models import Quota, WhenFull
from betaops.web.access import scope
from betaops.web.api import Body, Int, Text, path_id, shown
from betaops.web.application import reading, writing

MOST_PLACES = 10_000_000


class OfQuota(BaseModel):
    quota_id: path_id("quo") = Field(description="`quo_…`")  # type: ignore[valid-type]  # a type made by a function


class NewQuota(Body):
    name: Text = Field(min_length=1, max_length=120, pattern=r"\S")
    condition: Text = Field(
        min_length=1, max_length=2000, description="A SurveyJS expression over the answers: whom it counts."
    )
    most: Int = Field(ge=1, le=MOST_PLACES, description="Complete responses that it takes, from now on.")
    when_full: WhenFull = WhenFull.TURN_AWAY
    words: Text = Field("", max_length=5000, description="HTML for those who are turned away.")


class QuotaChange(Body):
    """What is to be different; what is left out stays. The condition stays once somebody was counted (409)."""

    name: Text | None = Field(None, min_length=1, max_length=120, pattern=r"\S")
    condition: Text | None = Field(None, min_length=1, max_length=2000)
    most: Int | None = Field(None, ge=1, le=MOST_PLACES)
    when_full: WhenFull | None = None
    words: Text | None = Field(None, max_length=5000)


class ShownQuota(BaseModel):
    id: str
    survey: str
    name: str
    condition: str
    most: int
    taken: int | None = Field(description="Null of an anonymous survey while it has taken fewer than five.")
    is_full: bool | None = Field(description="Null where `taken` is.")
    when_full: WhenFull
    words: str


class QuotaList(BaseModel):
    items: list[ShownQuota]
    next: str | None = None


def _shown(row: Quota) -> ShownQuota:
    told: dict[str, Any] = {
        name: getattr(row, name) for name in ShownQuota.model_fields if name not in ("id", "survey")
    }
    survey = queries.survey(reading(), row.survey_id)
    if policy.is_too_few(survey, row.taken, queries.count_held(reading(), survey)):
        told |= {"taken": None, "is_full": None}
    return ShownQuota(id=ids.encode("quo", row.id), survey=ids.encode("svy", row.survey_id), **told)


@blueprint.get("/surveys/<survey_id>/quotas", responses={200: QuotaList})
@scope(policy.READ)
def quotas(path: OfSurvey) -> Response:
    """All of a survey, the oldest first, each with what it has taken."""
    found = queries.survey(reading(), path.survey_id)
    return shown(QuotaList(items=[_shown(row) for row in queries.quotas(reading(), found.id)]))


@blueprint.post("/surveys/<survey_id>/quotas", responses={201: ShownQuota})
@scope(policy.WRITE)
def make_quota(path: OfSurvey, body: NewQuota) -> Response:
    """It counts what is completed from now on."""
    found = queries.survey(writing().session, path.survey_id)
    return shown(_shown(service.add_quota(writing(), found.id, **body.model_dump())), 201)


@blueprint.get("/quotas/<quota_id>", responses={200: ShownQuota})
@scope(policy.READ)
def quota(path: OfQuota) -> Response:
    return shown(_shown(queries.any_quota(reading(), path.quota_id)))


@blueprint.patch("/quotas/<quota_id>", responses={200: ShownQuota})
@scope(policy.WRITE)
def change_quota(path: OfQuota, body: QuotaChange) -> Response:
    present = queries.any_quota(writing().session, path.quota_id)
    values = body.model_dump(exclude_none=True)
    return shown(_shown(service.change_quota(writing(), present.survey_id, present.id, **values)))


@blueprint.delete("/quotas/<quota_id>", responses={204: None})
@scope(policy.WRITE)
def delete_quota(path: OfQuota) -> Response:
    """Nobody is turned away for it any more; responses stay as they are."""
    present = queries.any_quota(writing().session, path.quota_id)
    service.delete_quota(writing(), present.survey_id, present.id)
    return Response(status=204)
