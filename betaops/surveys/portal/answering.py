"""Where people answer: `/s/<token>`, one page at a time, alone or in a frame.

No route here reads or sets a cookie: the token in the address is all there is to know, so the same pages
work inside other sites.
"""

import secrets
from functools import partial
from typing import Any

from flask import Response, current_app, jsonify, request, url_for
from flask_limiter.util import get_remote_address

from betaops.kernel import clock, i18n
from betaops.kernel.errors import Refused
from betaops.kernel.work import Platform
from betaops.surveys import links
from betaops.surveys.engine.filling import PREFIX, filled
from betaops.surveys.engine.judging import judge
from betaops.surveys.looks import calculated
from betaops.surveys.portal.doors import (
    address_of,
    door_of,
    let_in_frames,
    published_for,
    refusal_of,
    stopped,
    to,
    token_of,
)
from betaops.surveys.portal.drawing import chosen_language, draw, draw_first, end, review, stop, walk_of
from betaops.surveys.portal.filing import with_files
from betaops.surveys.portal.frame import blueprint
from betaops.surveys.portal.opening import opening, wants_opening
from betaops.surveys.portal.stopping import UNKNOWN
from betaops.surveys.portal.taking import Barred, Sent, Taken, met_at, take_draft, take_opening, take_page
from betaops.surveys.rendering import field_contents, shown_names
from betaops.web.access import public
from betaops.web.application import reading
from betaops.web.limits import at_most


def _same_link() -> str:
    """Limits count by address and link, so that an office behind one address can answer personal links at once."""
    return f"{get_remote_address()}:{(request.view_args or {}).get('token', '')}"


@blueprint.get("/s/<token>")
@public(cookieless=True)
def page(token: str) -> Any:
    """The page to go on with, the one asked for, the end, or why there is nothing to answer."""
    door = door_of(reading(), token)
    if door is None:
        return stop("unknown", None), 404
    refusal = refusal_of(door)
    if door.response is not None and door.response.is_finished:
        return end(door, door.response)
    if refusal is not None:
        return refusal
    response = door.response
    if response is None and door.link is not None and not door.survey.is_anonymous:
        links.note_opened(_platform(), door.link)
    published = published_for(door, response)
    definition = published.definition
    if response is None and wants_opening(door, definition):
        return opening(door, definition)
    if (
        response is None
        and definition.is_steady
        and not definition.arm
        and request.args.keys() <= {"embed", "lang"}
    ):
        return draw_first(door, published, token) or stop("empty", door)
    walk = walk_of(published, response, key := response.submission_key if response else secrets.token_hex(16))
    answers = response.answers if response else walk.begun()
    brought = filled(walk.scene(answers), request.args.to_dict(flat=False))
    answers = walk.answered(answers, brought) if brought else answers
    if response is not None and "review" in request.args and walk.definition.wants_review:
        return review(door, response, walk)
    wanted = request.args.get("page", type=int, default=response.page if response else 0)
    scene, shown = walk.page(answers, min(max(wanted, 0), response.page if response else 0))
    if shown is None:
        return stop("empty", door), 200
    problems = judge(scene, scene.questions(shown)).problems if request.args.get("check") else ()
    return draw(door, published, walk, scene, shown, key, problems=problems, unsaved=brought)


@blueprint.post("/s/<token>")
@at_most(300, by=_same_link)
@public(cookieless=True)
def send(token: str) -> Any:
    """One page of answers: on to the next, back to the one before, or finished."""
    sent = _sent(token)
    if sent.action == "begin":
        return _begin(sent)
    if request.files:
        # They lie in the store before anything is written: nobody leaves any there who may not answer.
        with _platform().database.reading() as session:
            met = met_at(session, sent, clock.now())
            if isinstance(met, Barred):
                return _not_taken(met)
            definition = published_for(met, met.response, session).definition
            sent = with_files(sent, met.survey, definition, _platform().files)
    try:
        taken = _taken(sent)
    except Refused as refused:
        if refused.code != "answered":
            raise
        with _platform().database.reading() as session:
            return stop("answered", door_of(session, token)), 410
    return _not_taken(taken) if isinstance(taken, Barred) else _onward(taken, sent)


def _onward(taken: Taken, sent: Sent) -> Any:
    """To where the page leads, or the page once more with what is wrong."""
    door, response, step = taken.door, taken.response, taken.step
    let_in_frames(door)
    if step.problems:
        scene, page = taken.walk.scene(step.answers), taken.published.definition.pages[taken.index]
        key, shown = response.submission_key, (door, taken.published, taken.walk, scene, page)
        return draw(*shown, key, problems=step.problems, sent=request.form), 422
    if response.is_finished:
        return to(door, response, sent=1)
    if sent.action.startswith(("add:", "remove:")):
        return to(door, response, page=taken.index)
    if taken.is_to_review:
        return to(door, response, review=1)
    more, check = (1 if step.is_revealing else None), (1 if taken.is_faulty_elsewhere else None)
    return to(door, response, page=step.page, more=more, check=check)


def _not_taken(barred: Barred) -> Any:
    """Why, as a page; to the last page, where all of it was answered before."""
    door = barred.door
    if door is not None:
        let_in_frames(door)
    if barred.stop is None and door is not None and door.response is not None:
        return to(door, door.response)
    return stopped(barred.stop or UNKNOWN, door)


def _begin(sent: Sent) -> Any:
    """From the opening page to the first, with what its address had filled in."""
    begun = _platform().ingest.write(None, partial(take_opening, sent=sent))
    if isinstance(begun, Barred):
        return _not_taken(begun)
    filled_in = {name: values for name, values in request.args.lists() if name.startswith(PREFIX)}
    begun_door, response = begun
    return to(begun_door, response, **filled_in)


def _taken(sent: Sent) -> Taken | Barred:
    """What the page sent, taken in; of files that came with it those stay that the response has now."""
    store = _platform().files
    try:
        taken = _platform().ingest.write(None, partial(take_page, sent=sent))
    except Exception:
        for each in sent.files:
            store.delete(each.file)
        raise
    kept = frozenset() if isinstance(taken, Barred) else taken.walk.files
    for each in sent.files:
        if each.address not in kept:
            store.delete(each.file)
    return taken


@blueprint.post("/s/<token>/draft")
@at_most(600, by=_same_link)
@public(cookieless=True)
def draft(token: str) -> Response:
    """What is on the page, kept while it is being filled in; answers what is shown now."""
    try:
        taken = _platform().ingest.write(None, partial(take_draft, sent=_sent(token)))
    except Refused:
        return jsonify({"saved": False})
    if isinstance(taken, Barred):
        return jsonify({"saved": False})
    door, response, scene = taken.door, taken.response, taken.walk.scene(taken.step.answers)
    page = taken.published.definition.pages[taken.index]
    return jsonify(
        {
            "saved": not response.is_finished,
            "address": address_of(door, response, page=taken.index),
            "draft": url_for(".draft", token=token_of(door, response)),
            "shown": shown_names(scene, page.questions),
            "calculated": calculated(taken.published.definition, scene),
            "filled": field_contents(scene, page) if scene.definition.acts else {},
        }
    )


def _sent(token: str) -> Sent:
    return Sent(
        token=token,
        secret=current_app.config["SECRET_KEY"],
        form=request.form,
        reader=i18n.language(),
        language=chosen_language(),
        is_embedded=bool(request.args.get("embed")),
    )


def _platform() -> Platform:
    return current_app.platform  # type: ignore[attr-defined,no-any-return]  # our Application
