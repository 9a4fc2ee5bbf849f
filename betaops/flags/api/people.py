"""The endpoints of one person's flags: what they chose, and what is set for them by hand."""

from datetime import datetime
from typing import Annotated, Any

from flask import Response
from pydantic import Field, StrictBool, StrictStr

from betaops.flags import policy, queries, service, wording
from betaops.flags.api.shapes import blueprint
from betaops.flags.models import Stage
from betaops.kernel import clock, ids
from betaops.programs import queries as program_queries
from betaops.web.access import scope
from betaops.web.api import Body, Bool, Shown, Text, path_id, shown
from betaops.web.application import reading, writing

_TESTER: Any = Field(description="`tst_…`: somebody who asked for a place in a program of the product")


class OfPerson(Shown):
    product_id: path_id("prd") = Field(description="`prd_…`")  # type: ignore[valid-type]  # a type made by a function
    tester_id: path_id("tst") = _TESTER  # type: ignore[valid-type]  # a type made by a function


class ChoiceOfPerson(Shown):
    feature_id: path_id("fea") = Field(description="`fea_…`")  # type: ignore[valid-type]  # a type made by a function
    tester_id: path_id("tst") = _TESTER  # type: ignore[valid-type]  # a type made by a function


class ValueOfPerson(Shown):
    flag_id: path_id("flg") = Field(description="`flg_…`")  # type: ignore[valid-type]  # a type made by a function
    tester_id: path_id("tst") = _TESTER  # type: ignore[valid-type]  # a type made by a function


class WrittenChoice(Body):
    joined: Bool


class WrittenValue(Body):
    value: Annotated[StrictBool | StrictStr, Field(description="On, off, or the key of a variant")]
    why: Text = Field(min_length=1, max_length=2_000, description="Shown beside the value")


class ShownChoice(Shown):
    """`by` is the member or key who chose for them; empty where they did."""

    joined: bool
    at: datetime
    stage: Stage = Field(description="The feature's as it was then")
    by: str


class ShownOverride(Shown):
    value: bool | str
    why: str
    by: str
    at: datetime


class FlagOfPerson(Shown):
    flag: str
    key: str
    value: bool | str
    reason: str
    choice: ShownChoice | None = Field(description="About the flag's feature, whether it counts or not")
    override: ShownOverride | None


class FlagsOfPerson(Shown):
    items: list[FlagOfPerson]


@blueprint.get("/products/<product_id>/testers/<tester_id>/flags", responses={"200": FlagsOfPerson})
@scope(policy.SEE)
def flags_of_person(path: OfPerson) -> Response:
    """Every flag of the product with its value for one person, and why."""
    product = program_queries.product(reading(), path.product_id)
    tester = queries.tester_of_product(reading(), product.id, path.tester_id)
    loaded = queries.load(reading(), product.id)
    chosen = queries.choices(reading(), product.id, tester.id)
    items = []
    for flag, outcome, settled in queries.flags_for(reading(), product.id, tester, clock.now(), loaded):
        feature = loaded.features.get(flag.id)
        choice = chosen.get(feature.id) if feature is not None else None
        override = settled if settled is not None and settled.is_override else None
        items.append(
            FlagOfPerson(
                flag=ids.encode("flg", flag.id),
                key=flag.key,
                value=outcome.value,
                reason=wording.reason(outcome, settled),
                choice=None
                if choice is None
                else ShownChoice(
                    joined=choice.has_joined, at=choice.chosen_at, stage=choice.stage, by=choice.who
                ),
                override=None
                if override is None
                else ShownOverride(value=override.value, why=override.why, by=override.who, at=override.at),
            )
        )
    return shown(FlagsOfPerson(items=items))


@blueprint.put("/features/<feature_id>/choices/<tester_id>", responses={"204": None})
@scope(policy.MANAGE)
def choose(path: ChoiceOfPerson, body: WrittenChoice) -> Response:
    """Have somebody join or leave a feature."""
    flag, feature = queries.feature(reading(), path.feature_id)
    tester = queries.tester_of_product(reading(), flag.product_id, path.tester_id)
    service.choose(writing(), feature.id, tester.id, joins=body.joined)
    return Response(status=204)


@blueprint.put("/flags/<flag_id>/overrides/<tester_id>", responses={"204": None})
@scope(policy.MANAGE)
def set_override(path: ValueOfPerson, body: WrittenValue) -> Response:
    """Set one person's value by hand, whatever conditions and choices say."""
    flag = queries.flag(reading(), path.flag_id)
    tester = queries.tester_of_product(reading(), flag.product_id, path.tester_id)
    service.set_override(writing(), flag.id, tester.id, body.value, why=body.why)
    return Response(status=204)


@blueprint.delete("/flags/<flag_id>/overrides/<tester_id>", responses={"204": None})
@scope(policy.MANAGE)
def clear_override(path: ValueOfPerson) -> Response:
    """Let conditions and choices decide again."""
    flag = queries.flag(reading(), path.flag_id)
    tester = queries.tester_of_product(reading(), flag.product_id, path.tester_id)
    service.clear_override(writing(), flag.id, tester.id)
    return Response(status=204)
