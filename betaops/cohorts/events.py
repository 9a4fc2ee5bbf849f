"""What happened to cohorts. Who entered and left when stands in `CohortChange` rows, not here."""

from dataclasses import dataclass
from uuid import UUID

from betaops.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class CohortCreated(Event):
    cohort_id: UUID
    program_id: UUID
    name: str


@dataclass(frozen=True, kw_only=True)
class CohortEdited(Event):
    """`changed` names the fields."""

    cohort_id: UUID
    program_id: UUID
    name: str
    changed: list[str]


@dataclass(frozen=True, kw_only=True)
class CohortDeleted(Event):
    cohort_id: UUID
    program_id: UUID
    name: str


@dataclass(frozen=True, kw_only=True)
class CohortPicked(Event):
    """People were added or taken out by hand; the numbers are of people."""

    cohort_id: UUID
    program_id: UUID
    name: str
    added: int = 0
    removed: int = 0
