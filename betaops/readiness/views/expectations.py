"""Adding and changing expectations: first what shows it, then where the line is."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for

from betaops.cohorts import queries as cohort_queries
from betaops.kernel import ids
from betaops.kernel.errors import Invalid, NotFound
from betaops.kernel.i18n import gettext as _
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.readiness import measures, policy, queries, service
from betaops.readiness.board import Row
from betaops.readiness.course import Course
from betaops.readiness.deciding.recommendation import Weight
from betaops.readiness.forms import ExpectationForm, Times, expectation_form
from betaops.readiness.judging import criteria
from betaops.readiness.measures import Group, Measure, Offer
from betaops.readiness.measures.instruments import InstrumentMeasure
from betaops.readiness.models import Expectation
from betaops.readiness.plan import Plan, plan
from betaops.readiness.verdict import Direction
from betaops.readiness.views import blueprint
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.conflicts import conflict_with, number
from betaops.web.forms import EmptyForm, refusals

LONGEST_NEED = 2000


@blueprint.get("/expectations/measures")
@needs(policy.CHANGE)
def choose(slug: str) -> str:
    """What could show that a need is met: questions, events, tasks, feedback."""
    program = program_queries.program_by_slug(reading(), slug)
    return render_template(
        "readiness/choose.html",
        program=program,
        questions=_offered(program, Group.ANSWERS),
        events=_offered(program, Group.USE),
        tasks=_offered(program, Group.TASKS),
        groups=[
            (group, [each for each in measures.KINDS.values() if each.group is group])
            for group in (Group.USE, Group.FEEDBACK)
        ],
        need=request.args.get("need", "")[:LONGEST_NEED],
    )


def _offered(program: Program, group: Group) -> list[tuple[Offer, list[Measure]]]:
    """What can be measured in more than one way, each with the measures that fit; whole instruments before their items."""
    found: dict[str, tuple[Offer, list[Measure]]] = {}
    for measure in measures.KINDS.values():
        for offer in measure.offers(reading(), program) if measure.group is group else ():
            if offer.key:
                found.setdefault(offer.key, (offer, []))[1].append(measure)
    return sorted(found.values(), key=lambda each: not isinstance(each[1][0], InstrumentMeasure))


@blueprint.route("/expectations/new", methods=["GET", "POST"])
@needs(policy.CHANGE)
def new(slug: str) -> Any:
    program = program_queries.program_by_slug(reading(), slug)
    measure = measures.KINDS.get(request.args.get("measure", ""))
    offer = measure.offer(reading(), program, request.args.get("of", "")) if measure is not None else None
    if measure is None or offer is None:
        return redirect(url_for(".choose", slug=slug, need=request.args.get("need")), 303)
    need = request.args.get("need", "")[:LONGEST_NEED]
    is_sealed = queries.seal(reading(), program.id) is not None
    form = expectation_form(
        measure,
        offer.parameters,
        _cohorts(program),
        need=need,
        is_sealed=is_sealed,
        is_anonymous=measures.is_anonymous(reading(), offer.parameters),
        times=_times(program, measure, offer.parameters),
    )
    if form.validate_on_submit():
        with refusals(form):
            service.add(writing(), program, form.draft(), reason=_reason(form))
            flash(_("The expectation is there, with its first reading."))
            return redirect(url_for(".index", slug=slug), 303)
    return _page(program, measure, form, None)


@blueprint.route("/expectations/<id(exp):expectation_id>", methods=["GET", "POST"])
@needs(policy.CHANGE)
def edit(slug: str, expectation_id: UUID) -> Any:
    program = program_queries.program_by_slug(reading(), slug)
    row = queries.expectation(reading(), program.id, expectation_id)
    measure, cohorts = measures.named(row.measure), _cohorts(program)
    known: dict[str, Any] = {
        "is_sealed": queries.seal(reading(), program.id) is not None,
        "is_anonymous": measures.is_anonymous(reading(), row.parameters),
        "times": _times(program, measure, row.parameters),
    }
    form = expectation_form(measure, row.parameters, cohorts, row, **known)
    if form.validate_on_submit():
        with refusals(form):
            version = number(form.version.data)
            service.change(writing(), program, row.id, form.draft(), version=version, reason=_reason(form))
            flash(_("Saved, and judged anew."))
            return redirect(url_for(".index", slug=slug), 303)
    saved = expectation_form(measure, row.parameters, cohorts, row, **known, formdata=None)
    conflict = conflict_with(form, saved, version=row.version, who=row.changed_by, when=row.changed_at)
    return _page(program, measure, form, row, conflict)


@blueprint.post("/expectations/<id(exp):expectation_id>/place")
@needs(policy.CHANGE)
def move(slug: str, expectation_id: UUID) -> Any:
    program = program_queries.program_by_slug(reading(), slug)
    service.move(writing(), program, expectation_id, up=request.form.get("to") == "up")
    return redirect(url_for(".index", slug=slug), 303)


@blueprint.post("/expectations/<id(exp):expectation_id>/removal")
@needs(policy.CHANGE)
def remove(slug: str, expectation_id: UUID) -> Any:
    program = program_queries.program_by_slug(reading(), slug)
    try:
        service.remove(writing(), program, expectation_id, reason=request.form.get("reason", ""))
    except Invalid as invalid:
        flash(str(invalid), "error")
        return redirect(url_for(".edit", slug=slug, expectation_id=expectation_id), 303)
    flash(_("The expectation is gone."))
    return redirect(url_for(".index", slug=slug), 303)


@blueprint.get("/expectations/plan")
@needs(policy.CHANGE)
def show_plan(slug: str) -> str:
    """What the form as it is filled in could prove: a fragment that the form's page puts in place."""
    program = program_queries.program_by_slug(reading(), slug)
    measure = measures.KINDS.get(request.args.get("measure", ""))
    if measure is None:
        raise NotFound
    row = None
    if request.args.get("expectation"):
        row = queries.expectation(reading(), program.id, ids.decode("exp", request.args["expectation"]))
    offer = measure.offer(reading(), program, request.args.get("of", "")) if row is None else None
    parameters = row.parameters if row is not None else offer.parameters if offer is not None else None
    if parameters is None:
        raise NotFound
    form = expectation_form(
        measure,
        parameters,
        _cohorts(program),
        row,
        is_anonymous=measures.is_anonymous(reading(), parameters),
        times=_times(program, measure, parameters),
        formdata=request.args,
        meta={"csrf": False},
    )
    return render_template("readiness/_plan.html", plan=_plan(program, measure, form, row))


