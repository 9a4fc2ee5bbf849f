"""Places in a survey: taken when a response is complete, given back when it is taken out.

Each is one conditional update, so that the database decides who comes in and nobody is counted: of two hundred that
finish at once, fifty get the fifty places. All take them in one order (survey, link, quotas), so none waits in a ring.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import update

from betaops.kernel.work import Work
from betaops.surveys import queries
from betaops.surveys.engine.quotas import Ending, is_screened_out
from betaops.surveys.engine.scene import Scene
from betaops.surveys.models import Quota, Response, ResponseState, Survey, SurveyLink, WhenFull
from betaops.surveys.queries.quotas import Limits


@dataclass(frozen=True)
class _Place:
    """Something with a limit, and the row that counts it."""

    model: type[Survey] | type[SurveyLink] | type[Quota]
    id: UUID


def settle(work: Work, response: Response, survey: Survey, scene: Scene) -> None:
    """Set the state of a response that has all its answers: complete where there is a place for it."""
    if response.state is ResponseState.TEST:
        return
    if is_screened_out(scene):
        turn_away(response, Ending())
        return
    limits = queries.limits(work.session, survey.id, response.link_id)
    quotas = _those_of(work, survey, scene) if limits.quotas else []
    missing = _take(work, [*_limited(response, limits), *(_Place(Quota, each.id) for each in quotas)])
    if missing is not None:
        turn_away(response, Ending(missing.id), is_over=True)
        return
    response.state = ResponseState.COMPLETE
    if quotas:
        response.places = [str(each.id) for each in quotas]
        _close_where_full(work, survey, quotas)


def turn_away(response: Response, ending: Ending, *, is_over: bool = False) -> None:
    """Its answers stay; it never counts. A trial stays a trial."""
    if response.state is ResponseState.TEST:
        return
    response.turned_away_by = ending.quota_id
    is_over = is_over or ending.quota_id is not None
    response.state = ResponseState.OVER_QUOTA if is_over else ResponseState.SCREENED_OUT


def give_back(work: Work, response: Response, survey: Survey) -> None:
    """The places of a complete response that is taken out."""
    if response.state is not ResponseState.COMPLETE:
        return
    quotas = [_Place(Quota, UUID(each)) for each in sorted(response.places)]
    limits = queries.limits(work.session, survey.id, response.link_id)
    _give_back(work, [*_limited(response, limits), *quotas])
    response.places = []


def _those_of(work: Work, survey: Survey, scene: Scene) -> list[Quota]:
    """The quotas that these answers are of."""
    return [each for each in queries.quotas(work.session, survey.id) if scene.holds(each.condition)]


def _limited(response: Response, limits: Limits) -> list[_Place]:
    found = [_Place(Survey, response.survey_id)] if limits.survey else []
    if response.link_id is not None and limits.link:
        found.append(_Place(SurveyLink, response.link_id))
    return found


def _take(work: Work, places: list[_Place]) -> _Place | None:
    """Take all of them; None, or the first that is full, and then none is taken."""
    for index, place in enumerate(places):
        model: Any = place.model
        most = model.most if model is Quota else model.response_limit
        # A limit that was just lifted lets everybody in.
        has_room = (most.is_(None)) | (model.taken < most)
        if not _count(work, model, place.id, model.taken + 1, has_room):
            _give_back(work, places[:index])
            return place
        if model is Survey:
            _tell_product(work, place.id)
    return None


def _give_back(work: Work, places: list[_Place]) -> None:
    for place in places:
        model: Any = place.model
        _count(work, model, place.id, model.taken - 1, model.taken > 0)
        if model is Survey:
            _tell_product(work, place.id)


def _count(work: Work, model: Any, row_id: UUID, taken: Any, condition: Any) -> bool:
    """Whether the row was there and the condition held."""
    statement = (
        update(model)
        .where(model.id == row_id, condition)
        .values(taken=taken)
        .returning(model.id)
        .execution_options(synchronize_session=False)
    )
    return work.session.scalar(statement) is not None


def _tell_product(work: Work, survey_id: UUID) -> None:
    """Whether it is full may be another now; it is looked at once for all that come together."""
    work.enqueue("surveys.turn", {"survey_id": str(survey_id)}, unique=f"surveys.turn:{survey_id}")


def _close_where_full(work: Work, survey: Survey, quotas: list[Quota]) -> None:
    """Closing locks the survey, which others may hold while they wait for a quota: a job does it right after."""
    if any(each.when_full is WhenFull.CLOSE for each in quotas):
        work.enqueue(
            "surveys.close_full", {"survey_id": str(survey.id)}, unique=f"surveys.close_full:{survey.id}"
        )
