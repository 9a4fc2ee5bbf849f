"""Quotes of a program: which were picked for which need, whose consent stands, and picking one."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for

from betaops.enrollment.wording import QUOTED_AS
from betaops.feedback import policy as feedback_policy
from betaops.kernel import ids
from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import gettext as _
from betaops.programs import queries as program_queries
from betaops.readiness import policy, queries, service
from betaops.readiness.board import need_key
from betaops.readiness.forms import quote_form
from betaops.readiness.models import LONGEST_QUOTE
from betaops.readiness.views import blueprint
from betaops.surveys import policy as survey_policy
from betaops.surveys.queries import AnswerKey, TextKey
from betaops.web.access import needs
from betaops.web.application import reading, viewer, writing
from betaops.web.forms import EmptyForm, refusals


@blueprint.get("/quotes")
@needs(policy.SEE)
def quotes(slug: str) -> str:
    """What was picked, by need. Words whose consent does not stand are not shown here either."""
    program = program_queries.program_by_slug(reading(), slug)
    picked = queries.picked(reading(), program.id)
    by_need: dict[str, list[queries.Picked]] = {}
    for each in picked:
        by_need.setdefault(need_key(each.expectation.need), []).append(each)
    return render_template(
        "readiness/quotes.html",
        program=program,
        picked=picked,
        by_need=list(by_need.values()),
        quoted_as=QUOTED_AS,
    )


@blueprint.route("/quotes/new", methods=["GET", "POST"])
@needs(policy.CHANGE)
def new_quote(slug: str) -> Any:
    """From a report (`report`) or a written answer (`question` and `answer`), as the address says."""
    program = program_queries.program_by_slug(reading(), slug)
    report_id, answer = _report(), _answer()
    if not viewer().can(feedback_policy.SEE if report_id is not None else survey_policy.READ):
        raise NotFound
    source = queries.text_of(reading(), program.id, report_id=report_id, answer=answer)
    needs_known = queries.expectations(reading(), program.id)
    begun = source.report.body if source.report is not None and source.report.body else source.said.text
    form = quote_form(needs_known, passage=begun if len(begun) <= LONGEST_QUOTE else "")
    if needs_known and form.validate_on_submit():
        with refusals(form):
            service.pick(
                writing(),
                program,
                ids.decode("exp", form.expectation.data),
                form.passage.data or "",
                report_id=report_id,
                answer=answer,
            )
            flash(_("It is quoted in the market needs from now on, as long as its author allows it."))
            return redirect(url_for(".quotes", slug=slug), 303)
    page = render_template(
        "readiness/new_quote.html",
        program=program,
        source=source,
        form=form,
        has_needs=bool(needs_known),
        quoted_as=QUOTED_AS,
    )
    return page, 422 if form.errors else 200


@blueprint.post("/quotes/<id(quo):quote_id>/removal")
@needs(policy.CHANGE)
def remove_quote(slug: str, quote_id: UUID) -> Any:
    program = program_queries.program_by_slug(reading(), slug)
    if EmptyForm().validate_on_submit():
        service.let_go(writing(), program, quote_id)
        flash(_("It is quoted no more."))
    return redirect(url_for(".quotes", slug=slug), 303)


def _report() -> UUID | None:
    text = request.args.get("report")
    return ids.decode("rpt", text) if text else None


def _answer() -> AnswerKey | None:
    text = request.args.get("answer")
    if not text:
        return None
    question_id = request.args.get("question", type=UUID)
    if question_id is None:
        raise NotFound
    return AnswerKey(question_id, TextKey.read(text))
