"""What happened to expectations, verdicts and decisions."""

from dataclasses import dataclass
from uuid import UUID

from betaops.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class ExpectationAdded(Event):
    expectation_id: UUID
    program_id: UUID
    need: str


@dataclass(frozen=True, kw_only=True)
class ExpectationChanged(Event):
    """`changes` is a line for each field: "threshold: 0.7 → 0.6"."""

    expectation_id: UUID
    program_id: UUID
    need: str
    changes: list[str]


@dataclass(frozen=True, kw_only=True)
class ExpectationRemoved(Event):
    """Gone with its readings; decisions keep what they were signed on."""

    expectation_id: UUID
    program_id: UUID
    need: str
    verdict: str


@dataclass(frozen=True, kw_only=True)
class VerdictChanged(Event):
    """A reading says otherwise than the one before; `former` is empty for the first."""

    expectation_id: UUID
    program_id: UUID
    former: str
    verdict: str
    n: int


@dataclass(frozen=True, kw_only=True)
class DecisionProposed(Event):
    decision_id: UUID
    program_id: UUID
    choice: str
    recommended: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class DecisionSigned(Event):
    decision_id: UUID
    program_id: UUID
    signature_id: UUID
    stance: str


@dataclass(frozen=True, kw_only=True)
class DecisionTaken(Event):
    """It has all the signatures it needs and is in force."""

    decision_id: UUID
    program_id: UUID
    choice: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class DecisionWithdrawn(Event):
    decision_id: UUID
    program_id: UUID
    choice: str
    reason: str
