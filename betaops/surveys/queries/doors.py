"""Ways into a survey, looked up by what stands in the address. These look-ups know no workspace yet.

Every request of everybody who answers begins with one: each is a single prepared statement, and its rows are for
reading (`kernel.prepared.Part`).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import LargeBinary, Uuid, and_, bindparam, case, false, func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from betaops.enrollment.models import Enrollment, Tester
from betaops.kernel import tokens
from betaops.kernel.db import scope_to
from betaops.kernel.errors import NotFound
from betaops.kernel.prepared import Part, Parts, Prepared, said
from betaops.programs.models import Program
from betaops.surveys.models import Response, ResponseState, Survey, SurveyLedger, SurveyLink, SurveyVersion
from betaops.surveys.queries.surveys import ANSWERED

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
    #: What those who begin are shown, where it was looked up already.
    live_version_id: UUID | None = None

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
    found = _find(session, _link_by_id, its_id=link_id)
    if found.link is None or _mark_of(found.link) != mark:
        raise NotFound
    way = Way(found.link.kind.value)
    return Door(way, found.survey, found.link, is_unlocked=True, live_version_id=found.live_version_id)


def _by_link(session: Session, token: str) -> Door:
    found = _find(session, _link_by_token, digest=tokens.digest(token))
    if found.link is None:
        raise NotFound
    has_answered = _has_answered(session, found)
    way = Way(found.link.kind.value)
    return _door(way, found, has_answered=has_answered)


def _by_person(session: Session, survey_id: UUID, enrollment_id: UUID) -> Door:
    found = _find(session, _survey_and_person, its_survey=survey_id, person=enrollment_id)
    return _door(Way.PORTAL, found, has_answered=_has_answered(session, found))


def _by_response(session: Session, response_id: UUID, enrollment_id: UUID | None = None) -> Door:
    found = _find(session, _response_by_id, its_id=response_id, person=enrollment_id)
    response = found.response
    is_somebodys = response is not None and (
        response.enrollment_id is not None or (response.is_anonymous and enrollment_id is not None)
    )
    if is_somebodys and found.enrollment is None:
        raise NotFound
    return _door(Way.RESUMED, found)


def _door(way: Way, found: "_Found", *, has_answered: bool = False) -> Door:
    return Door(
        way,
        found.survey,
        found.link,
        found.enrollment,
        found.response,
        has_answered=has_answered,
        live_version_id=found.live_version_id,
    )


def _has_answered(session: Session, found: "_Found") -> bool:
    survey, enrollment = found.survey, found.enrollment
    if not survey.is_anonymous or enrollment is None:
        return False
    whose = {"its_workspace": survey.workspace_id, "its_survey": survey.id, "person": enrollment.id}
    return bool(_ledger.rows(session, **whose))


def _mark_of(link: SurveyLink) -> str:
    """Tells one PIN of a link from the next, and nothing else."""
    return tokens.digest(link.pin_digest or "").hex()[:16]


#: What is looked at of them by anybody who answers.
_PROGRAM = Part(Program, "id", "workspace_id", "slug", "phase")
_ENROLLMENT = Part(Enrollment, "id", "workspace_id", "program_id", "tester_id", "state")
_TESTER = Part(Tester, "id", "workspace_id", "name", "mail")
_LINK = Part(
    SurveyLink, "id", "workspace_id", "survey_id", "kind", "enrollment_id", "revoked_at", "pin_digest", "starts_at",
    "ends_at", "response_limit", "taken",
)  # fmt: skip
_RESPONSE = Part(Response)
_LIVE = Part(SurveyVersion, "id")
_FOUND = Parts(ANSWERED, _PROGRAM, _LINK, _ENROLLMENT, _TESTER, _RESPONSE, _LIVE)


class _Found(NamedTuple):
    """What a look-up came upon."""

    survey: Survey
    link: SurveyLink | None
    enrollment: Enrollment | None
    response: Response | None
    live_version_id: UUID | None


def _live() -> Any:
    return and_(
        SurveyVersion.workspace_id == Survey.workspace_id,
        SurveyVersion.survey_id == Survey.id,
        SurveyVersion.number == Survey.live_number,
    )


def _their_response() -> Any:
    """The one response that the person gives to the survey, by the index that knows that there is one."""
    return and_(
        Response.survey_id == Survey.id,
        Response.enrollment_id == Enrollment.id,
        Response.wave == 0,
        Response.state.not_in([said(ResponseState.TEST), said(ResponseState.WITHDRAWN)]),
    )


def _through_link(condition: Any) -> Any:
    return (
        select(*_FOUND.columns)
        .select_from(SurveyLink)
        .join(Survey, Survey.id == SurveyLink.survey_id)
        .join(Program, Program.id == Survey.program_id)
        .outerjoin(Enrollment, Enrollment.id == SurveyLink.enrollment_id)
        .outerjoin(Tester, Tester.id == Enrollment.tester_id)
        .outerjoin(Response, _their_response())
        .outerjoin(SurveyVersion, _live())
        .where(condition)
    )


def _through_portal(_dialect: str) -> Any:
    of_program = and_(Enrollment.id == bindparam("person", type_=Uuid()), Enrollment.program_id == Program.id)
    return (
        select(*_FOUND.columns)
        .select_from(Survey)
        .join(Program, Program.id == Survey.program_id)
        .join(Enrollment, of_program)
        .join(Tester, Tester.id == Enrollment.tester_id)
        .outerjoin(SurveyLink, false())
        .outerjoin(Response, _their_response())
        .outerjoin(SurveyVersion, _live())
        .where(Survey.id == bindparam("its_survey", type_=Uuid()))
    )


def _through_response(_dialect: str) -> Any:
    """An anonymous one does not know whose it is: then it is who the address says, `person`."""
    said = case((Response.is_anonymous, bindparam("person", type_=Uuid())))
    whose = and_(
        Enrollment.workspace_id == Response.workspace_id,
        Enrollment.id == func.coalesce(Response.enrollment_id, said),
    )
    return (
        select(*_FOUND.columns)
        .select_from(Response)
        .join(Survey, Survey.id == Response.survey_id)
        .join(Program, Program.id == Survey.program_id)
        .outerjoin(Enrollment, whose)
        .outerjoin(Tester, Tester.id == Enrollment.tester_id)
        .outerjoin(SurveyLink, false())
        .outerjoin(SurveyVersion, _live())
        .where(Response.id == bindparam("its_id", type_=Uuid()))
    )


def _in_ledger(_dialect: str) -> Any:
    return select(SurveyLedger.id).where(
        SurveyLedger.workspace_id == bindparam("its_workspace", type_=Uuid()),
        SurveyLedger.survey_id == bindparam("its_survey", type_=Uuid()),
        SurveyLedger.enrollment_id == bindparam("person", type_=Uuid()),
    )


def _by_token(_dialect: str) -> Any:
    return _through_link(SurveyLink.token_digest == bindparam("digest", type_=LargeBinary()))


def _by_id(_dialect: str) -> Any:
    return _through_link(SurveyLink.id == bindparam("its_id", type_=Uuid()))


_link_by_token, _link_by_id, _survey_and_person, _response_by_id = (
    Prepared(make, unscoped=True) for make in (_by_token, _by_id, _through_portal, _through_response)
)
_ledger = Prepared(_in_ledger)


def _find(session: Session, statement: Prepared, **values: Any) -> _Found:
    """What the statement comes upon; the session sees its workspace from then on."""
    rows = statement.rows(session, **values)
    if not rows:
        raise NotFound
    survey, program, link, enrollment, tester, response, live = _FOUND.rows(rows[0])
    for row, name, other in ((survey, "program", program), (enrollment, "tester", tester)):
        if row is not None:
            set_committed_value(row, name, other)
    scope_to(session, survey.workspace_id)
    return _Found(survey, link, enrollment, response, live.id if live is not None else None)