def _page(
    program: Program, measure: Measure, form: ExpectationForm, row: Expectation | None, conflict: Any = None
) -> Any:
    page = render_template(
        "readiness/expectation.html",
        program=program,
        measure=measure,
        title=_title(measure, form.base) if row is None else Row(row, None).title,
        form=form,
        row=row,
        plan=_plan(program, measure, form, row),
        course_told=_course(row),
        removal=EmptyForm(),
        conflict_found=conflict,
    )
    return page, 422 if form.errors else 200


def _course(row: Expectation | None) -> Course | None:
    """How it went day by day, as last read of what is expected now."""
    if row is None:
        return None
    found = Row(row, queries.latest_readings(reading(), row.program_id).get(row.id))
    return found.course if found.is_current else None


def _reason(form: ExpectationForm) -> str:
    return (form.reason.data or "") if "reason" in form else ""


def _title(measure: Measure, parameters: dict[str, Any]) -> str:
    """What is measured; where that is still to be chosen, only how."""
    try:
        return measure.title(measure.read(parameters))
    except Invalid:
        return str(measure.label)


def _plan(program: Program, measure: Measure, form: ExpectationForm, row: Expectation | None) -> Plan | None:
    """None while the line is no number, or lies where no line can be."""
    threshold = form.threshold_value()
    try:
        parameters = measure.read(form.parameters())
        direction = Direction(form.direction.data)
        weight = Weight(form.weight.data)
        draft = form.draft()
    except (Invalid, ValueError, KeyError):
        return None
    low, high = measure.span(parameters)
    if not 0.5 <= draft.confidence < 1:
        return None
    if threshold is None or (not measure.is_counted and not low < threshold < high):
        return None
    others = [
        each
        for each in queries.expectations(reading(), program.id)
        if each.weight is weight
        and not measures.named(each.measure).is_counted
        and (row is None or each.id != row.id)
    ]
    return plan(
        measure,
        parameters,
        threshold=threshold,
        direction=direction,
        confidence=draft.confidence,
        family=len(others) + 1,
        planned=program.capacity if draft.cohort_id is None and draft.build is None else 0,
        testers=len(queries.scope(reading(), program, draft.cohort_id, build=draft.build).testers),
        has_close=draft.closes_on is not None or draft.closes_at is not None,
        may_close=criteria.may_close(
            row,
            vars(draft) | {"parameters": parameters.model_dump(mode="json")},
            is_sealed=queries.seal(reading(), program.id) is not None,
        ),
    )


def _times(program: Program, measure: Measure, parameters: dict[str, Any]) -> Times:
    """Waves of the measure's survey where there are several, and builds of the product."""
    waves = queries.waves(reading(), parameters.get("survey", "")) if measure.takes_wave else []
    builds = queries.builds(reading(), program.product_id) if measure.takes_build else []
    return Times(waves, [each.name for each in builds])


def _cohorts(program: Program) -> list[tuple[UUID, str]]:
    return [(sized.cohort.id, sized.cohort.name) for sized in cohort_queries.cohorts(reading(), program.id)]
