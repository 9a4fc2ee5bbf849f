"""What happened to products and programs."""

from dataclasses import dataclass
from uuid import UUID

from betaops.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class ProductCreated(Event):
    product_id: UUID
    name: str


@dataclass(frozen=True, kw_only=True)
class ProductChanged(Event):
    """Name or allowed origins; `changed` names the fields."""

    product_id: UUID
    changed: list[str]


@dataclass(frozen=True, kw_only=True)
class SecretKeyReplaced(Event):
    """The former secret key opens nothing from this moment."""

    product_id: UUID


@dataclass(frozen=True, kw_only=True)
class ProgramCreated(Event):
    program_id: UUID
    product_id: UUID
    name: str
    template: str


@dataclass(frozen=True, kw_only=True)
class ProgramChanged(Event):
    """Settings other than phase and agreement; `changed` names the fields."""

    program_id: UUID
    changed: list[str]


@dataclass(frozen=True, kw_only=True)
class CapacityRaised(Event):
    """More seats than before: whoever waits may move up."""

    program_id: UUID
    former: int
    capacity: int


@dataclass(frozen=True, kw_only=True)
class PhaseChanged(Event):
    program_id: UUID
    former: str
    phase: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class AgreementPublished(Event):
    program_id: UUID
    agreement_id: UUID
    number: int
