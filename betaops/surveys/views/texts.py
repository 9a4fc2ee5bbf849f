"""What people wrote to one question: search, tags."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import flash, redirect, request

from betaops.kernel.errors import Forbidden, Invalid, NotFound
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import ngettext
from betaops.kernel.jobs import Job, JobState
from betaops.surveys import policy, queries, service
from betaops.surveys.analysis import results
from betaops.surveys.analysis.themes import Theme, themes
from betaops.surveys.models import Survey
from betaops.surveys.views import counted
from betaops.surveys.views.frame import blueprint, draw, program_of, survey_of
from betaops.surveys.views.narrowed import Links, filters_of, narrowing
from betaops.web.access import needs
from betaops.web.application import reading, viewer, writing
from betaops.web.here import local

TEXTS_ON_A_PAGE = 50
#: Of so many texts themes are found while somebody waits (about 50 ms); of more by a job.
AT_ONCE = 60


@blueprint.get("/<id(svy):survey_id>/results/<uuid:question_id>")
@needs(policy.READ)
def texts(slug: str, survey_id: UUID, question_id: UUID) -> str:
    """Everything that was written to one question, with a search and tags."""
    program = program_of(slug)
    survey = survey_of(program, survey_id)
    filters = filters_of(program, survey)
    card = card_of(survey, question_id)
    words, tag = _words("q"), _words("tag").lower()
    page = min(max(0, request.args.get("page", type=int, default=0)), 1000)
    is_kept_back = card.is_kept_back or filters.matching < policy.smallest_group(survey)
    found = [] if is_kept_back else queries.texts(
        reading(), survey.id, card.id, filters.narrowing, words=words, tag=tag,
        limit=TEXTS_ON_A_PAGE + 1, offset=page * TEXTS_ON_A_PAGE,
    )  # fmt: skip
    shown = found[:TEXTS_ON_A_PAGE]
    return draw(
        "texts",
        program,
        survey,
        "results",
        card=card,
        texts=shown,
        tags=queries.tags_of(reading(), card.id, shown),
        counted_tags=[]
        if is_kept_back
        else queries.tags_counted(reading(), survey.id, card.id, filters.narrowing),
        tag=tag,
        names=queries.tag_names(reading(), survey.id),
        quotable=queries.allowed_answers(reading(), card.id, [text.key for text in shown]),
        has_more=len(found) > TEXTS_ON_A_PAGE,
        page=page,
        words=words,
        filters=filters,
        links=Links(program, survey, filters.narrowing),
    )


@blueprint.post("/<id(svy):survey_id>/results/<uuid:question_id>/tags")
@needs(policy.ANSWER)
def tag_text(slug: str, survey_id: UUID, question_id: UUID) -> Any:
    """Put a tag on one written answer, or take one off (`untag`)."""
    program = program_of(slug)
    survey = survey_of(program, survey_id)
    card_of(survey, question_id)
    answer = queries.TextKey.read(request.form.get("answer", ""))
    untagged = request.form.get("untag")
    if untagged is not None:
        service.untag_answer(writing(), question_id, answer, untagged[: service.LONGEST_TAG])
        flash(_("The tag is off."))
    else:
        try:
            service.tag_answer(writing(), question_id, answer, request.form.get("tag", ""))
            flash(_("Tagged."))
        except Invalid as refused:
            flash(str(refused), "error")
    back = local(request.form.get("back")) or Links(program, survey, narrowing(survey)).to(
        "texts", question_id=question_id
    )
    return redirect(back, 303)


@blueprint.route("/<id(svy):survey_id>/results/<uuid:question_id>/themes", methods=["GET", "POST"])
@needs(policy.READ)
def suggested_themes(slug: str, survey_id: UUID, question_id: UUID) -> Any:
    """Themes suggested from the newest texts: of few at once, of many by a job. A POST has them looked for, or tags all
    texts of one of them.
    """
    program = program_of(slug)
    survey = survey_of(program, survey_id)
    card = card_of(survey, question_id)
    kept = narrowing(survey)
    written = [] if card.is_kept_back else queries.texts(
        reading(), survey.id, card.id, kept, limit=queries.MOST_TEXTS
    )  # fmt: skip
    seen = queries.seen_of(written)
    found, job = _known_themes(written, seen)
    links = Links(program, survey, kept)
    if request.method == "POST":
        if "theme" in request.form:
            _tag_theme(card.id, found or [], written, seen)
        elif found is None and (job is None or job.state is JobState.DEAD):
            asked = {"survey_id": str(survey.id), "question_id": str(card.id), "narrowed": kept.query()}
            writing().enqueue(queries.THEMES, asked, unique=queries.themes_key(seen))
        return redirect(links.to("suggested_themes", question_id=card.id), 303)
    return draw(
        "themes", program, survey, "results",
        card=card, themes=found, job=job, written=written, seen=seen, links=links,
        filters=filters_of(program, survey), names=queries.tag_names(reading(), survey.id),
    )  # fmt: skip


def _known_themes(written: Sequence[queries.Written], seen: str) -> tuple[list[Theme] | None, Job | None]:
    """Themes of these texts, None where nobody has looked for them yet; and the job that does."""
    if len(written) <= AT_ONCE:
        return themes([each.text for each in written]), None
    job = queries.themes_job(reading(), seen)
    if job is None or not job.result or job.result.get("seen") != seen:
        return None, job if job is not None and job.state is not JobState.DONE else None
    return [
        Theme(tuple(each["words"]), tuple(each["members"]), tuple(each["quotes"]))
        for each in job.result["themes"]
    ], job


def _tag_theme(question_id: UUID, found: list[Theme], written: Sequence[queries.Written], seen: str) -> None:
    """The same texts have the same themes; where texts came in nothing is tagged."""
    if not viewer().can(policy.ANSWER):
        raise Forbidden
    at = request.form.get("theme", type=int, default=-1)
    if request.form.get("seen") != seen or not 0 <= at < len(found):
        flash(_("Answers have come in meanwhile. Look at the themes again, then tag."), "warning")
        return
    members = found[at].members
    try:
        service.tag_answers(
            writing(), question_id, [written[each].key for each in members], request.form.get("tag", "")
        )
    except Invalid as refused:
        flash(str(refused), "error")
        return
    flash(ngettext("%(num)s answer is tagged.", "%(num)s answers are tagged.", len(members)))


def card_of(survey: Survey, question_id: UUID) -> results.Card:
    card = next((each for each in counted.cards(survey, narrowing(survey)) if each.id == question_id), None)
    if card is None:
        raise NotFound
    return card


def _words(name: str) -> str:
    return " ".join(request.args.get(name, "").replace("\0", "").split())[:100]
