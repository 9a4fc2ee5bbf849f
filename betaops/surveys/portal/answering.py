"""Where people answer: `/s/<token>`, one page at a time, alone or in a frame.

No route here reads or sets a cookie: the token in the address is all there is to know, so the same pages
work inside other sites.
"""

from collections.abc import Callable
from typing import Any

from flask import Response, jsonify, request, url_for
from flask_limiter.util import get_remote_address

from betaops.kernel.errors import Refused
from betaops.kernel.ids import new_id
from betaops.kernel.work import Work
from betaops.surveys import links, queries, respond
from betaops.surveys.judging import judge
from betaops.surveys.models import Response as Answered
from betaops.surveys.portal.doors import address_of, door_of, published_for, refusal_of, to, token_of
from betaops.surveys.portal.drawing import draw, language_of, stop, walk_of
from betaops.surveys.portal.frame import blueprint
from betaops.surveys.queries.doors import Door
from betaops.surveys.queries.surveys import Published
from betaops.surveys.rendering import form_for, values_from
from betaops.surveys.scene import first_values
from betaops.surveys.walking import Step, Walk, merged
from betaops.web.access import public
from betaops.web.application import afterwards, writing
from betaops.web.limits import limiter


def _same_link() -> str:
    """Limits count by address and link, so that an office behind one address can answer personal links at once."""
    return f"{get_remote_address()}:{(request.view_args or {}).get('token', '')}"


@blueprint.get("/s/<token>")
@public(cookieless=True)
def page(token: str) -> Any:
    """The page to go on with, the one asked for, the end, or why there is nothing to answer."""
    door = door_of(token)
    if door is None:
        return stop("unknown", None), 404
    refusal = refusal_of(door)
    if refusal is not None:
        return refusal
    response = door.response
    if response is None and door.link is not None:
        afterwards(_opened(door))
    published = published_for(door, response)
    answers = response.answers if response else first_values(published.definition)
    walk = walk_of(published, response, key := response.submission_key if response else new_id().hex)
    wanted = request.args.get("page", type=int, default=response.page if response else 0)
    scene, shown = walk.page(answers, min(max(wanted, 0), response.page if response else 0))
    if shown is None:
        return stop("empty", door), 200
    problems = judge(scene, scene.questions(shown)).problems if request.args.get("check") else ()
    return draw(door, walk, scene, shown, key, problems=problems)


@blueprint.post("/s/<token>")
@limiter.limit("300 per minute", key_func=_same_link)
@public(cookieless=True)
def send(token: str) -> Any:
    """One page of answers: on to the next, back to the one before, or finished."""
    door = door_of(token)
    if door is None:
        return stop("unknown", None), 404
    refusal = refusal_of(door)
    if refusal is not None:
        return refusal
    work = writing()
    response = respond.begin(work, door, submission_key=submission_key(), language=language_of(None)).response
    if response.is_finished:
        return to(door, response)
    published = queries.published(work.session, response.version_id)
    walk = walk_of(published, response, response.submission_key)
    index = page_index(published)
    answers, asked = filled(walk, response.answers, index)
    if request.form.get("__action") == "back":
        step = walk.back(answers, index)
        respond.save(work, response, step.answers)
        return to(door, response, page=step.page)
    step = walk.forward(answers, index, asked)
    if step.problems:
        respond.save(work, response, step.answers)
        scene = walk.scene(step.answers)
        return draw(door, walk, scene, published.definition.pages[index], response.submission_key,
                     problems=step.problems, sent=request.form), 422  # fmt: skip
    return _onward(door, response, published, walk, step, index)


@blueprint.post("/s/<token>/draft")
@limiter.limit("600 per minute", key_func=_same_link)
@public(cookieless=True)
def draft(token: str) -> Response:
    """What is on the page, kept while it is being filled in; answers what is shown and required now."""
    door = door_of(token)
    if door is None or refusal_of(door) is not None:
        return jsonify({"saved": False})
    work = writing()
    try:
        response = respond.begin(
            work, door, submission_key=submission_key(), language=language_of(None)
        ).response
    except Refused:
        return jsonify({"saved": False})
    published = queries.published(work.session, response.version_id)
    walk = walk_of(published, response, response.submission_key)
    index = page_index(published)
    answers, _asked = filled(walk, response.answers, index)
    respond.save(work, response, answers)
    scene = walk.scene(answers)
    page = published.definition.pages[index]
    return jsonify(
        {
            "saved": not response.is_finished,
            "address": address_of(door, response, page=index),
            "draft": url_for(".draft", token=token_of(door, response)),
            "shown": [question.name for question in page.questions if scene.is_shown(question)],
        }
    )


def _opened(door: Door) -> Callable[[Work], None]:
    """Counts that a link was opened; the work it gets knows no workspace yet."""

    def note(work: Work) -> None:
        work.enter(door.survey.workspace_id)
        if door.link is not None:
            links.note_opened(work, door.link.id)

    return note


def _onward(door: Door, response: Answered, published: Published, walk: Walk, step: Step, index: int) -> Any:
    work = writing()
    if step.page is not None:
        respond.save(work, response, step.answers, page=max(response.page, step.page))
        return to(door, response, page=step.page, more=1 if step.is_revealing else None)
    respond.save(work, response, step.answers, page=index)
    judged = respond.finish(work, response, published)
    if judged.problems:
        return to(door, response, page=walk.faulty(response.answers, judged.problems), check=1)
    return to(door, response)


def submission_key() -> str:
    """Made by the page that was shown; a caller without one gets a response of its own."""
    key = request.form.get("__submission", "")[: respond.LONGEST_KEY]
    return key if key.isalnum() and key.isascii() else new_id().hex


def page_index(published: Published) -> int:
    index = request.form.get("__page", type=int, default=0)
    return min(max(index, 0), max(0, len(published.definition.pages) - 1))


def filled(walk: Walk, answers: dict[str, Any], index: int) -> tuple[dict[str, Any], frozenset[str]]:
    """The answers with what this page sent, and which of its questions were there to be answered."""
    page = walk.definition.pages[index]
    there = set(request.form.getlist("__on"))
    scene = walk.scene(answers)
    asked = [
        each for each in page.questions if each.is_asked and each.name in there and scene.is_enabled(each)
    ]
    values = values_from(form_for(scene, asked, request.form), asked)
    return merged(answers, values), frozenset(each.name for each in asked)
