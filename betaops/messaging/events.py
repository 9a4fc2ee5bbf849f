"""What happened to announcements and to what people want to get."""

from dataclasses import dataclass
from uuid import UUID

from betaops.kernel.events import Event
from betaops.kernel.i18n import lazy_gettext as _l


@dataclass(frozen=True, kw_only=True)
class CampaignOrdered(Event):
    """A member pressed *Send*."""

    said = _l("sent a message to %(people)s people of %(program)s")

    campaign_id: UUID
    program_id: UUID
    people: int


@dataclass(frozen=True, kw_only=True)
class CampaignFinished(Event):
    said = _l("finished a message to %(program)s: %(queued)s written, %(left_out)s left out")

    campaign_id: UUID
    program_id: UUID
    queued: int
    left_out: int


@dataclass(frozen=True, kw_only=True)
class CampaignStopped(Event):
    said = _l("stopped a message to %(program)s")

    campaign_id: UUID
    program_id: UUID


@dataclass(frozen=True, kw_only=True)
class PreferenceChanged(Event):
    """A person turned a topic on or off."""

    said = _l("changed what %(tester)s is written about: %(topic)s")

    tester_id: UUID
    topic: str
    is_wanted: bool


@dataclass(frozen=True, kw_only=True)
class AddressSuppressed(Event):
    said = _l("stopped writing to an address: %(reason)s")

    suppression_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class AddressReleased(Event):
    said = _l("allowed writing to an address again")

    suppression_id: UUID


@dataclass(frozen=True, kw_only=True)
class MailSentAgain(Event):
    """A member had a mail handed over once more."""

    said = _l("had a mail sent again")

    mail_id: UUID
