"""Responses: lists, counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import String, Uuid, bindparam, case, cast, func, select, union_all
from sqlalchemy.orm import Session, joinedload

from betaops.kernel.errors import NotFound
from betaops.kernel.paging import Page, keyset
from betaops.kernel.prepared import Prepared
from betaops.surveys.analysis.narrowing import Narrowing
from betaops.surveys.models import (
    LinkKind,
    Response,
    ResponseState,
    Survey,
    SurveyLink,
    SurveyVersion,
)
from betaops.surveys.policy import FEWEST_SHOWN
from betaops.surveys.queries.narrowed import conditions, may_be_read


@dataclass(frozen=True)
class Counts:
    """Of one survey, test responses never among them."""

    started: int = 0
    complete: int = 0

    @property
    def share(self) -> float | None:
        """Complete of started; None where nobody began."""
        return self.complete / self.started if self.started else None


@dataclass(frozen=True)
class Funnel:
    """How far people got. `invited` are people with a personal link, `opened` those who opened one."""

    invited: int
    opened: int
    started: int
    complete: int


def counts(session: Session, survey_ids: Sequence[UUID]) -> Mapping[UUID, Counts]:
    """By survey; one query for all. Of anonymous ones as last told: five move together, who begins as well as who ends."""
    state, told = cast(Response.state, String), Response.told_state
    secret = select(Survey.id).where(Survey.id.in_(survey_ids), Survey.is_anonymous)
    known = _by_state(state).where(Response.survey_id.in_(survey_ids), Response.survey_id.not_in(secret))
    rows = session.execute(union_all(known, _by_state(told).where(Response.survey_id.in_(secret))))
    return {survey_id: Counts(started, int(complete)) for survey_id, started, complete in rows}


def _by_state(state: Any) -> Any:
    """(survey, begun, complete), by a state in words; trials are not counted."""
    complete = func.sum(case((state == ResponseState.COMPLETE.value, 1), else_=0))
    found = select(Response.survey_id, func.count(), complete).group_by(Response.survey_id)
    return found.where(state != ResponseState.TEST.value)


def count_responses(session: Session, survey_id: UUID) -> int:
    """All there are, tests too."""
    return (
        session.scalar(select(func.count()).select_from(Response).where(Response.survey_id == survey_id)) or 0
    )


def count_answered(session: Session, survey_id: UUID) -> int:
    """All but tests, begun ones too."""
    found = select(func.count()).select_from(Response)
    found = found.where(Response.survey_id == survey_id, Response.state != ResponseState.TEST)
    return session.scalar(found) or 0


def was_answered_so(session: Session, response: Response, mark: bytes) -> bool:
    """Whether another complete response of the survey has the very same answers."""
    its = {"its_workspace": response.workspace_id, "its_survey": response.survey_id, "its_id": response.id}
    return bool(_answered_so.rows(session, **its, mark=mark))


_answered_so = Prepared(
    lambda _dialect: (
        select(Response.id)
        .where(
            Response.workspace_id == bindparam("its_workspace", type_=Uuid()),
            Response.survey_id == bindparam("its_survey", type_=Uuid()),
            Response.answers_digest == bindparam("mark", type_=Response.answers_digest.type),
            Response.id != bindparam("its_id", type_=Uuid()),
        )
        .limit(1)
    )
)


def count_doubtful(session: Session, survey_id: UUID) -> int:
    """Complete responses with any mark."""
    found = select(func.count()).where(
        Response.survey_id == survey_id,
        Response.state == ResponseState.COMPLETE,
        ~Response.is_held,
        Response.flags != "",
    )
    return session.scalar(found) or 0


def count_shown(session: Session, survey: Survey) -> int:
    """Complete responses that may be looked at: of an anonymous survey none, as long as there are fewer than five."""
    shown = select(func.count()).where(
        Response.survey_id == survey.id, Response.state == ResponseState.COMPLETE, ~Response.is_held
    )
    complete = session.scalar(shown) or 0
    return 0 if survey.is_anonymous and complete < FEWEST_SHOWN else complete


def count_held(session: Session, survey: Survey) -> int:
    """Complete responses to an anonymous survey that wait for others to be shown with."""
    if not survey.is_anonymous:
        return 0
    held = select(func.count()).where(
        Response.survey_id == survey.id, Response.state == ResponseState.COMPLETE, Response.is_held
    )
    return session.scalar(held) or 0


def funnel(session: Session, survey_id: UUID) -> Funnel:
    invited, opened = session.execute(
        select(
            func.count(SurveyLink.enrollment_id.distinct()),
            func.count(case((SurveyLink.opened_at.is_not(None), SurveyLink.enrollment_id)).distinct()),
        ).where(SurveyLink.survey_id == survey_id, SurveyLink.kind == LinkKind.PERSONAL)
    ).one()
    found = counts(session, [survey_id]).get(survey_id, Counts())
    return Funnel(invited, opened, found.started, found.complete)


def responses(
    session: Session,
    survey_id: UUID,
    *,
    state: ResponseState | None = None,
    narrowing: Narrowing | None = None,
    is_doubtful: bool | None = None,
    cursor: str | None = None,
    size: int = 50,
) -> Page[Response]:
    """The newest first, each with its person. Narrowed, only those that count."""
    found = (
        select(Response)
        .options(joinedload(Response.tester), joinedload(Response.version).load_only(SurveyVersion.number))
        .where(Response.survey_id == survey_id, may_be_read())
    )
    if state is not None:
        found = found.where(Response.state == state)
    if narrowing is not None and not narrowing.is_open:
        found = found.where(*conditions(survey_id, narrowing))
    if is_doubtful is not None:
        found = found.where(Response.flags != "" if is_doubtful else Response.flags == "")
    order = [(Response.started_at, "desc"), (Response.id, "desc")]
    return keyset(session, found, order=order, cursor=cursor, size=size)


def response(session: Session, response_id: UUID) -> Response:
    found = session.scalar(
        select(Response)
        .options(
            joinedload(Response.tester),
            joinedload(Response.survey).joinedload(Survey.program),
            joinedload(Response.version).load_only(SurveyVersion.number),
        )
        .where(Response.id == response_id, may_be_read())
    )
    if found is None:
        raise NotFound
    return found
