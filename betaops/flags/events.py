"""What happened to flags."""

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
class FlagsImported(Event):
    """A file of definitions was taken over; the numbers are of flags."""

    said = _l("imported flags: %(created)s created, %(changed)s changed, %(deleted)s deleted")

    product_id: UUID
    created: int
    changed: int
    deleted: int
