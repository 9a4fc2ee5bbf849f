"""What happened to surveys and their answers."""

from dataclasses import dataclass
from uuid import UUID

from betaops.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class SurveyCreated(Event):
    survey_id: UUID
    program_id: UUID


@dataclass(frozen=True, kw_only=True)
class SurveyChanged(Event):
    """Draft or settings; `changed` names what."""

    survey_id: UUID
    program_id: UUID
    changed: list[str]


@dataclass(frozen=True, kw_only=True)
class SurveyPublished(Event):
    survey_id: UUID
    program_id: UUID
    number: int


@dataclass(frozen=True, kw_only=True)
class SurveyStateChanged(Event):
    survey_id: UUID
    program_id: UUID
    former: str
    state: str


@dataclass(frozen=True, kw_only=True)
class SurveySent(Event):
    """Somebody asked for personal links to be mailed; a job does it."""

    survey_id: UUID
    program_id: UUID


@dataclass(frozen=True, kw_only=True)
class SurveyAnswered(Event):
    """A response that counts is complete. Without enrollment it came by a public link."""

    response_id: UUID
    survey_id: UUID
    program_id: UUID
    enrollment_id: UUID | None = None
    tester_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ResponseWithdrawn(Event):
    """Its answers are gone; that there was one stays known."""

    response_id: UUID
    survey_id: UUID
    program_id: UUID
