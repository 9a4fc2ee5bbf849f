"""The ground rules of a program: how its expectations are judged together, and for which market."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import gettext as _
from betaops.programs import queries as program_queries
from betaops.readiness import policy, queries, service
from betaops.readiness.forms import StrictnessForm, margin_form
from betaops.readiness.judging.market import MOST_MARGINS
from betaops.readiness.models import GroundRules
from betaops.readiness.views import blueprint
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.conflicts import Conflict, conflict_with, number
from betaops.web.forms import EmptyForm, Form, refusals


@blueprint.route("/rules", methods=["GET", "POST"])
@needs(policy.CHANGE)
def rules(slug: str) -> Any:
    program = program_queries.program_by_slug(reading(), slug)
    row = queries.ground_rules(reading(), program.id)
    is_strict = row is not None and row.is_strict
    now = {"way": "strict" if is_strict else "usual", "version": str(_version(row))}
    form = StrictnessForm(data=now)
    if form.validate_on_submit():
        with refusals(form):
            service.judge_strictly(
                writing(),
                program,
                form.way.data == "strict",
                version=number(form.version.data),
                reason=form.reason.data or "",
            )
            flash(_("Saved, and judged anew."))
            return redirect(url_for(".rules", slug=slug), 303)
    conflict = _conflict(form, StrictnessForm(data=now, formdata=None), row)
    found = queries.composition(reading(), program.id)
    declared = {each.margin.fact for each in found}
    page = render_template(
        "readiness/rules.html",
        program=program,
        form=form,
        rules=row,
        conflict_found=conflict,
        is_sealed=queries.seal(reading(), program.id) is not None,
        compositions=found,
        facts=[each for each in queries.known_facts(reading(), program) if each.fact not in declared],
        most=MOST_MARGINS,
        removal=EmptyForm(),
    )
    return page, 422 if form.errors else 200


@blueprint.route("/rules/market", methods=["GET", "POST"])
@needs(policy.CHANGE)
def margin(slug: str) -> Any:
    """How the market spreads over one fact, named `fact` in the address."""
    program = program_queries.program_by_slug(reading(), slug)
    row = queries.ground_rules(reading(), program.id)
    fact = request.args.get("fact", "")
    declared = next((each for each in queries.margins_of(row) if each.fact == fact), None)
    known = queries.known_fact(reading(), program, fact)
    if known is None and declared is None:
        raise NotFound
    counts = known.counts if known is not None else {}
    title = known.title if known is not None else declared.title if declared is not None else fact
    now: dict[str, Any] = {
        "is_behavioural": known is not None and known.is_behavioural,
        "version": _version(row),
    }
    form = margin_form(counts, declared, **now)
    if form.validate_on_submit():
        with refusals(form):
            version = number(form.version.data)
            service.declare(
                writing(),
                program,
                form.margin(fact, title),
                version=version,
                reason=form.reason.data or "",
            )
            flash(_("Saved, and judged anew."))
            return redirect(url_for(".rules", slug=slug), 303)
    conflict = _conflict(form, margin_form(counts, declared, **now, formdata=None), row)
    page = render_template(
        "readiness/margin.html",
        program=program,
        form=form,
        title=title,
        counts=counts,
        conflict_found=conflict,
        is_sealed=queries.seal(reading(), program.id) is not None,
    )
    return page, 422 if form.errors else 200


def _version(row: GroundRules | None) -> int:
    return row.version if row is not None else 0


def _conflict(form: Form, saved: Form, row: GroundRules | None) -> Conflict | None:
    if row is None:
        return None
    return conflict_with(form, saved, version=row.version, who=row.changed_by, when=row.changed_at)


@blueprint.post("/rules/market/removal")
@needs(policy.CHANGE)
def forget_margin(slug: str) -> Any:
    program = program_queries.program_by_slug(reading(), slug)
    form = EmptyForm()
    with refusals(form):
        service.forget(
            writing(), program, request.form.get("fact", ""), reason=request.form.get("reason", "")
        )
        flash(_("Testers are not weighted by it any more."))
    for error in form.form_errors:
        flash(str(error), "error")
    return redirect(url_for(".rules", slug=slug), 303)
