"""The draft as testers would see it. Nothing is kept: the page carries the answers from step to step."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson
from flask import render_template, request, url_for

from betaops.kernel import clock
from betaops.surveys import languages, policy, queries
from betaops.surveys.cleaning import clean_html
from betaops.surveys.engine import endings, timing
from betaops.surveys.engine.arms import in_arm
from betaops.surveys.engine.judging import judge_all
from betaops.surveys.engine.walking import Step, Walk
from betaops.surveys.localised import DEFAULT, text
from betaops.surveys.looks import origins
from betaops.surveys.models import Survey
from betaops.surveys.reading import read
from betaops.surveys.rendering import sent_values, view
from betaops.surveys.uploads import item
from betaops.surveys.views.frame import blueprint, draw, program_of, survey_of
from betaops.web.access import needs
from betaops.web.application import reading
from betaops.web.headers import widen

LARGEST_CARRIED = 500_000
#: Before the name of a file that a preview was shown.
PRETENDED = "preview:"


@blueprint.get("/<id(svy):survey_id>/screens")
@needs(policy.READ)
def screens(slug: str, survey_id: UUID) -> str:
    """The preview as it stands on a phone and on a desk; follows the builder in another tab."""
    program = program_of(slug)
    return draw("screens", program, survey_of(program, survey_id), "")


@blueprint.get("/<id(svy):survey_id>/preview")
@needs(policy.READ)
def preview(slug: str, survey_id: UUID) -> str:
    survey = survey_of(program_of(slug), survey_id)
    walk = _walk(survey)
    return _page(survey, walk, Step(walk.begun(), 0))


@blueprint.post("/<id(svy):survey_id>/preview")
@needs(policy.READ)
def preview_page(slug: str, survey_id: UUID) -> Any:
    survey = survey_of(program_of(slug), survey_id)
    walk = replace(_walk(survey), files=frozenset(_contents([_carried(), *_pretended().values()])))
    pages = walk.definition.pages
    if not pages:
        return _page(survey, walk, Step({}, 0))
    index = min(max(request.form.get("__page", type=int, default=0), 0), len(pages) - 1)
    there = set(request.form.getlist("__on"))
    answers = _carried()
    scene = walk.scene(answers)
    asked = [each for each in pages[index].questions if each.is_asked and each.name in there]
    answers = walk.answered(answers, sent_values(scene, asked, request.form, _pretended()))
    changed = walk.arranged(answers, request.form.get("__action", ""))
    if changed is not None:
        return _page(survey, walk, Step(changed, index))
    if request.form.get("__action") == "back":
        return _page(survey, walk, walk.back(answers, index))
    step = walk.forward(answers, index, {each.name for each in asked})
    page = _page(survey, walk, step, sent=request.form if step.problems else None)
    return page, 422 if step.problems else 200


def _walk(survey: Survey) -> Walk:
    language = request.values.get("__lang") or request.args.get("lang") or DEFAULT
    arm = _arm(queries.arm_names(reading(), survey.id))
    return Walk(in_arm(read(survey.draft), arm), clock.now(), language[:20], "preview")


def _arm(names: list[str]) -> str:
    """The one that is asked for, else the first; empty where the survey has none."""
    wanted = request.values.get("__arm")
    return wanted if wanted in names else next(iter(names), "")


def _pretended() -> dict[str, list[Any]]:
    """Files that were chosen: their names alone, since nothing is kept."""
    return {
        name: [
            item(file.filename or "", file.mimetype, f"{PRETENDED}{file.filename}")
            for file in request.files.getlist(name)
            if file.filename
        ]
        for name in request.files
    }


def _contents(value: Any) -> Iterator[str]:
    """Addresses of the files that this preview has pretended to keep."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        if isinstance(each, str) and each.startswith(PRETENDED):
            yield each
        yield from _contents(each)


def _carried() -> dict[str, Any]:
    """What earlier pages of this preview held; a page that was tampered with begins anew."""
    source = request.form.get("__carried", "")[:LARGEST_CARRIED]
    try:
        found = orjson.loads(source)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _page(survey: Survey, walk: Walk, step: Step, *, sent: Any = None) -> str:
    widen("frame-ancestors", "'self'")
    title = text(walk.definition.title, walk.language) or survey.name
    action = url_for(".preview", slug=survey.program.slug, survey_id=survey.id)
    values: dict[str, Any] = {
        "preview": True, "title": title, "action": action, "embedded": False, "origins": "", "state": "",
        "text_direction": languages.direction,
        "arms": queries.arm_names(reading(), survey.id), "arm": walk.definition.arm,
        "written": languages.written(walk.definition, walk.language),
    }  # fmt: skip
    if found := origins(walk.definition):
        widen("img-src", " ".join(("'self'", "data:", "blob:", *found)))
    scene, page = walk.page(step.answers, step.page or 0)
    if step.page is None or page is None:
        judged = judge_all(
            walk.definition, step.answers, now=walk.now, language=walk.language, seed=walk.seed
        )
        scene = walk.scene(judged.values)
        onward = endings.address(scene, survey.origins)
        words = clean_html(endings.words(scene))
        return render_template("surveys/answer/end.html", words=words, onward=onward, **values)
    codes = walk.definition.languages
    return render_template(
        "surveys/answer/page.html",
        definition=walk.definition,
        view=view(scene, page, sent=sent, problems=step.problems),
        index=walk.number(page),
        submission_key="preview",
        carried=orjson.dumps(step.answers).decode(),
        language=walk.language,
        languages=["", *codes] if codes else [],
        language_name=languages.name,
        description=clean_html(text(walk.definition.description, walk.language)),
        seconds_left=timing.limit(walk.definition),
        page_seconds_left=timing.page_limit(walk.definition, page),
        is_revealing=step.is_revealing,
        is_kept=False,
        default=DEFAULT,
        **values,
    )
