"""The endpoints of early-access features."""

from datetime import datetime
from typing import Any

from flask import Response
from pydantic import Field

from betaops.flags import policy, promotion, queries, service, stages
from betaops.flags.api.shapes import WHY, OfFlag, OfProduct, ShownProposal, answered, blueprint
from betaops.flags.models import Action, Feature, Flag, Stage
from betaops.flags.service import Wanted
from betaops.kernel import ids
from betaops.programs import queries as program_queries
from betaops.web.access import scope
from betaops.web.api import Body, Bool, Int, Paging, Shown, Text, path_id, shown
from betaops.web.application import reading, writing


class OfFeature(Shown):
    feature_id: path_id("fea") = Field(description="`fea_…`")  # type: ignore[valid-type]  # a type made by a function


_STAGES = (
    "At `concept` people only put themselves on a list; from `alpha` on what they chose decides the flag"
)


class NewFeature(Body):
    name: Text = Field(min_length=1, max_length=200, description="As people read it")
    description: Text = Field("", max_length=2_000)
    stage: Stage = Field(Stage.CONCEPT, description=_STAGES)
    documentation_url: Text = Field("", max_length=2_000)
    payload: dict[str, Any] = Field(default_factory=dict, description="Handed on to the product as it is")


class FeatureChange(Body):
    """What is to be different; what is left out stays. The stage is changed by a promotion or a demotion."""

    name: Text | None = Field(None, min_length=1, max_length=200)
    description: Text | None = Field(None, max_length=2_000)
    documentation_url: Text | None = Field(None, max_length=2_000)
    payload: dict[str, Any] | None = None
    version: Int | None = Field(
        None, ge=1, le=2**31 - 1, description="Refused (409) when it is not the newest"
    )


class Promotion(Body):
    stage: Stage = Field(description="A later one; the one that it has changes nothing")
    for_everybody: Bool = Field(
        False, description="With general availability: the flag gets a last condition that takes everybody"
    )
    note: Text = Field("", max_length=2_000, description=WHY)


class Demotion(Body):
    stage: Stage = Field(description="An earlier one; the one that it has changes nothing")


class ShownFeature(Shown):
    id: str
    flag: str
    key: str = Field(description="The flag's")
    name: str
    description: str
    stage: Stage
    documentation_url: str
    payload: dict[str, Any]
    joined: int = Field(description="How many people; at `concept` they wait")
    left: int
    created_at: datetime
    changed_at: datetime
    changed_by: str
    version: int


class FeatureInFull(ShownFeature):
    blocked_by: list[str] = Field(description="What keeps it from the next stage")


class FeatureList(Shown):
    items: list[ShownFeature]
    next: str | None


@blueprint.get("/products/<product_id>/features", responses={"200": FeatureList})
@scope(policy.SEE)
def features(path: OfProduct, query: Paging) -> Response:
    """A product's early-access features, the oldest first."""
    product = program_queries.product(reading(), path.product_id)
    page = queries.listed_features(reading(), product.id, cursor=query.cursor, size=query.limit)
    flags = {flag.id: flag for flag in queries.flags(reading(), product.id)}
    counts = queries.choice_counts(reading(), [each.id for each in page])
    items = [ShownFeature(**_values(flags[each.flag_id], each, counts[each.id])) for each in page]
    return shown(FeatureList(items=items, next=page.next))


@blueprint.post("/flags/<flag_id>/feature", responses={"201": FeatureInFull})
@scope(policy.MANAGE)
def make_feature(path: OfFlag, body: NewFeature) -> Response:
    """Offer early access to a flag. Beginning at a late stage is refused like a promotion to it."""
    draft = service.FeatureDraft(
        name=body.name,
        description=body.description,
        documentation_url=body.documentation_url,
        payload=body.payload,
    )
    made = service.offer(writing(), path.flag_id, draft, stage=body.stage)
    return shown(_in_full(made), 201)


@blueprint.get("/features/<feature_id>", responses={"200": FeatureInFull})
@scope(policy.SEE)
def feature(path: OfFeature) -> Response:
    return shown(_in_full(queries.feature(reading(), path.feature_id)[1]))


@blueprint.patch("/features/<feature_id>", responses={"200": FeatureInFull})
@scope(policy.MANAGE)
def change_feature(path: OfFeature, body: FeatureChange) -> Response:
    _flag, present = queries.feature(reading(), path.feature_id)
    values = {
        name: getattr(present, name) if (given := getattr(body, name)) is None else given
        for name in ("name", "description", "documentation_url", "payload")
    }
    draft = service.FeatureDraft(**values)
    return shown(_in_full(service.change_feature(writing(), path.feature_id, draft, version=body.version)))


@blueprint.delete("/features/<feature_id>", responses={"204": None})
@scope(policy.MANAGE)
def end_feature(path: OfFeature) -> Response:
    """The flag stays; what people chose goes."""
    service.withdraw_offer(writing(), path.feature_id)
    return Response(status=204)


@blueprint.post("/features/<feature_id>/promotion", responses={"200": FeatureInFull, "202": ShownProposal})
@scope(policy.MANAGE)
def promote(path: OfFeature, body: Promotion) -> Response:
    """To a later stage. Refused (409), saying why, while the readiness of a running program or a broken guardrail
    keeps it from there."""
    flag, _feature = queries.feature(reading(), path.feature_id)
    values = {"stage": body.stage, "for_everybody": body.for_everybody}
    wanted = Wanted(Action.PROMOTE, flag.product_id, flag.id, values=values, note=body.note)
    return answered(service.make(writing(), wanted), show=_in_full)


@blueprint.post("/features/<feature_id>/demotion", responses={"200": FeatureInFull})
@scope(policy.MANAGE)
def demote(path: OfFeature, body: Demotion) -> Response:
    """To an earlier stage. Never refused for what stands in the way of a release."""
    return shown(_in_full(service.demote(writing(), path.feature_id, body.stage)))


def _in_full(row: Feature) -> FeatureInFull:
    flag = queries.flag(reading(), row.flag_id)
    following = stages.after(row.stage)
    blocks = promotion.blocks(reading(), flag.product_id, flag, following) if following else []
    values = _values(flag, row, queries.choice_counts(reading(), [row.id])[row.id])
    return FeatureInFull(**values, blocked_by=blocks)


def _values(flag: Flag, row: Feature, counts: queries.Counts) -> dict[str, Any]:
    return {
        "id": ids.encode("fea", row.id),
        "flag": ids.encode("flg", flag.id),
        "key": flag.key,
        "joined": counts.joined,
        "left": counts.left,
        **{
            name: getattr(row, name)
            for name in ("name", "description", "stage", "documentation_url", "payload")
        },
        **{name: getattr(row, name) for name in ("created_at", "changed_at", "changed_by", "version")},
    }
