"""Quotas and what they have taken."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, bindparam, exists, func, select
from sqlalchemy.orm import Session

from betaops.kernel.db import scope_of
from betaops.kernel.errors import NotFound
from betaops.kernel.prepared import Part, Prepared
from betaops.surveys.models import Quota, Response, ResponseState, Survey, SurveyLink, SurveyState


def quotas(session: Session, survey_id: UUID) -> Sequence[Quota]:
    """Of one survey, in the order in which all take places in them; for reading."""
    rows = _quotas.rows(session, its_workspace=scope_of(session), its_survey=survey_id)
    return [_QUOTA.row(row) for row in rows]


_QUOTA = Part(Quota)
_quotas = Prepared(
    lambda _dialect: (
        select(*_QUOTA.columns)
        .where(
            Quota.workspace_id == bindparam("its_workspace", type_=Uuid()),
            Quota.survey_id == bindparam("its_survey", type_=Uuid()),
        )
        .order_by(Quota.id)
    )
)


class Unfilled(NamedTuple):
    """A quota of an open survey that has places left."""

    survey_id: UUID
    survey: str
    closes_at: datetime | None
    name: str
    taken: int
    most: int


def unfilled(session: Session, program_id: UUID) -> list[Unfilled]:
    """Of a program's open surveys, those with the most places left first."""
    rows = session.execute(
        select(Survey.id, Survey.name, Survey.closes_at, Quota.name, Quota.taken, Quota.most)
        .join(Survey, Survey.id == Quota.survey_id)
        .where(Survey.program_id == program_id, Survey.state == SurveyState.OPEN, Quota.taken < Quota.most)
        .order_by((Quota.most - Quota.taken).desc(), Quota.id)
    )
    return [Unfilled(*row) for row in rows]


def quota(session: Session, survey_id: UUID, quota_id: UUID) -> Quota:
    """One of this survey; another's is not there."""
    found = session.scalar(select(Quota).where(Quota.id == quota_id, Quota.survey_id == survey_id))
    if found is None:
        raise NotFound
    return found


def any_quota(session: Session, quota_id: UUID) -> Quota:
    """Of whatever survey."""
    found = session.scalar(select(Quota).where(Quota.id == quota_id))
    if found is None:
        raise NotFound
    return found


def quota_words(session: Session, quota_id: UUID) -> str:
    """What is said to those for whom it had no place; empty for one that is gone."""
    return session.scalar(select(Quota.words).where(Quota.id == quota_id)) or ""


def link(session: Session, survey_id: UUID, link_id: UUID) -> SurveyLink:
    """One of this survey; another's is not there."""
    found = session.scalar(
        select(SurveyLink).where(SurveyLink.id == link_id, SurveyLink.survey_id == survey_id)
    )
    if found is None:
        raise NotFound
    return found


class Limits(NamedTuple):
    """What there are only so many places in."""

    survey: bool
    #: The link that somebody came by.
    link: bool
    #: Of a kind of people.
    quotas: bool


def limits(session: Session, survey_id: UUID, link_id: UUID | None) -> Limits:
    """Looked up in one: most surveys have none of them. `NotFound` where the workspace has no such survey."""
    rows = _limits.rows(
        session, its_workspace=scope_of(session), its_survey=survey_id, its_link=link_id or survey_id
    )
    if not rows:
        raise NotFound
    return Limits(*map(bool, rows[0]))


def _limited(_dialect: str) -> Any:
    link = exists().where(
        SurveyLink.workspace_id == Survey.workspace_id,
        SurveyLink.id == bindparam("its_link", type_=Uuid()),
        SurveyLink.response_limit.is_not(None),
    )
    quotas = exists().where(Quota.workspace_id == Survey.workspace_id, Quota.survey_id == Survey.id)
    return select(Survey.response_limit.is_not(None), link, quotas).where(
        Survey.workspace_id == bindparam("its_workspace", type_=Uuid()),
        Survey.id == bindparam("its_survey", type_=Uuid()),
    )


_limits = Prepared(_limited)


def count_complete(session: Session, survey_id: UUID, link_id: UUID | None = None) -> int:
    """Complete responses, of one link or of all ways: with what a limit begins. Lock the survey first."""
    found = (
        select(func.count())
        .select_from(Response)
        .where(Response.survey_id == survey_id, Response.state == ResponseState.COMPLETE)
    )
    if link_id is not None:
        found = found.where(Response.link_id == link_id)
    return session.scalar(found) or 0
