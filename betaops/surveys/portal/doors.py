"""Who stands at the door: what an address opens, why it may not, and the addresses that lead on."""

from typing import Any

from flask import current_app, redirect, request, url_for
from sqlalchemy.orm import Session

from betaops.kernel import clock
from betaops.kernel.errors import NotFound
from betaops.surveys import queries
from betaops.surveys.models import Response as Answered
from betaops.surveys.portal.drawing import framers_of, pin, stop
from betaops.surveys.portal.stopping import UNKNOWN, Stop, stop_at
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
    found = stop_at(door, clock.now())
    let_in_frames(door)
    return None if found is None else stopped(found, door)


def let_in_frames(door: Door) -> None:
    """Whose pages may show what is answered now."""
    framers = framers_of(door) if request.args.get("embed") else []
    widen("frame-ancestors", " ".join(framers) or "'none'")


def stopped(found: Stop, door: Door | None) -> Any:
    """The page that says why; for a PIN, the one that asks for it."""
    if found.why == "pin" and door is not None:
        return pin(door), found.status
    told = None if found.why == UNKNOWN.why else door
    return stop(found.why, told, opens_at=found.opens_at), found.status


def published_for(door: Door, response: Answered | None, session: Session | None = None) -> Published:
    session = session or reading()
    if response is not None:
        return queries.published(session, response.version_id, response.arm)
    live_id = door.live_version_id or queries.live_version_id(session, door.survey)
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
