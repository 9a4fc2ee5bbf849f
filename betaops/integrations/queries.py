"""Endpoints of webhooks and what was sent to them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, literal, select, true
from sqlalchemy.orm import Session, joinedload

from betaops.integrations.models import DeliveryState, WebhookDelivery, WebhookEndpoint
from betaops.kernel.errors import NotFound
from betaops.kernel.ingest import kept
from betaops.kernel.paging import Page, keyset
from betaops.kernel.prepared import Prepared
from betaops.surveys.events import ResponseWithdrawn, SurveyAnswered
from betaops.tasks.events import OutcomeRecorded

#: Asked for every response and every outcome that comes in, and the answer is no for most programs.
_any_endpoint = Prepared(
    lambda _dialect: (
        select(literal(1).label("found"))
        .select_from(WebhookEndpoint)
        .where(
            WebhookEndpoint.workspace_id == bindparam("workspace", type_=Uuid()),
            WebhookEndpoint.program_id == bindparam("program", type_=Uuid()),
            WebhookEndpoint.is_on == true(),
        )
        .limit(literal(1))
    )
)


def wants(session: Session, event: SurveyAnswered | ResponseWithdrawn | OutcomeRecorded) -> bool:
    """Whether anybody is to be told of it."""
    held, place = kept(session), ("webhooks", event.program_id)
    if place not in held:
        workspace_id = session.info["workspace_id"]
        held[place] = bool(_any_endpoint.rows(session, workspace=workspace_id, program=event.program_id))
    is_told: bool = held[place]
    return is_told


def endpoints(session: Session, program_id: UUID) -> Sequence[WebhookEndpoint]:
    """Of one program, the oldest first."""
    return session.scalars(
        select(WebhookEndpoint)
        .where(WebhookEndpoint.program_id == program_id)
        .order_by(WebhookEndpoint.created_at, WebhookEndpoint.id)
    ).all()


def endpoint(session: Session, program_id: UUID, endpoint_id: UUID) -> WebhookEndpoint:
    """One of this program; another program's is not there."""
    found = session.scalar(
        select(WebhookEndpoint).where(
            WebhookEndpoint.id == endpoint_id, WebhookEndpoint.program_id == program_id
        )
    )
    if found is None:
        raise NotFound
    return found


def any_endpoint(session: Session, endpoint_id: UUID) -> WebhookEndpoint:
    """Of whatever program."""
    found = session.scalar(select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id))
    if found is None:
        raise NotFound
    return found


def all_endpoints(session: Session, *, cursor: str | None, size: int) -> Page[WebhookEndpoint]:
    """Of all programs, the oldest first."""
    order = [(WebhookEndpoint.created_at, "asc"), (WebhookEndpoint.id, "asc")]
    return keyset(session, select(WebhookEndpoint), order=order, cursor=cursor, size=size)


def told_of(session: Session, program_id: UUID, topic: str) -> list[WebhookEndpoint]:
    """Endpoints that are on and asked for `topic`."""
    return [each for each in endpoints(session, program_id) if each.is_on and topic in each.topics]


def deliveries(
    session: Session,
    endpoint_id: UUID,
    *,
    state: DeliveryState | None = None,
    cursor: str | None = None,
    size: int = 50,
) -> Page[WebhookDelivery]:
    """The newest first."""
    found = select(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint_id)
    if state is not None:
        found = found.where(WebhookDelivery.state == state)
    order = [(WebhookDelivery.created_at, "desc"), (WebhookDelivery.id, "desc")]
    return keyset(session, found, order=order, cursor=cursor, size=size)


def delivery(session: Session, endpoint_id: UUID, delivery_id: UUID) -> WebhookDelivery:
    """One of this endpoint."""
    found = session.scalar(
        select(WebhookDelivery).where(
            WebhookDelivery.id == delivery_id, WebhookDelivery.endpoint_id == endpoint_id
        )
    )
    if found is None:
        raise NotFound
    return found


def delivery_to_send(session: Session, delivery_id: UUID) -> WebhookDelivery | None:
    """With its endpoint and program; None where it is gone or need not be sent any more."""
    found = session.scalar(
        select(WebhookDelivery)
        .options(joinedload(WebhookDelivery.endpoint).joinedload(WebhookEndpoint.program))
        .where(WebhookDelivery.id == delivery_id)
    )
    return found if found is not None and found.state is DeliveryState.WAITING else None


def waiting(session: Session, endpoint_ids: Sequence[UUID]) -> dict[UUID, tuple[int, datetime | None]]:
    """By endpoint: how many deliveries wait, and when the last went well."""
    rows = session.execute(
        select(
            WebhookDelivery.endpoint_id,
            func.count().filter(WebhookDelivery.state == DeliveryState.WAITING),
            func.max(WebhookDelivery.delivered_at),
        )
        .where(WebhookDelivery.endpoint_id.in_(endpoint_ids))
        .group_by(WebhookDelivery.endpoint_id)
    )
    return {row[0]: (row[1], row[2]) for row in rows}
