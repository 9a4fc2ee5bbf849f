"""Making and changing cohorts. The rule's parts come, move and go by buttons; a preview follows what is typed."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from betaops.cohorts import builder, policy, queries, rules, service, vocabulary, wording
from betaops.cohorts.builder import Group
from betaops.cohorts.forms.rule import CohortForm, RuleForm, changed
from betaops.cohorts.models import Cohort
from betaops.cohorts.queries import Preview
from betaops.cohorts.views.frame import blueprint, cohort_of, program_of
from betaops.kernel import clock
from betaops.kernel.i18n import gettext as _
from betaops.kernel.ids import encode
from betaops.programs.models import Program
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.conflicts import Conflict, conflict_with, number
from betaops.web.forms import refusals
from betaops.web.templating import moment

#: Of the name of a cohort in that of its snapshot: the moment needs room as well.
LONGEST_IN_SNAPSHOT = 80


@blueprint.route("/new", methods=["GET", "POST"])
@needs(policy.MANAGE)
def new(slug: str) -> Any:
    """With a rule, or by hand with `?kind=static`."""
    program = program_of(slug)
    if request.args.get("kind") == "static":
        return _new_by_hand(program)
    form, focus = _asked(program, Group("all"))
    if _is_saved(form) and _is_sound(form, program):
        with refusals(form):
            cohort = service.create_cohort(
                writing(),
                program.id,
                name=form.name.data or "",
                description=form.description.data or "",
                rule=form.draft().rule(),
            )
            flash(_("The cohort “%(name)s” is there.", name=cohort.name))
            return redirect(url_for(".show", slug=slug, cohort_id=cohort.id), 303)
    return _page(program, form, focus=focus), 422 if form.errors else 200


def _new_by_hand(program: Program) -> Any:
    form = CohortForm()
    if form.validate_on_submit():
        with refusals(form):
            cohort = service.create_cohort(
                writing(), program.id, name=form.name.data or "", description=form.description.data or ""
            )
            flash(_("The cohort “%(name)s” is there. Now pick its people.", name=cohort.name))
            return redirect(url_for(".show", slug=program.slug, cohort_id=cohort.id), 303)
    page = render_template("cohorts/edit.html", program=program, form=form, cohort=None, conflict_found=None)
    return page, 422 if form.errors else 200


@blueprint.route("/<id(coh):cohort_id>/edit", methods=["GET", "POST"])
@needs(policy.MANAGE)
def edit(slug: str, cohort_id: uuid.UUID) -> Any:
    program = program_of(slug)
    cohort = cohort_of(program, cohort_id)
    if cohort.rule is None:
        return _edit_by_hand(program, cohort)
    form, focus = _asked(program, builder.group_of(cohort.rule), cohort)
    conflict = None
    if _is_saved(form) and _is_sound(form, program, cohort):
        rule = form.draft().rule()
        if builder.alike(rule, cohort.rule, vocabulary.CHOICES):
            rule = cohort.rule
        with refusals(form):
            _change(cohort, form, rule)
            return redirect(url_for(".show", slug=slug, cohort_id=cohort.id), 303)
        conflict = _conflict(form, cohort)
        if conflict is not None and rule != cohort.rule:
            theirs = (_("Rule"), _words(program)(cohort.rule))
            conflict = replace(conflict, fields=[*conflict.fields, theirs])
    return _page(program, form, cohort, conflict, focus=focus), 422 if form.errors else 200


def _edit_by_hand(program: Program, cohort: Cohort) -> Any:
    """Name and description only."""
    form = CohortForm()
    conflict = None
    if not form.is_submitted():
        form.fill(cohort)
    elif form.validate():
        with refusals(form):
            _change(cohort, form, cohort.rule)
            return redirect(url_for(".show", slug=program.slug, cohort_id=cohort.id), 303)
        conflict = _conflict(form, cohort)
    page = render_template(
        "cohorts/edit.html", program=program, form=form, cohort=cohort, conflict_found=conflict
    )
    return page, 422 if form.errors else 200


def _change(cohort: Cohort, form: CohortForm, rule: rules.Rule | None) -> None:
    service.change_cohort(
        writing(),
        cohort.id,
        version=number(form.version.data),
        name=form.name.data or "",
        description=form.description.data or "",
        rule=rule,
    )
    flash(_("Saved."))


def _conflict(form: CohortForm, cohort: Cohort) -> Conflict | None:
    saved = CohortForm(formdata=None)
    saved.fill(cohort)
    return conflict_with(form, saved, version=cohort.version, who=cohort.changed_by, when=cohort.changed_at)


@blueprint.get("/preview")
@needs(policy.SEE)
def preview(slug: str) -> str:
    """What the rule in the query would come to, as a part of a page."""
    program = program_of(slug)
    form = RuleForm(formdata=request.args, meta={"csrf": False})
    return render_template("cohorts/_preview.html", preview=_preview(program, form), words=_words(program))


@blueprint.post("/<id(coh):cohort_id>/snapshot")
@needs(policy.MANAGE)
def snapshot(slug: str, cohort_id: uuid.UUID) -> Any:
    """Keep who is in now as a cohort of its own, named by the moment."""
    program = program_of(slug)
    cohort = cohort_of(program, cohort_id)
    name = _("%(name)s, %(when)s", name=cohort.name[:LONGEST_IN_SNAPSHOT], when=moment(clock.now()))
    copy = service.snapshot(writing(), cohort.id, name=name)
    flash(_("“%(name)s” holds the people of this moment.", name=copy.name))
    return redirect(url_for(".show", slug=slug, cohort_id=copy.id), 303)


@blueprint.post("/<id(coh):cohort_id>/deletion")
@needs(policy.MANAGE)
def delete(slug: str, cohort_id: uuid.UUID) -> Any:
    program = program_of(slug)
    cohort = cohort_of(program, cohort_id)
    service.delete_cohort(writing(), cohort.id)
    flash(_("The cohort “%(name)s” is gone. Its people stay.", name=cohort.name))
    return redirect(url_for(".index", slug=slug), 303)


def _asked(program: Program, present: Group, cohort: Cohort | None = None) -> tuple[RuleForm, str]:
    """The form as it was sent, after the button that was pressed, and which control goes on; filled before."""
    form, focus = RuleForm(), ""
    do = request.form.get("do", "save")
    if not form.is_submitted():
        if cohort is not None:
            form.fill(cohort)
        form.put(present)
    else:
        chosen = request.form.get(f"pick-{do.partition(':')[2]}", "")
        done = changed(form.draft(), do, chosen)
        outline, focus = done or (form.draft(), "")
        if done or not form.parts.entries:
            form.put(outline)
    catalogue = queries.catalogue(reading(), program)
    if cohort is not None:
        own = encode("coh", cohort.id)
        catalogue = catalogue._replace(cohorts=[each for each in catalogue.cohorts if each[0] != own])
    form.offer(catalogue, queries.labels(reading(), program))
    return form, focus


def _is_saved(form: RuleForm) -> bool:
    return bool(form.is_submitted() and request.form.get("do", "save") == "save")


def _is_sound(form: RuleForm, program: Program, cohort: Cohort | None = None) -> bool:
    """Fields and rule, everything that is wrong said at once."""
    is_valid = form.validate()
    problems = queries.problems(reading(), program.id, _drawn(form), cohort.id if cohort else None)
    form.point_out(problems)
    return bool(is_valid and not problems)


def _drawn(form: RuleForm) -> rules.Rule:
    """The rule in the form; a sample whose seed is made on saving is drawn by any."""
    rule: rules.Rule = rules.seeded(form.draft().rule(), lambda: "new")
    return rule


def _preview(program: Program, form: RuleForm) -> Preview | None:
    rule = _drawn(form)
    if queries.problems(reading(), program.id, rule):
        return None
    return queries.preview(reading(), program.id, rule, clock.now())


def _page(
    program: Program,
    form: RuleForm,
    cohort: Cohort | None = None,
    conflict: Conflict | None = None,
    *,
    focus: str,
) -> str:
    return render_template(
        "cohorts/edit.html",
        program=program,
        form=form,
        cohort=cohort,
        conflict_found=conflict,
        focus=focus,
        preview=_preview(program, form),
        words=_words(program),
    )


def _words(program: Program) -> Callable[[rules.Rule], str]:
    """A part of a rule as this program's people say it."""
    labels = queries.labels(reading(), program)
    return lambda rule: wording.in_short(rule, labels)
