"""Flags over the REST API."""

from datetime import datetime
from typing import Any

from flask import Response
from flask_openapi import APIBlueprint
from pydantic import Field

from betaops.flags import policy, queries, service
from betaops.flags.models import Flag, Runtime
from betaops.kernel import ids
from betaops.programs import queries as program_queries
from betaops.web.access import scope
from betaops.web.api import PROBLEMS, Body, Bool, Int, Paging, Shown, Text, path_id, shown
from betaops.web.application import reading, writing

blueprint = APIBlueprint(
    "flags_api",
    __name__,
    url_prefix="/api/v1",
    abp_tags=[{"name": "flags", "description": "Switches in the product under test, and who gets what."}],
    abp_security=[{"key": []}],
    abp_responses=PROBLEMS,
)

_FILTERS = (
    "Conditions, variants and payloads in PostHog's format: `groups[{properties[], rollout_percentage, variant}]`, "
    "`multivariate{variants[{key, rollout_percentage}]}`, `payloads`"
)


class OfProduct(Shown):
    product_id: path_id("prd") = Field(description="`prd_…`")  # type: ignore[valid-type]  # a type made by a function


class OfFlag(Shown):
    flag_id: path_id("flg") = Field(description="`flg_…`")  # type: ignore[valid-type]  # a type made by a function


class NewFlag(Body):
    key: Text = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,199}$", description="What the product's code calls it"
    )
    description: Text = Field("", max_length=2_000)
    is_active: Bool = True
    filters: dict[str, Any] = Field(default_factory=dict, description=_FILTERS)
    runtime: Runtime = Field(Runtime.ALL, description="`server` flags are never shown to browsers")


class FlagChange(Body):
    """What is to be different; what is left out stays. The key stays: it stands in the product's code."""

    description: Text | None = Field(None, max_length=2_000)
    filters: dict[str, Any] | None = Field(None, description=_FILTERS)
    runtime: Runtime | None = None
    version: Int | None = Field(
        None, ge=1, le=2**31 - 1, description="Refused (409) when it is not the newest"
    )


class Kill(Body):
    note: Text = Field("", max_length=2_000, description="Why; kept in the flag's history")


class ShownFlag(Shown):
    id: str
    product: str
    number: int = Field(description="What SDKs call its id")
    key: str
    description: str
    is_active: bool
    filters: dict[str, Any]
    runtime: Runtime
    created_at: datetime
    changed_at: datetime
    changed_by: str
    version: int


class FlagList(Shown):
    items: list[ShownFlag]
    next: str | None


@blueprint.get("/products/<product_id>/flags", responses={"200": FlagList})
@scope(policy.SEE)
def flags(path: OfProduct, query: Paging) -> Response:
    """A product's flags, the oldest first."""
    product = program_queries.product(reading(), path.product_id)
    page = queries.listed(reading(), product.id, cursor=query.cursor, size=query.limit)
    return shown(FlagList(items=[_shown(flag) for flag in page], next=page.next))


@blueprint.post("/products/<product_id>/flags", responses={"201": ShownFlag})
@scope(policy.MANAGE)
def make_flag(path: OfProduct, body: NewFlag) -> Response:
    flag = service.create_flag(
        writing(),
        path.product_id,
        key=body.key,
        description=body.description,
        filters=body.filters,
        is_active=body.is_active,
        runtime=body.runtime,
    )
    return shown(_shown(flag), 201)


@blueprint.get("/flags/<flag_id>", responses={"200": ShownFlag})
@scope(policy.SEE)
def flag(path: OfFlag) -> Response:
    return shown(_shown(queries.flag(reading(), path.flag_id)))


@blueprint.patch("/flags/<flag_id>", responses={"200": ShownFlag})
@scope(policy.MANAGE)
def change_flag(path: OfFlag, body: FlagChange) -> Response:
    changed = service.change_flag(
        writing(),
        path.flag_id,
        version=body.version,
        description=body.description,
        filters=body.filters,
        runtime=body.runtime,
    )
    return shown(_shown(changed))


@blueprint.delete("/flags/<flag_id>", responses={"204": None})
@scope(policy.MANAGE)
def delete_flag(path: OfFlag) -> Response:
    """SDKs then answer as for any unknown key. Refused (409) while another flag depends on it."""
    service.delete_flag(writing(), path.flag_id)
    return Response(status=204)


@blueprint.post("/flags/<flag_id>/kill", responses={"200": ShownFlag})
@scope(policy.KILL)
def kill(path: OfFlag, body: Kill) -> Response:
    """Off for everybody, within a second in every process."""
    return shown(_shown(service.kill(writing(), path.flag_id, note=body.note)))


@blueprint.delete("/flags/<flag_id>/kill", responses={"200": ShownFlag})
@scope(policy.KILL)
def revive(path: OfFlag) -> Response:
    """On again for whom the conditions name."""
    return shown(_shown(service.revive(writing(), path.flag_id)))


def _shown(row: Flag) -> ShownFlag:
    return ShownFlag(
        id=ids.encode("flg", row.id),
        product=ids.encode("prd", row.product_id),
        **{name: getattr(row, name) for name in ShownFlag.model_fields if name not in ("id", "product")},
    )
