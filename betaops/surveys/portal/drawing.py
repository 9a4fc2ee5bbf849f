"""The pages that people see: questions, the end, and why there is nothing to answer."""

from typing import Any

from flask import make_response, redirect, render_template, request

from betaops.kernel import clock, i18n
from betaops.surveys import endings, queries
from betaops.surveys.cleaning import clean_html
from betaops.surveys.definition import Page
from betaops.surveys.localised import DEFAULT, languages, text
from betaops.surveys.models import Response as Answered
from betaops.surveys.queries.doors import Door
from betaops.surveys.queries.surveys import Published
from betaops.surveys.rendering import view
from betaops.surveys.scene import Scene
from betaops.surveys.walking import Walk
from betaops.web.application import reading
from betaops.web.headers import widen

LONGEST_LANGUAGE = 20


def walk_of(published: Published, response: Answered | None, seed: str) -> Walk:
    return Walk(published.definition, clock.now(), language_of(response), seed)


def language_of(response: Answered | None) -> str:
    """Chosen in the address or the form, kept with the response, else the reader's own."""
    return chosen_language() or (response.language if response else "") or i18n.language()


def chosen_language() -> str:
    """What the address or the form names; empty where they name none."""
    chosen = (request.form.get("__lang") or request.args.get("lang") or "")[:LONGEST_LANGUAGE]
    return chosen if chosen.replace("-", "").isalnum() else ""


def draw(door: Door, walk: Walk, scene: Scene, page: Page, submission_key: str, *,
          problems: Any = (), sent: Any = None) -> str:  # fmt: skip
    definition = walk.definition
    if door.survey.origins and endings.addresses(definition.options):
        # Browsers hold a form's whole way to its directive, the way on after the last page included.
        widen("form-action", " ".join(["'self'", *door.survey.origins]))
    codes = languages(dict(definition.options))
    return render_template(
        "surveys/answer/page.html",
        door=door,
        survey=door.survey,
        definition=definition,
        view=view(scene, page, sent=sent, problems=problems),
        index=walk.number(page),
        submission_key=submission_key,
        language=walk.language,
        languages=["", *sorted(codes)] if codes else [],
        title=text(definition.title, walk.language) or door.survey.name,
        description=clean_html(text(definition.description, walk.language)),
        is_revealing=bool(request.args.get("more")) and sent is None,
        embedded=bool(request.args.get("embed")),
        origins=" ".join(door.survey.origins),
        is_kept=door.response is not None or sent is not None,
        default=DEFAULT,
    )


def end(door: Door, response: Answered) -> Any:
    """Thanks, in the author's words or ours; the first that fits of those with a condition."""
    published = queries.published(reading(), response.version_id)
    scene = walk_of(published, response, response.submission_key).scene(response.answers)
    onward = endings.address(scene, door.survey.origins)
    is_embedded = bool(request.args.get("embed"))
    if onward and request.args.get("sent") and not is_embedded:
        return redirect(onward, 303)
    return make_response(
        render_template(
            "surveys/answer/end.html",
            door=door,
            survey=door.survey,
            response=response,
            words=clean_html(endings.words(scene)),
            onward=onward,
            title=text(scene.definition.title, scene.language) or door.survey.name,
            embedded=is_embedded,
            origins=" ".join(door.survey.origins),
        )
    )


def stop(why: str, door: Door | None) -> str:
    return render_template(
        "surveys/answer/stop.html",
        why=why,
        door=door,
        survey=door.survey if door else None,
        embedded=bool(request.args.get("embed")),
        origins=" ".join(door.survey.origins) if door else "",
    )
