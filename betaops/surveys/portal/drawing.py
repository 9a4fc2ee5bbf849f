"""The pages that people see: questions, the end, and why there is nothing to answer."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from flask import current_app, make_response, redirect, render_template, request, url_for

from betaops.kernel import clock, i18n, tokens
from betaops.surveys import languages, queries
from betaops.surveys.cleaning import clean_html, clean_title
from betaops.surveys.definition import Definition, Page
from betaops.surveys.engine import endings, timing
from betaops.surveys.engine.judging import gone_through
from betaops.surveys.engine.piping import marked
from betaops.surveys.engine.quotas import words_of
from betaops.surveys.engine.scene import Scene
from betaops.surveys.engine.walking import Walk
from betaops.surveys.forms.doors import PinForm
from betaops.surveys.kinds import answer_words
from betaops.surveys.localised import DEFAULT, text
from betaops.surveys.localised import languages as languages_of
from betaops.surveys.looks import origins
from betaops.surveys.models import Response as Answered
from betaops.surveys.models import ResponseState
from betaops.surveys.queries.doors import SHOWN, Door
from betaops.surveys.queries.surveys import Published
from betaops.surveys.rendering import view
from betaops.web.application import reading
from betaops.web.headers import widen

LONGEST_LANGUAGE = 20


def framers_of(door: Door) -> list[str]:
    """Whose pages may show it: the survey's origins, and the console's own, where a trial is looked at."""
    return [*door.survey.origins, *(["'self'"] if door.is_test else [])]


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
          problems: Any = (), sent: Any = None, unsaved: Collection[str] = ()) -> str:  # fmt: skip
    definition = walk.definition
    let_pictures_in(definition)
    _let_out(door, definition)
    codes = languages_of(dict(definition.options))
    # A page that is shown again with what is wrong was seen when it was shown first.
    shown_at = sent.get("__shown") if sent and sent.get("__shown") else _shown_now()
    return render_template(
        "surveys/answer/page.html",
        door=door,
        survey=door.survey,
        definition=definition,
        view=view(scene, page, sent=sent, problems=problems, unsaved=unsaved),
        index=walk.number(page),
        submission_key=submission_key,
        language=walk.language,
        languages=["", *sorted(codes)] if codes else [],
        written=languages.written(walk.definition, walk.language),
        language_name=languages.name,
        text_direction=languages.direction,
        title=text(definition.title, walk.language) or door.survey.name,
        description=clean_html(text(definition.description, walk.language)),
        seconds_left=timing.left(definition, door.response.started_at if door.response else None, walk.now),
        is_revealing=bool(request.args.get("more")) and sent is None,
        embedded=bool(request.args.get("embed")),
        origins=" ".join(framers_of(door)),
        is_kept=door.response is not None or sent is not None,
        onward=_onward(door),
        shown_at=shown_at,
        page_seconds_left=timing.page_left(definition, page, _moment(shown_at), walk.now),
        default=DEFAULT,
    )


def let_pictures_in(definition: Definition) -> None:
    """The page may load pictures from where its survey's stand, and from nowhere else."""
    if found := origins(definition):
        widen("img-src", " ".join(("'self'", "data:", "blob:", *found)))


def _let_out(door: Door, definition: Definition) -> None:
    """Browsers hold a form's whole way to its directive, the way on after the last page included."""
    if door.survey.origins and endings.addresses(definition.options):
        widen("form-action", " ".join(["'self'", *door.survey.origins]))


def review(door: Door, response: Answered, walk: Walk) -> str:
    """All answers once more, each with the way back to its page."""
    scene = walk.scene(response.answers)
    asked, worded = gone_through(scene), walk.definition.worded.by_name
    _let_out(door, walk.definition)
    only_answered = walk.definition.options.get("showPreviewBeforeComplete") == "showAnsweredQuestions"
    items = [
        (
            marked(question.label(walk.language), scene, clean_title),
            answer_words(worded.get(question.name, question), scene.values, scene.language),
            walk.number(page),
        )
        for page in scene.pages
        for question in scene.questions(page)
        if question in asked
    ]
    return render_template(
        "surveys/answer/review.html",
        door=door,
        survey=door.survey,
        definition=walk.definition,
        language=walk.language,
        written=languages.written(walk.definition, walk.language),
        text_direction=languages.direction,
        items=[item for item in items if item[1] or not only_answered],
        last=len(walk.definition.pages) - 1,
        submission_key=response.submission_key,
        title=text(walk.definition.title, walk.language) or door.survey.name,
        embedded=bool(request.args.get("embed")),
        origins=" ".join(framers_of(door)),
        default=DEFAULT,
    )


def _shown_now() -> str:
    """The moment, signed, for a page to carry."""
    return tokens.sign(current_app.config["SECRET_KEY"], SHOWN, int(clock.now().timestamp() * 1000))


def _moment(shown_at: str) -> float | None:
    """Seconds since 1970 in what a page carries; None where it is not ours."""
    found = tokens.read(current_app.config["SECRET_KEY"], SHOWN, shown_at)
    return found / 1000 if isinstance(found, int) else None


def _onward(door: Door) -> str | None:
    """The page from which one goes on elsewhere, once there is something to go on with."""
    token = (request.view_args or {}).get("token")
    if door.response is None or token is None:
        return None
    return url_for(
        "surveys_portal.elsewhere",
        token=token,
        embed=request.args.get("embed"),
        lang=request.args.get("lang"),
    )


def end(door: Door, response: Answered) -> Any:
    """Thanks, in the author's words or ours; the first that fits of those with a condition."""
    published = queries.published(reading(), response.version_id, response.arm)
    scene = walk_of(published, response, response.submission_key).scene(response.answers)
    words, onward = _last_words(scene, response), _way_on(door, scene, response)
    is_embedded = bool(request.args.get("embed"))
    if onward and request.args.get("sent") and not is_embedded:
        return redirect(onward, 303)
    return make_response(
        render_template(
            "surveys/answer/end.html",
            door=door,
            survey=door.survey,
            response=response,
            words=clean_html(words),
            written=languages.written(scene.definition, scene.language),
            text_direction=languages.direction,
            onward=onward,
            title=text(scene.definition.title, scene.language) or door.survey.name,
            embedded=is_embedded,
            origins=" ".join(framers_of(door)),
        )
    )


def _last_words(scene: Scene, response: Answered) -> str:
    if response.state is ResponseState.SCREENED_OUT:
        return words_of(scene.definition, scene.language)
    if response.state is ResponseState.OVER_QUOTA:
        return queries.quota_words(reading(), response.turned_away_by) if response.turned_away_by else ""
    return endings.words(scene)


def _way_on(door: Door, scene: Scene, response: Answered) -> str:
    """Where the survey leads when all of it was answered: those who were turned away stay here."""
    if response.state in (ResponseState.SCREENED_OUT, ResponseState.OVER_QUOTA):
        return ""
    return endings.address(scene, door.survey.origins)


def pin(door: Door, *, form: PinForm | None = None) -> str:
    """What a link asks for before it shows its survey."""
    return render_template(
        "surveys/answer/pin.html",
        form=form or PinForm(formdata=None),
        survey=door.survey,
        embedded=bool(request.args.get("embed")),
        origins=" ".join(framers_of(door)),
    )


def stop(why: str, door: Door | None, *, opens_at: datetime | None = None) -> str:
    return render_template(
        "surveys/answer/stop.html",
        why=why,
        door=door,
        opens_at=opens_at,
        survey=door.survey if door else None,
        embedded=bool(request.args.get("embed")),
        origins=" ".join(framers_of(door)) if door else "",
    )
