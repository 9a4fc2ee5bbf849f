"""How people get through a survey: page by page, by door and by cohort. Test responses are never among them.

Of an anonymous survey, all are where they were last told to be (`releasing.tell_positions`): five move together.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import String, case, cast, exists, func, literal, or_, select, union
from sqlalchemy.orm import Session

from betaops.cohorts.models import Cohort, CohortMember
from betaops.surveys.localised import text
from betaops.surveys.models import UNFINISHED, Response, ResponseState, Survey, Visit
from betaops.surveys.queries.surveys import published
from betaops.surveys.queries.ways_in import came_by

_TEST = ResponseState.TEST.value


@dataclass(frozen=True)
class Step:
    """A page: how many saw it, how many of those stopped there, and the median of the seconds spent on it."""

    page: str
    title: str
    seen: int
    stopped: int
    seconds: float | None


@dataclass(frozen=True)
class Group:
    """People who came in by one door, or of one cohort."""

    name: str
    started: int
    complete: int


def steps(session: Session, survey: Survey, version_id: UUID) -> list[Step]:
    """In the order of that version; pages that only former ones had stand at the end."""
    definition = published(session, version_id).definition
    stopped = _stopped(session, survey)
    seen = _seen(session, survey.id) + _seen_first(session, survey)
    times = _medians(session, survey.id)
    titles = {page.name: page.title for page in definition.pages}
    names = [*titles, *sorted(set(seen) - set(titles))]
    return [
        Step(name, text(titles.get(name)) or name, seen[name], stopped[name], times.get(name))
        for name in names
    ]


def page_times(session: Session, response_id: UUID) -> list[tuple[str, int]]:
    """(page's name, ms) of every time that this response left a page."""
    rows = session.execute(
        select(Visit.page, Visit.ms).where(Visit.response_id == response_id, Visit.ms.is_not(None))
    )
    return [(page, ms or 0) for page, ms in rows]


def by_door(session: Session, survey: Survey) -> list[Group]:
    """By name of the `CameBy`."""
    door, state = came_by(), _state(survey)
    return _groups(
        session,
        select(door, func.count(), _complete(state))
        .where(Response.survey_id == survey.id, state != _TEST)
        .group_by(door),
    )


def by_cohort(session: Session, survey_id: UUID) -> list[Group]:
    """As cohorts are now; somebody in two counts in both."""
    return _groups(
        session,
        select(Cohort.name, func.count(), _complete(cast(Response.state, String)))
        .select_from(Response)
        .join(CohortMember, CohortMember.tester_id == Response.tester_id)
        .join(Cohort, Cohort.id == CohortMember.cohort_id)
        .where(Response.survey_id == survey_id, Response.state != ResponseState.TEST)
        .group_by(Cohort.id, Cohort.name),
    )


def _groups(session: Session, found: Any) -> list[Group]:
    groups = [Group(str(name), started, int(complete)) for name, started, complete in session.execute(found)]
    return sorted(groups, key=lambda group: (-group.started, group.name))


def moved() -> tuple[Any, ...]:
    """Anonymous responses that are not where they were last told to be."""
    return (
        Response.is_anonymous,
        Response.state != ResponseState.TEST,
        ~Response.is_held,
        or_(
            Response.told_state.is_(None),
            Response.told_state != cast(Response.state, String),
            Response.told_page != Response.page,
        ),
    )


def surveys_that_moved(session: Session) -> list[tuple[UUID, UUID]]:
    """(workspace, survey) of the whole installation: anonymous ones in which somebody has moved."""
    found = (
        select(Survey.workspace_id, Survey.id)
        .where(Survey.is_anonymous, exists(literal(1)).where(Response.survey_id == Survey.id, *moved()))
        .order_by(Survey.id)
    )
    rows: Sequence[Any] = session.execute(found, execution_options={"unscoped": True}).all()
    return [(row[0], row[1]) for row in rows]


def _state(survey: Survey) -> Any:
    """As it is told, in words."""
    return Response.told_state if survey.is_anonymous else cast(Response.state, String)


def _complete(state: Any) -> Any:
    return func.sum(case((state == ResponseState.COMPLETE.value, 1), else_=0))


def _seen(session: Session, survey_id: UUID) -> Counter[str]:
    """Responses that left a page or were shown it next."""
    left = select(Visit.page.label("page"), Visit.response_id.label("response_id")).where(
        Visit.survey_id == survey_id
    )
    shown = select(Visit.next_page, Visit.response_id).where(
        Visit.survey_id == survey_id, Visit.next_page.is_not(None)
    )
    pairs = union(left, shown).subquery()
    rows = session.execute(
        select(pairs.c.page, func.count())
        .join(Response, Response.id == pairs.c.response_id)
        .where(Response.state != ResponseState.TEST)
        .group_by(pairs.c.page)
    )
    return Counter({row[0]: row[1] for row in rows})


def _seen_first(session: Session, survey: Survey) -> Counter[str]:
    """Those who filled something in and left no page yet."""
    return _at(session, survey, ~exists(literal(1)).where(Visit.response_id == Response.id))


def _stopped(session: Session, survey: Survey) -> Counter[str]:
    """Where unfinished responses stand."""
    return _at(session, survey)


def _at(session: Session, survey: Survey, *more: Any) -> Counter[str]:
    page: Any = Response.told_page if survey.is_anonymous else Response.page
    unfinished = [state.value for state in UNFINISHED]
    rows = session.execute(
        select(Response.version_id, page, func.count())
        .where(Response.survey_id == survey.id, _state(survey).in_(unfinished), *more)
        .group_by(Response.version_id, page)
    )
    found: Counter[str] = Counter()
    for version_id, index, count in rows:
        pages = published(session, version_id).definition.pages
        if pages:
            found[pages[min(index, len(pages) - 1)].name] += count
    return found


def _medians(session: Session, survey_id: UUID) -> Mapping[str, float]:
    """From counts by the second: exact to half of one, whatever the number of visits."""
    second = Visit.ms // 1000
    rows = session.execute(
        select(Visit.page, second, func.count())
        .join(Response, Response.id == Visit.response_id)
        .where(Visit.survey_id == survey_id, Visit.ms.is_not(None), Response.state != ResponseState.TEST)
        .group_by(Visit.page, second)
        .order_by(Visit.page, second)
    )
    counts: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for page, seconds, count in rows:
        counts[page].append((seconds or 0, count))
    return {page: _median(found) for page, found in counts.items()}


def _median(counted: Sequence[tuple[int, int]]) -> float:
    half, reached = sum(count for _second, count in counted) / 2, 0
    for second, count in counted:
        reached += count
        if reached >= half:
            return second + 0.5
    return 0.0
