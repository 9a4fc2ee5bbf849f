"""What happened to cohorts. Who entered and left when stands in `CohortChange` rows, not here."""

from dataclasses import dataclass
from uuid import UUID

from betaops.kernel.events import Event
from betaops.kernel.i18n import lazy_gettext as _l


@dataclass(frozen=True, kw_only=True)
class CohortCreated(Event):
    said = _l("created the cohort %(name)s in %(program)s")

    cohort_id: UUID
    program_id: UUID
    name: str


@dataclass(frozen=True, kw_only=True)
class CohortEdited(Event):
    """`changed` names the fields."""

    said = _l("changed the cohort %(name)s: %(changed)s")

    cohort_id: UUID
    program_id: UUID
    name: str
    changed: list[str]


@dataclass(frozen=True, kw_only=True)
class CohortDeleted(Event):
    said = _l("deleted the cohort %(name)s of %(program)s")

    cohort_id: UUID
    program_id: UUID
    name: str


@dataclass(frozen=True, kw_only=True)
class CohortPicked(Event):
    """People were added or taken out by hand; the numbers are of people."""

    said = _l("picked people for the cohort %(name)s: %(added)s added, %(removed)s taken out")

    cohort_id: UUID
    program_id: UUID
    name: str
    added: int = 0
    removed: int = 0


@dataclass(frozen=True, kw_only=True)
class CohortListTaken(Event):
    """A list of people was put into a cohort; the numbers are of people."""

    said = _l("put a list of people into the cohort %(name)s: %(added)s added")

    cohort_id: UUID
    program_id: UUID
    name: str
    added: int


@dataclass(frozen=True, kw_only=True)
class CohortKeptIn(Event):
    """From now on these people are in whatever the rule says."""

    said = _l("made %(people)s people members of the cohort %(name)s for good: %(reason)s")

    cohort_id: UUID
    program_id: UUID
    name: str
    people: int
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class CohortKeptOut(Event):
    """From now on these people are never in, whatever the rule says."""

    said = _l("kept %(people)s people out of the cohort %(name)s: %(reason)s")

    cohort_id: UUID
    program_id: UUID
    name: str
    people: int
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class CohortExceptionsEnded(Event):
    said = _l("ended the exceptions of %(people)s people in the cohort %(name)s")

    cohort_id: UUID
    program_id: UUID
    name: str
    people: int


@dataclass(frozen=True, kw_only=True)
class CohortCompaniesChanged(Event):
    """Companies came into a cohort or left it."""

    said = _l("changed the companies of the cohort %(name)s: %(added)s added, %(removed)s taken out")

    cohort_id: UUID
    program_id: UUID
    name: str
    added: int = 0
    removed: int = 0
