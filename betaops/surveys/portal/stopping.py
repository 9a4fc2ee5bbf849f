"""Why somebody may not answer (any more). Pure: asked where pages are drawn, and where what they sent is written."""

from datetime import datetime
from typing import NamedTuple

from betaops.surveys import policy
from betaops.surveys.models import SurveyState
from betaops.surveys.queries.doors import Door


class Stop(NamedTuple):
    """`why` is a word that the page of that name knows what to say about; `status` goes with it."""

    why: str
    status: int
    opens_at: datetime | None = None


#: Nothing is known by that address, or nothing that may be told of.
UNKNOWN = Stop("unknown", 404)


def stop_at(door: Door, now: datetime) -> Stop | None:
    """None where there is something to answer."""
    survey = door.survey
    if door.link is not None and door.link.revoked_at is not None:
        return Stop("revoked", 410)
    if door.enrollment is not None and not policy.may_answer(door.enrollment):
        return Stop("left", 410)
    if survey.state is SurveyState.DRAFT or survey.live_number is None:
        return UNKNOWN
    if door.has_answered and door.response is None:
        return Stop("answered", 410)
    early = max((each for each in _beginnings(door) if each > now), default=None)
    if early is not None and survey.state is SurveyState.OPEN:
        return Stop("early", 403, early)
    if survey.is_full and survey.state is SurveyState.OPEN:
        return Stop("full", 410)
    if not survey.takes_answers(now) or survey.program.is_over:
        return Stop("closed", 410)
    return _stop_of_link(door, now)


def _beginnings(door: Door) -> list[datetime]:
    moments = (door.survey.opens_at, door.link.starts_at if door.link else None)
    return [moment for moment in moments if moment is not None]


def _stop_of_link(door: Door, now: datetime) -> Stop | None:
    """A link may end before its survey, be used up, or want a PIN first."""
    link = door.link
    if link is None or door.response is not None:
        return None
    if link.ends_at is not None and link.ends_at <= now:
        return Stop("ended", 410)
    if link.is_full:
        return Stop("full", 410)
    if link.pin_digest is not None and not door.is_unlocked:
        return Stop("pin", 200)
    return None
