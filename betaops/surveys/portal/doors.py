"""Who stands at the door: what an address opens, why it may not, and the addresses that lead on."""

from datetime import datetime
from typing import Any

from flask import current_app, redirect, request, url_for
from sqlalchemy.orm import Session

from betaops.kernel import clock
from betaops.kernel.errors import NotFound
from betaops.surveys import policy, queries
from betaops.surveys.models import Response as Answered
from betaops.surveys.models import SurveyState
from betaops.surveys.portal.drawing import framers_of, pin, stop
from betaops.surveys.queries.doors import Door, Way, resume_token
from betaops.surveys.queries.surveys import Published
from betaops.web.application import reading
from betaops.web.headers import widen


def door_of(session: Session, token: str) -> Door | None:
    try:
        return queries.door(session, token, current_app.config["SECRET_KEY"])
    except NotFound:
        return None


def refusal_of(door: Door) -> Any:
    """Why nothing can be answered here (any more), as a page; None where it can."""
    survey, now = door.survey, clock.now()
    framers = framers_of(door) if request.args.get("embed") else []
    widen("frame-ancestors", " ".join(framers) or "'none'")
    if door.link is not None and door.link.revoked_at is not None:
        return stop("revoked", door), 410
    if door.enrollment is not None and not policy.may_answer(door.enrollment):
        return stop("left", door), 410
    if survey.state is SurveyState.DRAFT or survey.live_number is None:
        return stop("unknown", None), 404
    if door.has_answered and door.response is None:
        return stop("answered", door), 410
    early = max((each for each in _beginnings(door) if each > now), default=None)
    if early is not None and survey.state is SurveyState.OPEN:
        return stop("early", door, opens_at=early), 403
    if survey.is_full and survey.state is SurveyState.OPEN:
        return stop("full", door), 410
    if not survey.takes_answers(now) or survey.program.is_over:
        return stop("closed", door), 410
    return _refusal_of_link(door, now)


def _beginnings(door: Door) -> list[datetime]:
    moments = (door.survey.opens_at, door.link.starts_at if door.link else None)
    return [moment for moment in moments if moment is not None]


def _refusal_of_link(door: Door, now: datetime) -> Any:
    """A link may end before its survey, be used up, or want a PIN first."""
    link = door.link
    if link is None or door.response is not None:
        return None
    if link.ends_at is not None and link.ends_at <= now:
        return stop("ended", door), 410
    if link.is_full:
        return stop("full", door), 410
    if link.pin_digest is not None and not door.is_unlocked:
        return pin(door), 200
    return None


def published_for(door: Door, response: Answered | None, session: Session | None = None) -> Published:
    session = session or reading()
    if response is not None:
        return queries.published(session, response.version_id, response.arm)
    live_id = queries.live_version_id(session, door.survey)
    if live_id is None:
        raise NotFound
    arm = ""
    if door.survey.has_arms and door.enrollment is not None and not door.survey.is_anonymous:
        arm = queries.allotted(session, door.survey.id, door.enrollment.id)
    return queries.published(session, live_id, arm)


def token_of(door: Door, response: Answered) -> str:
    """Personal links stay themselves; others go on under an address of the response's own."""
    is_known = door.way in (Way.PERSONAL, Way.PORTAL) and not response.is_anonymous
    if is_known or door.way is Way.RESUMED:
        return str((request.view_args or {})["token"])
    enrollment_id = door.enrollment.id if door.enrollment else None
    return resume_token(current_app.config["SECRET_KEY"], response.id, enrollment_id)


def address_of(door: Door, response: Answered, **query: Any) -> str:
    kept = {"embed": request.args.get("embed"), "lang": request.args.get("lang"), **query}
    named = {name: value for name, value in kept.items() if value is not None and value != ""}
    return url_for(".page", token=token_of(door, response), **named)


def to(door: Door, response: Answered, **query: Any) -> Any:
    return redirect(address_of(door, response, **query), 303)
