"""Ways into a survey, looked up by what stands in the address. These look-ups know no workspace yet."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, defer, joinedload

from betaops.enrollment.models import Enrollment
from betaops.kernel import tokens
from betaops.kernel.db import scope_to
from betaops.kernel.errors import NotFound
from betaops.surveys.models import Response, ResponseState, Survey, SurveyLedger, SurveyLink

#: What signed addresses are for; each only for its own.
RESUME = "survey.response"
PERSON = "survey.person"
#: The moment at which a page was shown; no address.
SHOWN = "survey.shown"
UNLOCKED = "survey.pin"
#: How long a PIN that was typed lets one begin.
UNLOCKED_SECONDS = 12 * 3600
#: How long the way from the portal into a survey stays open.
PERSON_SECONDS = 24 * 3600
LONGEST_TOKEN = 400


class Way(StrEnum):
    """How somebody came in."""

    PERSONAL = "personal"
    PUBLIC = "public"
    TEST = "test"
    PORTAL = "portal"
    RESUMED = "resumed"
    PRODUCT = "product"


@dataclass(frozen=True)
class Door:
    """A survey, how somebody came to it, who they are where that is known, and their response where there is one."""

    way: Way
    survey: Survey
    link: SurveyLink | None = None
    enrollment: Enrollment | None = None
    response: Response | None = None
    #: Which of the person's responses; see `Response.wave`.
    wave: int = 0
    #: The ledger of an anonymous survey has them already.
    has_answered: bool = False
    #: The PIN of its link was typed.
    is_unlocked: bool = False

    @property
    def is_test(self) -> bool:
        return self.way is Way.TEST or (
            self.response is not None and self.response.state is ResponseState.TEST
        )


def door(session: Session, token: str, secret: str) -> Door:
    """What `token` opens; the session sees that workspace from then on. `NotFound` for anything else.

    Minted tokens have no dot, signed ones have: a response to go on with, or a person coming from the portal.
    """
    if len(token) > LONGEST_TOKEN or not token.isascii():
        raise NotFound
    if "." not in token:
        return _by_link(session, token)
    resumed = tokens.read(secret, RESUME, token)
    if isinstance(resumed, str):
        return _by_response(session, UUID(resumed))
    if isinstance(resumed, list) and len(resumed) == 2:
        return _by_response(session, UUID(resumed[0]), UUID(resumed[1]))
    person = tokens.read(secret, PERSON, token, max_age_seconds=PERSON_SECONDS)
    if isinstance(person, list) and len(person) == 2:
        return _by_person(session, UUID(person[0]), UUID(person[1]))
    unlocked = tokens.read(secret, UNLOCKED, token, max_age_seconds=UNLOCKED_SECONDS)
    if isinstance(unlocked, list) and len(unlocked) == 2:
        return _by_pin(session, UUID(unlocked[0]), unlocked[1])
    raise NotFound


def pin_token(secret: str, link: SurveyLink) -> str:
    """For the way on from a PIN that was right; another PIN ends it."""
    return tokens.sign(secret, UNLOCKED, [str(link.id), _mark_of(link)])


def resume_token(secret: str, response_id: UUID, enrollment_id: UUID | None = None) -> str:
    """For the address under which a response without a personal link goes on.

    With `enrollment_id` for an anonymous one, which does not know whose it is: only this address does.
    """
    if enrollment_id is None:
        return tokens.sign(secret, RESUME, str(response_id))
    return tokens.sign(secret, RESUME, [str(response_id), str(enrollment_id)])


def person_token(secret: str, survey_id: UUID, enrollment_id: UUID) -> str:
    """For the way from the portal, where the person is known already."""
    return tokens.sign(secret, PERSON, [str(survey_id), str(enrollment_id)])


def _by_pin(session: Session, link_id: UUID, mark: str) -> Door:
    link = session.scalar(
        select(SurveyLink)
        .options(joinedload(SurveyLink.survey).options(defer(Survey.draft), joinedload(Survey.program)))
        .where(SurveyLink.id == link_id)
        .execution_options(unscoped=True)
    )
    if link is None or _mark_of(link) != mark:
        raise NotFound
    scope_to(session, link.workspace_id)
    return Door(Way(link.kind.value), link.survey, link, is_unlocked=True)


def _mark_of(link: SurveyLink) -> str:
    """Tells one PIN of a link from the next, and nothing else."""
    return tokens.digest(link.pin_digest or "").hex()[:16]


def _by_link(session: Session, token: str) -> Door:
    """One statement, for this is asked by every request of everybody who answers."""
    row = session.execute(
        select(SurveyLink, Response)
        .outerjoin(
            Response,
            (Response.survey_id == SurveyLink.survey_id)
            & (Response.enrollment_id == SurveyLink.enrollment_id)
            & (Response.wave == 0)
            & Response.state.not_in((ResponseState.TEST, ResponseState.WITHDRAWN)),
        )
        .options(
            joinedload(SurveyLink.survey).options(defer(Survey.draft), joinedload(Survey.program)),
            joinedload(SurveyLink.enrollment).joinedload(Enrollment.tester),
        )
        .where(SurveyLink.token_digest == tokens.digest(token))
        .execution_options(unscoped=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    link, response = row
    scope_to(session, link.workspace_id)
    has_answered = _has_answered(session, link.survey, link.enrollment)
    return Door(Way(link.kind.value), link.survey, link, link.enrollment, response, has_answered=has_answered)


def _by_person(session: Session, survey_id: UUID, enrollment_id: UUID) -> Door:
    survey = session.scalar(
        select(Survey)
        .options(defer(Survey.draft), joinedload(Survey.program))
        .where(Survey.id == survey_id)
        .execution_options(unscoped=True)
    )
    if survey is None:
        raise NotFound
    scope_to(session, survey.workspace_id)
    enrollment = _enrollment(session, enrollment_id)
    if enrollment.program_id != survey.program_id:
        raise NotFound
    response = _response_of(session, survey.id, enrollment.id)
    has_answered = _has_answered(session, survey, enrollment)
    return Door(Way.PORTAL, survey, None, enrollment, response, has_answered=has_answered)


def _has_answered(session: Session, survey: Survey, enrollment: Enrollment | None) -> bool:
    if not survey.is_anonymous or enrollment is None:
        return False
    found = select(SurveyLedger.id).where(
        SurveyLedger.survey_id == survey.id, SurveyLedger.enrollment_id == enrollment.id
    )
    return session.scalar(found) is not None


def _by_response(session: Session, response_id: UUID, enrollment_id: UUID | None = None) -> Door:
    response = session.scalar(
        select(Response)
        .options(joinedload(Response.survey).options(defer(Survey.draft), joinedload(Survey.program)))
        .where(Response.id == response_id)
        .execution_options(unscoped=True)
    )
    if response is None:
        raise NotFound
    scope_to(session, response.workspace_id)
    enrollment_id = response.enrollment_id or (enrollment_id if response.is_anonymous else None)
    enrollment = _enrollment(session, enrollment_id) if enrollment_id else None
    return Door(Way.RESUMED, response.survey, None, enrollment, response)


def _enrollment(session: Session, enrollment_id: UUID) -> Enrollment:
    found = session.scalar(
        select(Enrollment).options(joinedload(Enrollment.tester)).where(Enrollment.id == enrollment_id)
    )
    if found is None:
        raise NotFound
    return found


def _response_of(session: Session, survey_id: UUID, enrollment_id: UUID) -> Response | None:
    return session.scalar(
        select(Response).where(
            Response.survey_id == survey_id,
            Response.enrollment_id == enrollment_id,
            Response.wave == 0,
            Response.state.not_in((ResponseState.TEST, ResponseState.WITHDRAWN)),
        )
    )
