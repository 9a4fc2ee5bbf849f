"""REST: what the key that calls is."""

from flask import Response
from flask_openapi import Tag
from pydantic import Field

from betaops.accounts import policy, queries
from betaops.kernel import ids
from betaops.kernel.errors import NotFound
from betaops.web.access import scope
from betaops.web.api import PROBLEMS, Shown, moment, shown
from betaops.web.application import reading, viewer
from betaops.web.endpoints import Endpoints

blueprint = Endpoints(
    "accounts_api",
    __name__,
    url_prefix="/api/v1",
    abp_tags=[Tag(name="Accounts", description="Who calls, and where.")],
    abp_security=[{"key": []}],
    abp_responses=PROBLEMS,
)


class ShownWorkspace(Shown):
    name: str
    slug: str


class ShownKey(Shown):
    """The calling key, without its secret."""

    id: str
    name: str
    start: str = Field(description="The first letters, to tell keys apart")
    scopes: list[str]
    expires_at: str | None
    workspace: ShownWorkspace


@blueprint.get("/me", summary="The calling key", responses={"200": ShownKey})
@scope(policy.SELF)
def me() -> Response:
    """What the key is called, what it may do, until when, and in which workspace."""
    who = viewer()
    if who.id is None or who.workspace_id is None:
        raise NotFound
    key = queries.api_key(reading(), who.id)
    return shown(
        ShownKey(
            id=ids.encode("key", key.id),
            name=key.name,
            start=key.start,
            scopes=key.scopes,
            expires_at=moment(key.expires_at),
            workspace=ShownWorkspace.model_validate(queries.workspace(reading(), who.workspace_id)),
        )
    )
