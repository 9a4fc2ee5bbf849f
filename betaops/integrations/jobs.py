"""Sending webhooks. No transaction is open while the other side is waited for."""

from uuid import UUID

from betaops.integrations import letters, queries, service, webhooks
from betaops.integrations.models import Topic
from betaops.kernel import ids
from betaops.kernel.errors import NotFound
from betaops.kernel.http import Unreachable
from betaops.kernel.i18n import gettext as _
from betaops.kernel.jobs import Run

TIMEOUT_SECONDS = 15.0
#: Nobody reads what they answer.
LARGEST_ANSWER_BYTES = 1024


def send_webhook(run: Run, *, delivery_id: str) -> None:
    """One attempt. A worker that stops in the middle repeats it: the receiver knows the id."""
    own = UUID(delivery_id)
    with run.work() as work:
        delivery = queries.delivery_to_send(work.session, own)
        if delivery is None:
            return
        if not delivery.endpoint.is_on and delivery.topic is not Topic.TEST:
            service.drop_delivery(work, own, _("The address was switched off."))
            return
        url, webhook_id = delivery.endpoint.url, ids.encode("evt", delivery.event_id)
        try:
            body = letters.body_of(work.session, delivery)
        except NotFound:
            service.drop_delivery(work, own, _("What it is about is gone."))
            return
        signed = webhooks.headers(
            service.signing_secrets(work, delivery.endpoint), webhook_id, work.now, body
        )
    status, error = _send(run, url, signed, body)
    with run.work() as work:
        if status is not None and 200 <= status < 300:
            service.note_delivered(work, own, status)
        else:
            service.note_failed(work, own, status=status, error=error)


def _send(run: Run, url: str, headers: dict[str, str], body: bytes) -> tuple[int | None, str]:
    """The answer's status, or why there was none."""
    try:
        answer = run.platform.outgoing.send(
            "POST",
            url,
            headers=headers,
            content=body,
            timeout_seconds=TIMEOUT_SECONDS,
            largest_bytes=LARGEST_ANSWER_BYTES,
        )
    except Unreachable as error:
        return None, str(error.message)
    return answer.status, ""
