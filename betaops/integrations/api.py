"""Webhook endpoints over the REST API."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from flask import Response
from pydantic import Field

from betaops.integrations import policy, queries, service
from betaops.integrations.models import DeliveryState, Topic, WebhookDelivery, WebhookEndpoint
from betaops.kernel import ids
from betaops.programs import queries as program_queries
from betaops.web.access import scope
from betaops.web.api import PROBLEMS, Body, Bool, Paging, Shown, Text, path_id, shown
from betaops.web.application import reading, writing
from betaops.web.endpoints import Endpoints

blueprint = Endpoints(
    "integrations_api",
    __name__,
    url_prefix="/api/v1",
    abp_tags=[
        {"name": "webhooks", "description": "Addresses that are told what happens, by Standard Webhooks."}
    ],
    abp_security=[{"key": []}],
    abp_responses=PROBLEMS,
)

#: What an endpoint may ask for; see `models.TOPICS`.
Told = Literal["response.completed", "response.withdrawn", "task.outcome"]
Topics = Annotated[list[Told], Field(min_length=1, max_length=3, description="What is sent there.")]
Address = Annotated[Text, Field(min_length=1, max_length=1000, description="Begins with https://.")]


class InProgram(Shown):
    program_id: path_id("prg") = Field(description="`prg_…`")  # type: ignore[valid-type]  # a type made by a function


class OfEndpoint(Shown):
    endpoint_id: path_id("whk") = Field(description="`whk_…`")  # type: ignore[valid-type]  # a type made by a function


class DeliveryQuery(Paging):
    state: DeliveryState | None = None


class NewEndpoint(Body):
    url: Address
    topics: Topics


class EndpointChange(Body):
    """What is to be different; what is left out stays."""

    url: Address | None = None
    topics: Topics | None = None
    is_on: Bool | None = Field(None, description="Switching on forgets that it had failed.")


class ShownEndpoint(Shown):
    id: str
    program: str
    url: str
    topics: list[Told]
    is_on: bool
    disabled_at: datetime | None = Field(description="When it was given up, because it failed for too long.")
    failing_since: datetime | None
    waiting: int = Field(description="Deliveries that are still to be made.")
    last_delivered_at: datetime | None
    created_at: datetime


class MadeEndpoint(ShownEndpoint):
    secret: str = Field(description="`whsec_…`, by which receivers check signatures. Shown this once.")


class EndpointList(Shown):
    items: list[ShownEndpoint]
    next: str | None = None


class ShownSecret(Shown):
    secret: str = Field(description="Shown this once. The one before signs beside it for a day.")


class ShownDelivery(Shown):
    id: str
    webhook_id: str = Field(description="What the receiver gets as `webhook-id`, however often it is sent.")
    topic: Topic
    response: str | None
    state: DeliveryState
    attempts: int
    attempted_at: datetime | None
    next_at: datetime | None
    status: int | None = Field(description="Of the last attempt's answer.")
    error: str
    delivered_at: datetime | None
    created_at: datetime


class DeliveryList(Shown):
    items: list[ShownDelivery]
    next: str | None


@blueprint.get("/webhooks", responses={"200": EndpointList})
@scope(policy.MANAGE)
def all_endpoints(query: Paging) -> Response:
    """Of all programs, the oldest first."""
    page = queries.all_endpoints(reading(), cursor=query.cursor, size=query.limit)
    return shown(EndpointList(items=_listed(page.items), next=page.next))


@blueprint.get("/programs/<program_id>/webhooks", responses={"200": EndpointList})
@scope(policy.MANAGE)
def endpoints(path: InProgram) -> Response:
    """All of a program, the oldest first."""
    program = program_queries.program(reading(), path.program_id)
    return shown(EndpointList(items=_listed(queries.endpoints(reading(), program.id))))


@blueprint.post("/programs/<program_id>/webhooks", responses={"201": MadeEndpoint})
@scope(policy.MANAGE)
def make_endpoint(path: InProgram, body: NewEndpoint) -> Response:
    """Have something told to an address. Its secret is in this answer and in no other."""
    program = program_queries.program(writing().session, path.program_id)
    made = service.add_endpoint(writing(), program_id=program.id, url=body.url, topics=body.topics)
    return shown(MadeEndpoint(**_shown(made.endpoint).model_dump(), secret=made.secret), 201)


@blueprint.get("/webhooks/<endpoint_id>", responses={"200": ShownEndpoint})
@scope(policy.MANAGE)
def endpoint(path: OfEndpoint) -> Response:
    return shown(_counted(queries.any_endpoint(reading(), path.endpoint_id)))


@blueprint.patch("/webhooks/<endpoint_id>", responses={"200": ShownEndpoint})
@scope(policy.MANAGE)
def change_endpoint(path: OfEndpoint, body: EndpointChange) -> Response:
    """Send it elsewhere, or something else, or nothing for a while."""
    present = queries.any_endpoint(writing().session, path.endpoint_id)
    service.change_endpoint(
        writing(),
        present.id,
        url=present.url if body.url is None else body.url,
        topics=present.topics if body.topics is None else body.topics,
        is_on=present.is_on if body.is_on is None else body.is_on,
    )
    return shown(_counted(present))


@blueprint.delete("/webhooks/<endpoint_id>", responses={"204": None})
@scope(policy.MANAGE)
def delete_endpoint(path: OfEndpoint) -> Response:
    """Nothing is sent there any more; the list of what was goes as well."""
    service.remove_endpoint(writing(), queries.any_endpoint(writing().session, path.endpoint_id).id)
    return Response(status=204)


@blueprint.post("/webhooks/<endpoint_id>/secret", responses={"200": ShownSecret})
@scope(policy.MANAGE)
def rotate_secret(path: OfEndpoint) -> Response:
    """A new secret; the one before signs too for a day, so that receivers can change without a gap."""
    present = queries.any_endpoint(writing().session, path.endpoint_id)
    return shown(ShownSecret(secret=service.new_secret(writing(), present.id)))


@blueprint.post("/webhooks/<endpoint_id>/test", responses={"202": ShownDelivery})
@scope(policy.MANAGE)
def test(path: OfEndpoint) -> Response:
    """Send something by which to see whether it arrives, also to one that is off. `deliveries` says what became of it."""
    present = queries.any_endpoint(writing().session, path.endpoint_id)
    delivery_id = service.send_test(writing(), present.id)
    return shown(_delivery(queries.delivery(writing().session, present.id, delivery_id)), 202)


@blueprint.get("/webhooks/<endpoint_id>/deliveries", responses={"200": DeliveryList})
@scope(policy.MANAGE)
def deliveries(path: OfEndpoint, query: DeliveryQuery) -> Response:
    """What was sent and what waits, the newest first; of thirty days."""
    present = queries.any_endpoint(reading(), path.endpoint_id)
    page = queries.deliveries(reading(), present.id, state=query.state, cursor=query.cursor, size=query.limit)
    return shown(DeliveryList(items=[_delivery(row) for row in page], next=page.next))


def _listed(rows: Sequence[WebhookEndpoint]) -> list[ShownEndpoint]:
    """Each with what waits for it."""
    waiting = queries.waiting(reading(), [row.id for row in rows])
    return [_shown(row, *waiting.get(row.id, (0, None))) for row in rows]


def _counted(row: WebhookEndpoint) -> ShownEndpoint:
    return _listed([row])[0]


def _shown(row: WebhookEndpoint, waiting: int = 0, last: datetime | None = None) -> ShownEndpoint:
    return ShownEndpoint(
        id=ids.encode("whk", row.id),
        program=ids.encode("prg", row.program_id),
        url=row.url,
        topics=row.topics,
        is_on=row.is_on,
        disabled_at=row.disabled_at,
        failing_since=row.failing_since,
        waiting=waiting,
        last_delivered_at=last,
        created_at=row.created_at,
    )


def _delivery(row: WebhookDelivery) -> ShownDelivery:
    return ShownDelivery(
        id=ids.encode("whd", row.id),
        webhook_id=ids.encode("evt", row.event_id),
        topic=row.topic,
        response=ids.encode("rsp", row.subject_id) if row.subject_id else None,
        state=row.state,
        attempts=row.attempts,
        attempted_at=row.attempted_at,
        next_at=row.next_at,
        status=row.status,
        error=row.error,
        delivered_at=row.delivered_at,
        created_at=row.created_at,
    )
