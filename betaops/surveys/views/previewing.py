"""The draft as testers would see it. Nothing is kept: the page carries the answers from step to step."""

from typing import Any
from uuid import UUID

import orjson
from flask import render_template, request, url_for

from betaops.kernel import clock
from betaops.surveys import endings, policy
from betaops.surveys.cleaning import clean_html
from betaops.surveys.judging import judge_all
from betaops.surveys.localised import DEFAULT, languages, text
from betaops.surveys.models import Survey
from betaops.surveys.reading import read
from betaops.surveys.rendering import sent_values, view
from betaops.surveys.views.frame import blueprint, program_of, survey_of
from betaops.surveys.walking import Step, Walk
from betaops.web.access import needs

LARGEST_CARRIED = 500_000


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
    walk = _walk(survey)
    pages = walk.definition.pages
    if not pages:
        return _page(survey, walk, Step({}, 0))
    index = min(max(request.form.get("__page", type=int, default=0), 0), len(pages) - 1)
    there = set(request.form.getlist("__on"))
    answers = _carried()
    scene = walk.scene(answers)
    asked = [each for each in pages[index].questions if each.is_asked and each.name in there]
    answers = walk.answered(answers, sent_values(scene, asked, request.form))
    if request.form.get("__action") == "back":
        return _page(survey, walk, walk.back(answers, index))
    step = walk.forward(answers, index, {each.name for each in asked})
    page = _page(survey, walk, step, sent=request.form if step.problems else None)
    return page, 422 if step.problems else 200


def _walk(survey: Survey) -> Walk:
    language = request.values.get("__lang") or request.args.get("lang") or DEFAULT
    return Walk(read(survey.draft), clock.now(), language[:20], "preview")


def _carried() -> dict[str, Any]:
    """What earlier pages of this preview held; a page that was tampered with begins anew."""
    source = request.form.get("__carried", "")[:LARGEST_CARRIED]
    try:
        found = orjson.loads(source)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _page(survey: Survey, walk: Walk, step: Step, *, sent: Any = None) -> str:
    title = text(walk.definition.title, walk.language) or survey.name
    action = url_for(".preview", slug=survey.program.slug, survey_id=survey.id)
    values: dict[str, Any] = {
        "preview": True, "door": None, "survey": survey, "title": title, "action": action,
        "embedded": False, "origins": "", "response": None,
    }  # fmt: skip
    scene, page = walk.page(step.answers, step.page or 0)
    if step.page is None or page is None:
        judged = judge_all(
            walk.definition, step.answers, now=walk.now, language=walk.language, seed=walk.seed
        )
        scene = walk.scene(judged.values)
        onward = endings.address(scene, survey.origins)
        words = clean_html(endings.words(scene))
        return render_template("surveys/answer/end.html", words=words, onward=onward, **values)
    codes = languages(dict(walk.definition.options))
    return render_template(
        "surveys/answer/page.html",
        definition=walk.definition,
        view=view(scene, page, sent=sent, problems=step.problems),
        index=walk.number(page),
        submission_key="preview",
        carried=orjson.dumps(step.answers).decode(),
        language=walk.language,
        languages=["", *sorted(codes)] if codes else [],
        description=clean_html(text(walk.definition.description, walk.language)),
        is_revealing=step.is_revealing,
        is_kept=False,
        default=DEFAULT,
        **values,
    )
