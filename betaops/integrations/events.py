"""What happened to endpoints of webhooks."""

from dataclasses import dataclass
from uuid import UUID

from betaops.kernel.events import Event
from betaops.kernel.i18n import lazy_gettext as _l


@dataclass(frozen=True, kw_only=True)
class WebhookAdded(Event):
    said = _l("had webhooks of %(program)s sent to %(host)s")

    endpoint_id: UUID
    program_id: UUID
    host: str


@dataclass(frozen=True, kw_only=True)
class WebhookChanged(Event):
    """`changed` names what."""

    said = _l("changed the webhooks of %(program)s to %(host)s: %(changed)s")

    endpoint_id: UUID
    program_id: UUID
    host: str
    changed: list[str]


@dataclass(frozen=True, kw_only=True)
class WebhookSecretMade(Event):
    said = _l("made a new secret for the webhooks of %(program)s to %(host)s")

    endpoint_id: UUID
    program_id: UUID
    host: str


@dataclass(frozen=True, kw_only=True)
class WebhookRemoved(Event):
    said = _l("stopped the webhooks of %(program)s to %(host)s")

    endpoint_id: UUID
    program_id: UUID
    host: str


@dataclass(frozen=True, kw_only=True)
class WebhookGivenUp(Event):
    """It failed for too long, or answered that it wants no more."""

    said = _l("gave up the webhooks of %(program)s to %(host)s, which failed for too long")

    endpoint_id: UUID
    program_id: UUID
    host: str
