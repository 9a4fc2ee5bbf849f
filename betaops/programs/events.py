"""What happened to products and programs."""

from dataclasses import dataclass
from uuid import UUID

from betaops.kernel.events import Event
from betaops.kernel.i18n import lazy_gettext as _l


@dataclass(frozen=True, kw_only=True)
class ProductCreated(Event):
    said = _l("created the product %(name)s")

    product_id: UUID
    name: str


@dataclass(frozen=True, kw_only=True)
class ProductChanged(Event):
    """Name or allowed origins; `changed` names the fields."""

    said = _l("changed a product: %(changed)s")

    product_id: UUID
    changed: list[str]


@dataclass(frozen=True, kw_only=True)
class SecretKeyReplaced(Event):
    """The former secret key opens nothing from this moment."""

    said = _l("replaced a product's secret key")

    product_id: UUID


@dataclass(frozen=True, kw_only=True)
class TrustChanged(Event):
    """What is taken from callers with the public key; `changed` names the fields."""

    said = _l("changed whom a product trusts: %(changed)s")

    product_id: UUID
    changed: list[str]


@dataclass(frozen=True, kw_only=True)
class IdentitySecretReplaced(Event):
    """A new secret signs identities; the former one does for one day more."""

    said = _l("made a new identity secret for a product")

    product_id: UUID


@dataclass(frozen=True, kw_only=True)
class ProgramCreated(Event):
    said = _l("created the program %(name)s")

    program_id: UUID
    product_id: UUID
    name: str
    template: str


@dataclass(frozen=True, kw_only=True)
class ProgramChanged(Event):
    """Settings other than phase and agreement; `changed` names the fields."""

    said = _l("changed the program %(program)s: %(changed)s")

    program_id: UUID
    changed: list[str]


@dataclass(frozen=True, kw_only=True)
class CapacityRaised(Event):
    """More seats than before: whoever waits may move up."""

    said = _l("raised the seats of %(program)s from %(former)s to %(capacity)s")

    program_id: UUID
    former: int
    capacity: int


@dataclass(frozen=True, kw_only=True)
class PhaseChanged(Event):
    said = _l("moved %(program)s from %(former)s to %(phase)s")

    program_id: UUID
    former: str
    phase: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class AgreementPublished(Event):
    said = _l("published agreement %(number)s of %(program)s")

    program_id: UUID
    agreement_id: UUID
    number: int
