"""What happened to flags and to changes proposed for them."""

from dataclasses import dataclass
from uuid import UUID

from betaops.kernel.events import Event
from betaops.kernel.i18n import lazy_gettext as _l


@dataclass(frozen=True, kw_only=True)
class FlagCreated(Event):
    said = _l("created the flag %(key)s")

    flag_id: UUID
    product_id: UUID
    key: str


@dataclass(frozen=True, kw_only=True)
class FlagEdited(Event):
    """`changed` names the fields, `summary` says the new state in words."""

    said = _l("changed the flag %(key)s: %(changed)s")

    flag_id: UUID
    product_id: UUID
    key: str
    changed: list[str]
    summary: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class FlagKilled(Event):
    """Switched off for everybody."""

    said = _l("switched the flag %(key)s off for everybody")

    flag_id: UUID
    product_id: UUID
    key: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class FlagRevived(Event):
    """Switched on again; its conditions decide for whom."""

    said = _l("switched the flag %(key)s on again")

    flag_id: UUID
    product_id: UUID
    key: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class FlagDeleted(Event):
    said = _l("deleted the flag %(key)s")

    flag_id: UUID
    product_id: UUID
    key: str


@dataclass(frozen=True, kw_only=True)
class FlagArchived(Event):
    said = _l("archived the flag %(key)s")

    flag_id: UUID
    product_id: UUID
    key: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class FlagBroughtBack(Event):
    """From the archive; it is off until somebody switches it on."""

    said = _l("brought the flag %(key)s back from the archive")

    flag_id: UUID
    product_id: UUID
    key: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class FlagChangeProposed(Event):
    """`action` is one of `models.Action`."""

    said = _l("proposed a change to the flag %(key)s (%(action)s)")

    proposal_id: UUID
    product_id: UUID
    flag_id: UUID | None
    key: str
    action: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class FlagChangeApproved(Event):
    """It was made in the same moment."""

    said = _l("approved the change to the flag %(key)s that %(proposed_by)s proposed")

    proposal_id: UUID
    product_id: UUID
    flag_id: UUID | None
    key: str
    proposed_by: str


@dataclass(frozen=True, kw_only=True)
class FlagChangeRejected(Event):
    said = _l("rejected the change to the flag %(key)s that %(proposed_by)s proposed: %(reason)s")

    proposal_id: UUID
    product_id: UUID
    flag_id: UUID | None
    key: str
    proposed_by: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class FlagChangeWithdrawn(Event):
    said = _l("took back a proposed change to the flag %(key)s")

    proposal_id: UUID
    product_id: UUID
    flag_id: UUID | None
    key: str


@dataclass(frozen=True, kw_only=True)
class FlagApprovalAskedFor(Event):
    """From now on changes of the product's flags need a second person."""

    said = _l("asked for a second person for every flag change of a product")

    product_id: UUID


@dataclass(frozen=True, kw_only=True)
class FlagApprovalDropped(Event):
    said = _l("dropped the second person for flag changes of a product")

    product_id: UUID


@dataclass(frozen=True, kw_only=True)
class FlagsImported(Event):
    """A file of definitions was taken over; the numbers are of flags."""

    said = _l("imported flags: %(created)s created, %(changed)s changed, %(deleted)s deleted")

    product_id: UUID
    created: int
    changed: int
    deleted: int
