"""What happened to announcements and to what people want to get."""

from dataclasses import dataclass
from uuid import UUID

from betaops.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class CampaignOrdered(Event):
    """A member pressed *Send*."""

    campaign_id: UUID
    program_id: UUID
    people: int


@dataclass(frozen=True, kw_only=True)
class CampaignFinished(Event):
    campaign_id: UUID
    program_id: UUID
    queued: int
    left_out: int


@dataclass(frozen=True, kw_only=True)
class CampaignStopped(Event):
    campaign_id: UUID
    program_id: UUID


@dataclass(frozen=True, kw_only=True)
class PreferenceChanged(Event):
    """A person turned a topic on or off."""

    tester_id: UUID
    topic: str
    is_wanted: bool


@dataclass(frozen=True, kw_only=True)
class AddressSuppressed(Event):
    suppression_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class AddressReleased(Event):
    suppression_id: UUID


@dataclass(frozen=True, kw_only=True)
class MailSentAgain(Event):
    """A member had a mail handed over once more."""

    mail_id: UUID
