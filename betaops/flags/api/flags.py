"""Flags, made and changed. Where the product wants a second person, a change is answered with 202 and its proposal."""

from typing import Any

from flask import Response
from pydantic import Field

from betaops.flags import policy, queries, service
from betaops.flags.api.shapes import (
    CONTEXTS,
    FILTERS,
    IDENTIFIED,
    WHY,
    FlagList,
    OfFlag,
    OfProduct,
    ShownFlag,
    ShownProposal,
    Why,
    answered,
    blueprint,
    shown_flag,
)
from betaops.flags.models import Action, Runtime
from betaops.flags.service import Wanted
from betaops.programs import queries as program_queries
from betaops.web.access import scope
from betaops.web.api import Body, Bool, Int, Paging, Text, shown
from betaops.web.application import reading, writing


class NewFlag(Body):
    key: Text = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,199}$", description="What the product's code calls it"
    )
    description: Text = Field("", max_length=2_000)
    is_active: Bool = True
    filters: dict[str, Any] = Field(default_factory=dict, description=FILTERS)
    runtime: Runtime = Field(Runtime.ALL, description="`server` flags are never shown to browsers")
    contexts: list[Text] = Field(default_factory=list, max_length=20, description=CONTEXTS)
    by_device: Bool = Field(False, description="Shares are of devices instead of people")
    identified_only: Bool = Field(False, description=IDENTIFIED)
    note: Text = Field("", max_length=2_000, description=WHY)


class FlagChange(Body):
    """What is to be different; what is left out stays. The key stays: it stands in the product's code."""

    description: Text | None = Field(None, max_length=2_000)
    filters: dict[str, Any] | None = Field(None, description=FILTERS)
    runtime: Runtime | None = None
    contexts: list[Text] | None = Field(None, max_length=20, description=CONTEXTS)
    by_device: Bool | None = None
    identified_only: Bool | None = Field(None, description=IDENTIFIED)
    version: Int | None = Field(
        None, ge=1, le=2**31 - 1, description="Refused (409) when it is not the newest"
    )
    note: Text = Field("", max_length=2_000, description=WHY)


class Listing(Paging):
    archived: bool = Field(False, description="Those that were archived instead")


@blueprint.get("/products/<product_id>/flags", responses={"200": FlagList})
@scope(policy.SEE)
def flags(path: OfProduct, query: Listing) -> Response:
    """A product's flags, the oldest first."""
    product = program_queries.product(reading(), path.product_id)
    page = queries.listed(
        reading(), product.id, is_archived=query.archived, cursor=query.cursor, size=query.limit
    )
    return shown(FlagList(items=[shown_flag(flag) for flag in page], next=page.next))


@blueprint.post("/products/<product_id>/flags", responses={"201": ShownFlag, "202": ShownProposal})
@scope(policy.MANAGE)
def make_flag(path: OfProduct, body: NewFlag) -> Response:
    values = body.model_dump(exclude={"note"})
    wanted = Wanted(Action.CREATE, path.product_id, values=values, note=body.note)
    return answered(service.make(writing(), wanted), 201)


@blueprint.get("/flags/<flag_id>", responses={"200": ShownFlag})
@scope(policy.SEE)
def flag(path: OfFlag) -> Response:
    return shown(shown_flag(queries.flag(reading(), path.flag_id)))


@blueprint.patch("/flags/<flag_id>", responses={"200": ShownFlag, "202": ShownProposal})
@scope(policy.MANAGE)
def change_flag(path: OfFlag, body: FlagChange) -> Response:
    values = body.model_dump(exclude={"note", "version"}, exclude_none=True)
    return _made(path, Action.EDIT, body.note, values, body.version)


@blueprint.delete("/flags/<flag_id>", responses={"204": None, "202": ShownProposal})
@scope(policy.MANAGE)
def delete_flag(path: OfFlag) -> Response:
    """SDKs then answer as for any unknown key. Refused (409) while another flag depends on it."""
    return _made(path, Action.DELETE)


@blueprint.post("/flags/<flag_id>/kill", responses={"200": ShownFlag})
@scope(policy.KILL)
def kill(path: OfFlag, body: Why) -> Response:
    """Off for everybody, within a second in every process. Never waits for anybody."""
    return shown(shown_flag(service.kill(writing(), path.flag_id, note=body.note)))


@blueprint.delete("/flags/<flag_id>/kill", responses={"200": ShownFlag, "202": ShownProposal})
@scope(policy.KILL)
def revive(path: OfFlag) -> Response:
    """On again for whom the conditions name."""
    return _made(path, Action.REVIVE)


@blueprint.post("/flags/<flag_id>/archive", responses={"200": ShownFlag, "202": ShownProposal})
@scope(policy.MANAGE)
def archive(path: OfFlag, body: Why) -> Response:
    """Off and put away: SDKs answer as for any unknown key. Refused (409) while a flag that is on depends on it."""
    return _made(path, Action.ARCHIVE, body.note)


@blueprint.delete("/flags/<flag_id>/archive", responses={"200": ShownFlag})
@scope(policy.MANAGE)
def bring_back(path: OfFlag) -> Response:
    """Out of the archive, switched off."""
    return shown(shown_flag(service.bring_back(writing(), path.flag_id)))


def _made(
    path: OfFlag,
    action: Action,
    note: str = "",
    values: dict[str, Any] | None = None,
    version: int | None = None,
) -> Response:
    flag = queries.flag(reading(), path.flag_id)
    return answered(
        service.make(writing(), Wanted(action, flag.product_id, flag.id, version, values or {}, note))
    )
