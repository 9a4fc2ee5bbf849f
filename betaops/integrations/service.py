"""What changes endpoints of webhooks, and what becomes of deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from betaops.integrations import queries, webhooks
from betaops.integrations.events import (
    WebhookAdded,
    WebhookChanged,
    WebhookGivenUp,
    WebhookRemoved,
    WebhookSecretMade,
)
from betaops.integrations.models import TOPICS, DeliveryState, Topic, WebhookDelivery, WebhookEndpoint
from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.events import RecordedEvent
from betaops.kernel.i18n import gettext as _
from betaops.kernel.ids import new_id
from betaops.kernel.work import Work

SEND = "integrations.send_webhook"
MOST_ENDPOINTS = 20
#: What was delivered or given up is listed for so long.
KEEP = timedelta(days=30)


@dataclass(frozen=True)
class Made:
    """An endpoint, and its secret in the clear: shown once."""

    endpoint: WebhookEndpoint
    secret: str


def add_endpoint(work: Work, *, program_id: UUID, url: str, topics: Sequence[str]) -> Made:
    """Have `topics` of the program told to `url`."""
    url = _checked(url)
    present = queries.endpoints(work.session, program_id)
    if len(present) >= MOST_ENDPOINTS:
        raise Refused(
            "too_many_endpoints", _("A program has at most %(most)s addresses.", most=MOST_ENDPOINTS)
        )
    _refuse_twice(present, url)
    secret = webhooks.new_secret()
    row = WebhookEndpoint(
        program_id=program_id,
        url=url,
        topics=_known(topics),
        secret_sealed=work.vault.seal(secret),
        created_at=work.now,
    )
    work.add(row)
    work.record(WebhookAdded(endpoint_id=row.id, program_id=program_id, host=_host(url)))
    return Made(row, secret)


def change_endpoint(work: Work, endpoint_id: UUID, *, url: str, topics: Sequence[str], is_on: bool) -> None:
    """Switching on forgets that it had failed."""
    row = work.lock(WebhookEndpoint, endpoint_id)
    url = _checked(url)
    _refuse_twice(
        [each for each in queries.endpoints(work.session, row.program_id) if each.id != row.id], url
    )
    wanted = {"url": url, "topics": _known(topics), "is_on": is_on}
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    if not changed:
        return
    if is_on and not row.is_on:
        row.disabled_at = row.failing_since = None
    row.url, row.topics, row.is_on = url, _known(topics), is_on
    work.session.flush()
    work.record(
        WebhookChanged(endpoint_id=row.id, program_id=row.program_id, host=_host(url), changed=changed)
    )


def new_secret(work: Work, endpoint_id: UUID) -> str:
    """A new one, in the clear; the one before signs beside it for a day."""
    row = work.lock(WebhookEndpoint, endpoint_id)
    secret = webhooks.new_secret()
    row.former_secret_sealed, row.former_secret_until = row.secret_sealed, work.now + webhooks.OVERLAP
    row.secret_sealed = work.vault.seal(secret)
    work.session.flush()
    work.record(WebhookSecretMade(endpoint_id=row.id, program_id=row.program_id, host=_host(row.url)))
    return secret


def remove_endpoint(work: Work, endpoint_id: UUID) -> None:
    """With the list of what was sent there."""
    row = work.lock(WebhookEndpoint, endpoint_id)
    told = WebhookRemoved(endpoint_id=row.id, program_id=row.program_id, host=_host(row.url))
    work.delete(row)
    work.session.flush()
    work.record(told)


def tell(work: Work, *, program_id: UUID, event_id: UUID, topic: Topic, subject_id: UUID) -> None:
    """Something happened: a delivery for each endpoint that asked for it. Twice is the same as once."""
    recorded = work.session.get(RecordedEvent, event_id)
    happened_at = recorded.at if recorded else work.now
    for endpoint in queries.told_of(work.session, program_id, topic):
        _deliver(work, endpoint, event_id, topic, subject_id, happened_at)
        _forget_old(work, endpoint.id)


def send_test(work: Work, endpoint_id: UUID) -> UUID:
    """Something to see whether it arrives; also to one that is off. Gives the id of the delivery."""
    endpoint = work.lock(WebhookEndpoint, endpoint_id)
    delivery_id = _deliver(work, endpoint, new_id(), Topic.TEST, None, work.now)
    assert delivery_id is not None, "an event of its own is never there already"
    return delivery_id


def send_again(work: Work, delivery_id: UUID) -> None:
    """Whatever became of it, it is sent anew, under the same id."""
    row = work.lock(WebhookDelivery, delivery_id)
    if not work.lock(WebhookEndpoint, row.endpoint_id).is_on and row.topic is not Topic.TEST:
        raise Refused("switched_off", _("Switch the address on first."))
    row.state, row.attempts, row.delivered_at, row.error = DeliveryState.WAITING, 0, None, ""
    row.next_at = work.now
    work.session.flush()
    _schedule(work, row)


def note_delivered(work: Work, delivery_id: UUID, status: int) -> None:
    """The endpoint took it."""
    row = work.lock(WebhookDelivery, delivery_id)
    endpoint = work.lock(WebhookEndpoint, row.endpoint_id)
    row.attempts, row.attempted_at = row.attempts + 1, work.now
    row.state, row.delivered_at, row.next_at = DeliveryState.DELIVERED, work.now, None
    row.status, row.error = status, ""
    endpoint.failing_since = None


def note_failed(work: Work, delivery_id: UUID, *, status: int | None, error: str) -> None:
    """It did not: again later, or given up; an endpoint that only fails is switched off."""
    row = work.lock(WebhookDelivery, delivery_id)
    endpoint = work.lock(WebhookEndpoint, row.endpoint_id)
    row.attempts, row.attempted_at = row.attempts + 1, work.now
    row.status, row.error = status, error[:500]
    endpoint.failing_since = endpoint.failing_since or work.now
    is_given_up = work.now - endpoint.failing_since >= webhooks.PATIENCE or status == webhooks.GONE
    row.next_at = None if is_given_up else webhooks.next_attempt(row.attempts, work.now)
    if row.next_at is None:
        row.state = DeliveryState.FAILED
    else:
        _schedule(work, row)
    if is_given_up and endpoint.is_on:
        _give_up(work, endpoint)


def drop_delivery(work: Work, delivery_id: UUID, error: str) -> None:
    """There is nothing to send any more; that is not the endpoint's fault."""
    row = work.lock(WebhookDelivery, delivery_id)
    row.state, row.next_at, row.error = DeliveryState.FAILED, None, error[:500]


