"""What happened to surveys and their answers."""

from dataclasses import dataclass, field
from uuid import UUID

from betaops.kernel.events import Event
from betaops.kernel.i18n import lazy_gettext as _l


@dataclass(frozen=True, kw_only=True)
class SurveyCreated(Event):
    said = _l("created a survey in %(program)s")

    survey_id: UUID
    program_id: UUID


@dataclass(frozen=True, kw_only=True)
class SurveyChanged(Event):
    """Draft or settings; `changed` names what."""

    said = _l("changed a survey of %(program)s: %(changed)s")

    survey_id: UUID
    program_id: UUID
    changed: list[str]


@dataclass(frozen=True, kw_only=True)
class SurveyPublished(Event):
    """`counted_on` names questions that changed and of which its author said that past answers count on."""

    said = _l("published version %(number)s of a survey of %(program)s")

    survey_id: UUID
    program_id: UUID
    number: int
    counted_on: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class SurveyStateChanged(Event):
    said = _l("moved a survey of %(program)s from %(former)s to %(state)s")

    survey_id: UUID
    program_id: UUID
    former: str
    state: str


@dataclass(frozen=True, kw_only=True)
class SurveyPlaced(Event):
    """How it stands in the product changed; `changed` names what, `is_on` says whether it is shown there."""

    said = _l("changed how a survey of %(program)s stands in the product: %(changed)s")

    survey_id: UUID
    program_id: UUID
    is_on: bool
    changed: list[str]


@dataclass(frozen=True, kw_only=True)
class SurveySent(Event):
    """Somebody asked for personal links to be mailed; a job does it."""

    said = _l("sent a survey of %(program)s by mail")

    survey_id: UUID
    program_id: UUID


@dataclass(frozen=True, kw_only=True)
class SurveyAnswered(Event):
    """A response that counts is complete. Without enrollment it came by a public link."""

    said = _l("completed a survey of %(program)s")

    response_id: UUID
    survey_id: UUID
    program_id: UUID
    enrollment_id: UUID | None = None
    tester_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class AnonymousAnswersTold(Event):
    """Five more count, in an hour that is over; by nobody, and of no response: their moments would be theirs."""

    said = _l("counted further answers to an anonymous survey of %(program)s")

    survey_id: UUID
    program_id: UUID


@dataclass(frozen=True, kw_only=True)
class ResponseWithdrawn(Event):
    """Its answers are gone; that there was one stays known."""

    said = _l("withdrew the answers to a survey of %(program)s")

    response_id: UUID
    survey_id: UUID
    program_id: UUID
