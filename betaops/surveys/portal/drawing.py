"""The pages that people see: questions, the end, and why there is nothing to answer."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from flask import current_app, make_response, redirect, render_template, request, url_for
from markupsafe import Markup

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
from betaops.surveys.looks import origins
from betaops.surveys.models import Response as Answered
from betaops.surveys.models import ResponseState
from betaops.surveys.queries.doors import SHOWN, Door
from betaops.surveys.queries.surveys import Published
from betaops.surveys.rendering import View, view
from betaops.web.alike import alike
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
    sent = request.form.get("__lang") if request.method == "POST" else None
    chosen = (sent or request.args.get("lang") or "")[:LONGEST_LANGUAGE]
    return chosen if chosen.replace("-", "").isalnum() else ""


@dataclass(frozen=True)
class Surroundings:
    """What a page of questions is drawn from besides them and their answers: alike for all who come by one way."""

    version_id: UUID
    #: The survey's.
    name: str
    language: str
    #: What the address says: in a frame, and in which language.
    embed: str | None
    lang: str | None
    #: Whose pages may show it.
    origins: str
    is_test: bool
    is_anonymous: bool
    #: It is known who answers.
    is_personal: bool


def surroundings_of(door: Door, version_id: UUID, language: str) -> Surroundings:
    return Surroundings(
        version_id=version_id,
        name=door.survey.name,
        language=language,
        embed=request.args.get("embed"),
        lang=request.args.get("lang"),
        origins=" ".join(framers_of(door)),
        is_test=door.is_test,
        is_anonymous=door.survey.is_anonymous,
        is_personal=door.enrollment is not None,
    )


def draw(door: Door, published: Published, walk: Walk, scene: Scene, page: Page, submission_key: str, *,
         problems: Any = (), sent: Any = None, unsaved: Collection[str] = ()) -> str:  # fmt: skip
    _let_through(door, walk.definition)
    # A page that is shown again with what is wrong was seen when it was shown first.
    shown_at = sent.get("__shown") if sent and sent.get("__shown") else shown_now()
    return _page(
        surroundings_of(door, published.id, walk.language),
        walk,
        view(scene, page, sent=sent, problems=problems, unsaved=unsaved),
        submission_key=submission_key,
        shown_at=shown_at,
        seconds_left=timing.left(
            walk.definition, door.response.started_at if door.response else None, walk.now
        ),
        page_seconds_left=timing.page_left(walk.definition, page, _moment(shown_at), walk.now),
        is_revealing=bool(request.args.get("more")) and sent is None,
        is_kept=door.response is not None or sent is not None,
        onward=_onward(door),
    )


def draw_first(door: Door, published: Published, token: str) -> str:
    """The page for somebody who has not begun, in a survey where all who begin see the same; empty: there is none."""
    _let_through(door, published.definition)
    facts = surroundings_of(door, published.id, language_of(None))
    return alike(_first_page, facts, token, secrets.token_hex(16), shown_now())


def _first_page(facts: Surroundings, _token: str, submission_key: str, shown_at: str) -> str:
    definition = queries.published(reading(), facts.version_id).definition
    walk = Walk(definition, clock.now(), facts.language, submission_key)
    scene, page = walk.page(walk.begun(), 0)
    if page is None:
        return ""
    return _page(
        facts,
        walk,
        view(scene, page),
        submission_key=submission_key,
        shown_at=shown_at,
        seconds_left=timing.limit(definition),
        page_seconds_left=timing.page_limit(definition, page),
    )


def _page(facts: Surroundings, walk: Walk, drawn: View, *, submission_key: str, shown_at: str,
          seconds_left: int | None, page_seconds_left: int | None, is_revealing: bool = False,
          is_kept: bool = False, onward: str | None = None) -> str:  # fmt: skip
    definition, language = walk.definition, facts.language
    return render_template(
        "surveys/answer/page.html",
        facts=facts,
        definition=definition,
        view=drawn,
        index=walk.number(drawn.page),
        submission_key=submission_key,
        language=language,
        languages=["", *definition.languages] if definition.languages else [],
        written=languages.written(definition, language),
        language_name=languages.name,
        text_direction=languages.direction,
        title=text(definition.title, language) or facts.name,
        description=clean_html(text(definition.description, language)),
        seconds_left=seconds_left,
        page_seconds_left=page_seconds_left,
        moves_on=timing.moves_on(definition),
        is_revealing=is_revealing,
        embedded=bool(facts.embed),
        origins=facts.origins,
        is_kept=is_kept,
        onward=onward,
        shown_at=shown_at,
        default=DEFAULT,
    )


def _let_through(door: Door, definition: Definition) -> None:
    """What its policy allows the page besides what it allows every page."""
    let_pictures_in(definition)
    _let_out(door, definition)


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


def shown_now() -> str:
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


@dataclass(frozen=True)
class Ended:
    """What the last page is drawn from: alike for all to whom it says the same."""

    #: The state of the response.
    state: str
    #: The author's words, cleaned, and the language in which they are; none: ours.
    words: Markup
    written: str
    #: The address that leads on.
    onward: str
    title: str
    sent_on: date | None
    embedded: bool
    origins: str
    is_anonymous: bool
    is_personal: bool
    #: The program's, in addresses.
    program: str


def end(door: Door, response: Answered) -> Any:
    """Thanks, in the author's words or ours; the first that fits of those with a condition."""
    published = queries.published(reading(), response.version_id, response.arm)
    scene = walk_of(published, response, response.submission_key).scene(response.answers)
    onward, is_embedded = _way_on(door, scene, response), bool(request.args.get("embed"))
    if onward and request.args.get("sent") and not is_embedded:
        return redirect(onward, 303)
    ended = Ended(
        state=response.state.value,
        words=clean_html(_last_words(scene, response)),
        written=languages.written(scene.definition, scene.language),
        onward=onward,
        title=text(scene.definition.title, scene.language) or door.survey.name,
        sent_on=response.finished_at.astimezone(UTC).date() if response.finished_at else None,
        embedded=is_embedded,
        origins=" ".join(framers_of(door)),
        is_anonymous=door.survey.is_anonymous,
        is_personal=door.enrollment is not None,
        program=door.survey.program.slug,
    )
    return make_response(alike(_end, ended))


def _end(ended: Ended) -> str:
    return render_template("surveys/answer/end.html", text_direction=languages.direction, **vars(ended))


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