def signing_secrets(work: Work, endpoint: WebhookEndpoint) -> list[str]:
    """In the clear, the newest first."""
    sealed = [endpoint.secret_sealed]
    if (
        endpoint.former_secret_sealed
        and endpoint.former_secret_until
        and work.now < endpoint.former_secret_until
    ):
        sealed.append(endpoint.former_secret_sealed)
    return [work.vault.open(each).decode() for each in sealed]


def _deliver(
    work: Work,
    endpoint: WebhookEndpoint,
    event_id: UUID,
    topic: Topic,
    subject_id: UUID | None,
    happened_at: datetime,
) -> UUID | None:
    """The new delivery; None where the endpoint has that event already."""
    flavour = postgresql if work.session.get_bind().dialect.name == "postgresql" else sqlite
    statement = flavour.insert(WebhookDelivery).values(
        id=new_id(),
        workspace_id=endpoint.workspace_id,
        endpoint_id=endpoint.id,
        event_id=event_id,
        topic=topic,
        subject_id=subject_id,
        happened_at=happened_at,
        state=DeliveryState.WAITING,
        attempts=0,
        next_at=work.now,
        error="",
        created_at=work.now,
    )
    delivery_id: UUID | None = work.session.scalar(
        statement.on_conflict_do_nothing().returning(WebhookDelivery.id)
    )
    if delivery_id is not None:
        _enqueue(work, delivery_id, work.now, f"{delivery_id}:0:{work.now.isoformat()}")
    return delivery_id


def _schedule(work: Work, row: WebhookDelivery) -> None:
    at = row.next_at or work.now
    _enqueue(work, row.id, at, f"{row.id}:{row.attempts}:{at.isoformat()}")


def _enqueue(work: Work, delivery_id: UUID, at: datetime, attempt: str) -> None:
    work.enqueue(SEND, {"delivery_id": str(delivery_id)}, at=at, once=f"webhook:{attempt}")


def _forget_old(work: Work, endpoint_id: UUID) -> None:
    old = (
        select(WebhookDelivery.id)
        .where(
            WebhookDelivery.endpoint_id == endpoint_id,
            WebhookDelivery.created_at < work.now - KEEP,
            WebhookDelivery.state != DeliveryState.WAITING,
        )
        .limit(100)
    )
    work.session.execute(delete(WebhookDelivery).where(WebhookDelivery.id.in_(old)))


def _give_up(work: Work, endpoint: WebhookEndpoint) -> None:
    endpoint.is_on, endpoint.disabled_at = False, work.now
    work.session.flush()
    work.record(
        WebhookGivenUp(endpoint_id=endpoint.id, program_id=endpoint.program_id, host=_host(endpoint.url))
    )


def _checked(url: str) -> str:
    if not _is_address(url):
        raise Invalid(
            "bad_address", _("A web address begins with https:// and holds no password."), field="url"
        )
    return url


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  # reading it refuses what is no port
    except ValueError:
        return False
    is_plain = url.isprintable() and " " not in url and len(url) <= 1000
    return is_plain and parts.scheme in ("https", "http") and bool(parts.hostname) and not parts.username


def _refuse_twice(others: Sequence[WebhookEndpoint], url: str) -> None:
    if any(each.url == url for each in others):
        raise Refused("known_address", _("This address is told already."), field="url")


def _known(topics: Sequence[str]) -> list[str]:
    return [topic.value for topic in TOPICS if topic in topics]


def _host(url: str) -> str:
    """For histories: the rest of an address may be secret."""
    return urlsplit(url).hostname or ""
