"""The pages that people see: questions, the end, and why there is nothing to answer."""

from typing import Any

from flask import make_response, render_template, request

from betaops.kernel import clock, i18n
from betaops.surveys import queries
from betaops.surveys.cleaning import clean_html, piped
from betaops.surveys.definition import Page
from betaops.surveys.localised import DEFAULT, languages, text
from betaops.surveys.models import Response as Answered
from betaops.surveys.queries.doors import Door
from betaops.surveys.queries.surveys import Published
from betaops.surveys.rendering import view
from betaops.surveys.scene import Scene
from betaops.surveys.visiting import moment
from betaops.surveys.walking import Walk
from betaops.web.application import reading

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
    codes = languages(dict(definition.options))
    return render_template(
        "surveys/answer/page.html",
        door=door,
        survey=door.survey,
        definition=definition,
        view=view(scene, page, sent=sent, problems=problems),
        index=walk.number(page),
        submission_key=submission_key,
        # A page that is shown again with what is wrong was seen when it was shown first.
        seen=(sent.get("__seen") if sent else None) or moment(walk.now),
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
    words = scene.definition.option_text("completedHtml", scene.language)
    endings = scene.definition.options.get("completedHtmlOnCondition")
    for ending in endings if isinstance(endings, list) else ():
        if (
            isinstance(ending, dict)
            and isinstance(ending.get("expression"), str)
            and scene.holds(ending["expression"])
        ):
            words = text(ending.get("html"), scene.language) or words
            break
    return make_response(
        render_template(
            "surveys/answer/end.html",
            door=door,
            survey=door.survey,
            response=response,
            words=clean_html(piped(words, scene)),
            title=text(scene.definition.title, scene.language) or door.survey.name,
            embedded=bool(request.args.get("embed")),
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
