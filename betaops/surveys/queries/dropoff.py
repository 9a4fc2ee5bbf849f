"""Where people leave a survey, question by question. Test responses are never among them."""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from betaops.surveys.analysis.dropoff import DropOff, Passage, drop_off
from betaops.surveys.localised import text
from betaops.surveys.models import UNFINISHED, Response, ResponseState, Visit
from betaops.surveys.queries.surveys import published

#: Responses that are looked through for one page; of more, the newest.
MOST_LOOKED_AT = 5000


@dataclass(frozen=True)
class Asked:
    """A question of the live version: to how many it was shown, how many answered it, and how many left there."""

    name: str
    title: str
    shown: int
    answered: int
    left: int


@dataclass(frozen=True)
class Asking:
    """A page with its questions; `halted` answered all that they were shown there and did not go on."""

    title: str
    questions: tuple[Asked, ...]
    halted: int


@dataclass(frozen=True)
class ByQuestion:
    """`looked_at` of `total` responses were looked through."""

    pages: tuple[Asking, ...]
    looked_at: int
    total: int

    @property
    def is_sample(self) -> bool:
        return self.looked_at < self.total


def by_question(session: Session, survey_id: UUID, version_id: UUID) -> ByQuestion:
    """In the order of that version, answers to all versions counted by the names of their questions."""
    found, looked_at = DropOff(), 0
    for (its_version, arm), passages in _passages(session, survey_id).items():
        looked_at += len(passages)
        found.add(drop_off(published(session, its_version, arm).definition, passages))
    pages = []
    for page in published(session, version_id).definition.pages:
        asked = tuple(
            Asked(
                each.name,
                each.label(),
                found.shown[each.name],
                found.answered[each.name],
                found.left[each.name],
            )
            for each in page.questions
            if each.is_asked and each.kind != "expression"
        )
        if any(each.shown for each in asked):
            pages.append(Asking(text(page.title) or page.name, asked, found.halted[page.name]))
    return ByQuestion(tuple(pages), looked_at, _total(session, survey_id))


def _paged(survey_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """Responses that were given on pages: unfinished ones stand on one."""
    has_visits = exists(literal(1)).where(Visit.response_id == Response.id)
    return (
        Response.survey_id == survey_id,
        Response.state != ResponseState.TEST,
        or_(Response.state.in_(UNFINISHED), has_visits),
    )


def _total(session: Session, survey_id: UUID) -> int:
    return session.scalar(select(func.count()).select_from(Response).where(*_paged(survey_id))) or 0


def _passages(session: Session, survey_id: UUID) -> dict[tuple[UUID, str], list[Passage]]:
    """By version and arm: each asks in its own way."""
    newest = (
        select(
            Response.id,
            Response.version_id,
            Response.arm,
            Response.state,
            Response.page,
            Response.answers,
            Response.saved_at,
            Response.submission_key,
        )
        .where(*_paged(survey_id))
        .order_by(Response.started_at.desc(), Response.id.desc())
        .limit(MOST_LOOKED_AT)
    )
    seen = _pages_seen(session, newest.with_only_columns(Response.id).subquery())
    found: dict[tuple[UUID, str], list[Passage]] = defaultdict(list)
    for row in session.execute(newest):
        pages = published(session, row.version_id, row.arm).definition.pages
        if not pages:
            continue
        stands_on = min(row.page, len(pages) - 1) if row.state in UNFINISHED else None
        names = seen.get(row.id, set())
        if stands_on is not None:
            names = names | {pages[stands_on].name}
        found[row.version_id, row.arm].append(
            Passage(row.answers, frozenset(names), stands_on, row.saved_at, row.submission_key)
        )
    return found


def _pages_seen(session: Session, responses: Subquery) -> dict[UUID, set[str]]:
    """Pages that were left, or shown next."""
    rows = session.execute(
        select(Visit.response_id, Visit.page, Visit.next_page).where(
            Visit.response_id.in_(select(responses.c.id))
        )
    )
    found: dict[UUID, set[str]] = defaultdict(set)
    for response_id, page, next_page in rows:
        found[response_id] |= {page} if next_page is None else {page, next_page}
    return found
