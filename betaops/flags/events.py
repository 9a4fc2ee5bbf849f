"""What happened to flags."""

from dataclasses import dataclass
from uuid import UUID

from betaops.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class FlagCreated(Event):
    flag_id: UUID
    product_id: UUID
    key: str


@dataclass(frozen=True, kw_only=True)
class FlagEdited(Event):
    """`changed` names the fields, `summary` says the new state in words."""

    flag_id: UUID
    product_id: UUID
    key: str
    changed: list[str]
    summary: str = ""


@dataclass(frozen=True, kw_only=True)
class FlagKilled(Event):
    """Switched off for everybody."""

    flag_id: UUID
    product_id: UUID
    key: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class FlagRevived(Event):
    """Switched on again; its conditions decide for whom."""

    flag_id: UUID
    product_id: UUID
    key: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class FlagDeleted(Event):
    flag_id: UUID
    product_id: UUID
    key: str


@dataclass(frozen=True, kw_only=True)
class FlagsImported(Event):
    """A file of definitions was taken over; the numbers are of flags."""

    product_id: UUID
    created: int
    changed: int
    deleted: int
