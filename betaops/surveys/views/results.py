"""What was answered: question by question, the responses behind a number, one response."""

from dataclasses import replace
from typing import Any
from urllib.parse import quote
from uuid import UUID

from babel.numbers import format_decimal
from flask import Response, current_app, flash, redirect, request, url_for

from betaops.kernel import i18n
from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import gettext as _
from betaops.surveys import policy, queries, respond
from betaops.surveys.analysis.narrowing import Narrowing
from betaops.surveys.analysis.results import by_question
from betaops.surveys.engine import timing
from betaops.surveys.kinds import answer_words
from betaops.surveys.localised import text
from betaops.surveys.models import ResponseState, Survey
from betaops.surveys.views import counted
from betaops.surveys.views.frame import blueprint, draw, program_of, survey_of
from betaops.surveys.views.narrowed import Links, filters_of, narrowing
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.headers import sandbox

TEXTS_ON_A_CARD = 3


@blueprint.get("/<id(svy):survey_id>/results", endpoint="results")
@needs(policy.READ)
def overview(slug: str, survey_id: UUID) -> str:
    program = program_of(slug)
    survey = survey_of(program, survey_id)
    filters = filters_of(program, survey)
    is_hidden = _is_hidden(survey)
    cards = [] if is_hidden else counted.cards(survey, filters.narrowing)
    quotes = {
        card.id: queries.texts(reading(), survey.id, card.id, filters.narrowing, limit=TEXTS_ON_A_CARD)
        for card in cards
        if card.texts
    }
    return draw(
        "results",
        program,
        survey,
        "results",
        cards=by_question(cards),
        measures=[] if is_hidden else counted.measures(survey, filters.narrowing),
        quotes=quotes,
        filters=filters,
        links=Links(program, survey, filters.narrowing),
        waves=queries.waves(reading(), survey.id),
        arms=queries.shows_arms(reading(), survey),
        funnel=queries.funnel(reading(), survey.id),
        reach=queries.reach(reading(), survey.id),
        quotas=queries.quotas(reading(), survey.id),
        held=queries.count_held(reading(), survey),
        as_table="table" in request.args,
        fixed=fixed,
        is_hidden=is_hidden,
        doubtful=queries.count_doubtful(reading(), survey.id),
    )


@blueprint.get("/<id(svy):survey_id>/responses")
@needs(policy.READ)
def responses(slug: str, survey_id: UUID) -> str:
    """All of them, or those behind a number (`counted`, with the filters that it was made with)."""
    program = program_of(slug)
    survey = survey_of(program, survey_id)
    wanted = request.args.get("state", "")
    state = next((each for each in ResponseState if each == wanted), None)
    is_counted = "counted" in request.args
    narrow = narrowing(survey) if is_counted else None
    care = request.args.get("care", "")
    page = queries.responses(
        reading(),
        survey.id,
        state=ResponseState.COMPLETE if is_counted else state,
        narrowing=narrow,
        is_doubtful={"doubtful": True, "plain": False}.get(care),
        cursor=request.args.get("cursor"),
    )
    return draw(
        "responses",
        program,
        survey,
        "results",
        page=page,
        wanted=state,
        care=care if care in ("doubtful", "plain") else None,
        states=list(ResponseState),
        behind=_behind(survey, narrow) if narrow is not None else None,
        narrowing=filters_of(program, survey) if is_counted else None,
        kept=[("answer", each.written()) for each in narrow.answers] if narrow else [],
        back=Links(program, survey, Narrowing() if narrow is None else replace(narrow, answers=())).to(
            "results"
        ),
    )


def _behind(survey: Survey, narrow: Narrowing) -> list[str]:
    """What the responses have in common, a line for each answer."""
    known = {question_id: question for question_id, question, _number in counted.questions(survey)}
    lines = []
    for given in narrow.answers:
        question = known.get(given.question_id)
        if question is None:
            raise NotFound
        parts = [question.label()]
        if given.row:
            parts.append(counted.row_words(question, given.row))
        if given.codes:
            parts.append(", ".join(counted.code_words(question, code) for code in given.codes))
        lines.append(": ".join(parts))
    return lines


@blueprint.get("/<id(svy):survey_id>/responses/<id(rsp):response_id>")
@needs(policy.READ)
def response(slug: str, survey_id: UUID, response_id: UUID) -> str:
    program = program_of(slug)
    survey = survey_of(program, survey_id)
    found = queries.response(reading(), response_id)
    if found.survey_id != survey.id or _is_hidden(survey):
        raise NotFound
    definition = queries.published(reading(), found.version_id).definition
    shown = [
        (question.label(), answer_words(question, found.answers)) for question in definition.worded.asked
    ]
    files = queries.uploads(reading(), found.id)
    late = timing.over(definition, found.started_at, found.finished_at)
    spent = queries.page_times(reading(), found.id)
    late_pages = [(text(page.title) or page.name, by) for page, by in timing.pages_over(definition, spent)]
    arm = found.arm if queries.shows_arms(reading(), survey) else ""
    return draw(
        "response", program, survey, "results",
        response=found, answers=shown, files=files, late_seconds=late, late_pages=late_pages, arm=arm,
    )  # fmt: skip


@blueprint.get("/<id(svy):survey_id>/files/<id(upl):upload_id>")
@needs(policy.READ)
def download(slug: str, survey_id: UUID, upload_id: UUID) -> Response:
    """A file that came with an answer: handed over, never opened by a browser here."""
    found = queries.upload_in(reading(), survey_of(program_of(slug), survey_id).id, upload_id)
    sandbox()
    response = Response(
        current_app.platform.files.get(found.file),  # type: ignore[attr-defined]  # our Application
        content_type="application/octet-stream",
    )
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name, safe='')}"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.post("/<id(svy):survey_id>/responses/<id(rsp):response_id>/withdrawal")
@needs(policy.ANSWER)
def withdraw_response(slug: str, survey_id: UUID, response_id: UUID) -> Any:
    survey = survey_of(program_of(slug), survey_id)
    if queries.response(reading(), response_id).survey_id != survey.id:
        raise NotFound
    respond.withdraw(writing(), response_id)
    flash(_("The response is taken out. Its answers are gone."))
    return redirect(url_for(".responses", slug=slug, survey_id=survey.id), 303)


def _is_hidden(survey: Survey) -> bool:
    """An anonymous survey of which too few are complete."""
    return survey.is_anonymous and not queries.count_shown(reading(), survey)


def fixed(value: float, digits: int = 1) -> str:
    """With its digits behind the point, also where they are noughts: 4.0 beside 4.3."""
    return format_decimal(value, format="#,##0." + "0" * digits, locale=i18n.locale())
