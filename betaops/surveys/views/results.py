"""What was answered: question by question, the words themselves, one response."""

from typing import Any
from uuid import UUID

from babel.numbers import format_decimal
from flask import flash, redirect, request, url_for

from betaops.kernel import i18n
from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import gettext as _
from betaops.surveys import policy, queries, respond, results
from betaops.surveys.definition import Question
from betaops.surveys.kinds import KINDS
from betaops.surveys.models import ResponseState, Survey
from betaops.surveys.views.frame import blueprint, draw, program_of, survey_of
from betaops.web.access import needs
from betaops.web.application import reading, writing

TEXTS_ON_A_CARD = 3
TEXTS_ON_A_PAGE = 50


@blueprint.get("/<id(svy):survey_id>/results", endpoint="results")
@needs(policy.READ)
def overview(slug: str, survey_id: UUID) -> str:
    program = program_of(slug)
    survey = survey_of(program, survey_id)
    is_hidden = _is_hidden(survey)
    with_doubtful = request.args.get("doubtful") != "without"
    cards = [] if is_hidden else _cards(survey, with_doubtful=with_doubtful)
    quotes = {
        card.id: queries.texts(reading(), card.id, limit=TEXTS_ON_A_CARD) for card in cards if card.texts
    }
    return draw(
        "results",
        program,
        survey,
        "results",
        cards=cards,
        quotes=quotes,
        funnel=queries.funnel(reading(), survey.id),
        reach=queries.reach(reading(), survey.id),
        quotas=queries.quotas(reading(), survey.id),
        as_table="table" in request.args,
        is_hidden=is_hidden,
        with_doubtful=with_doubtful,
        doubtful=queries.count_doubtful(reading(), survey.id),
        fixed=_fixed,
    )


@blueprint.get("/<id(svy):survey_id>/results/<uuid:question_id>")
@needs(policy.READ)
def texts(slug: str, survey_id: UUID, question_id: UUID) -> str:
    """Everything that was written to one question, with a search."""
    program = program_of(slug)
    survey = survey_of(program, survey_id)
    card = next((each for each in _cards(survey) if each.id == question_id), None)
    if card is None or _is_hidden(survey):
        raise NotFound
    words = " ".join(request.args.get("q", "").replace("\0", "").split())[:100]
    page = max(0, request.args.get("page", type=int, default=0))
    found = queries.texts(
        reading(), card.id, words=words, limit=TEXTS_ON_A_PAGE + 1, offset=min(page, 1000) * TEXTS_ON_A_PAGE
    )
    return draw(
        "texts",
        program,
        survey,
        "results",
        card=card,
        texts=found[:TEXTS_ON_A_PAGE],
        has_more=len(found) > TEXTS_ON_A_PAGE,
        page=page,
        words=words,
    )


@blueprint.get("/<id(svy):survey_id>/responses")
@needs(policy.READ)
def responses(slug: str, survey_id: UUID) -> str:
    program = program_of(slug)
    survey = survey_of(program, survey_id)
    wanted = request.args.get("state", "")
    state = next((each for each in ResponseState if each == wanted), None)
    care = request.args.get("care", "")
    page = queries.responses(
        reading(),
        survey.id,
        state=state,
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
    )


@blueprint.get("/<id(svy):survey_id>/responses/<id(rsp):response_id>")
@needs(policy.READ)
def response(slug: str, survey_id: UUID, response_id: UUID) -> str:
    program = program_of(slug)
    survey = survey_of(program, survey_id)
    found = queries.response(reading(), response_id)
    if found.survey_id != survey.id or _is_hidden(survey):
        raise NotFound
    definition = queries.published(reading(), found.version_id).definition
    shown = [(question.label(), _words(question, found.answers)) for question in definition.asked]
    return draw("response", program, survey, "results", response=found, answers=shown)


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


def _fixed(value: float) -> str:
    """With one digit behind the point, also where that is a nought: 4.0 beside 4.3."""
    return format_decimal(value, format="#,##0.0", locale=i18n.locale())


def _cards(survey: Survey, *, with_doubtful: bool = True) -> list[results.Card]:
    """Every question that any version asked: those of the live one first, in its order."""
    if survey.live_number is None:
        return []
    session = reading()
    tallies = results.grouped(queries.tallies(session, survey.id, with_doubtful=with_doubtful))
    people = queries.people_per_question(session, survey.id, with_doubtful=with_doubtful)
    known = [
        results.Known(
            row.id,
            question,
            people.get(row.id, 0),
            row.last_number != survey.live_number,
            tallies.get(row.id, []),
        )
        for row in queries.survey_questions(session, survey.id)
        if (question := _as_last_asked(survey, row.name, row.last_number)) is not None
    ]
    return results.cards(known)


def _as_last_asked(survey: Survey, name: str, number: int) -> Question | None:
    version = queries.version(reading(), survey.id, number)
    return queries.published(reading(), version.id).definition.by_name.get(name)


def _words(question: Question, answers: dict[str, Any]) -> str:
    value, comment = answers.get(question.key), answers.get(question.comment_key)
    words = "" if value is None else KINDS[question.kind].words(question, value, "default")
    return f"{words} ({comment})" if comment else words
