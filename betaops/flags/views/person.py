"""One tester's flags: every value with its reason, and what can be done about it by hand."""

import uuid
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from betaops.enrollment.models import Tester
from betaops.enrollment.queries import testers as tester_queries
from betaops.flags import policy, queries, service, stages, wording
from betaops.flags.forms import BY_RULES, ValueForm, value_of
from betaops.flags.models import Flag
from betaops.flags.views.frame import blueprint, flag_of, program_of
from betaops.kernel import clock
from betaops.kernel.errors import Refused
from betaops.kernel.i18n import gettext as _
from betaops.programs.models import Program
from betaops.web.access import needs
from betaops.web.application import reading, viewer, writing
from betaops.web.forms import refusals

_HERE = "/testers/<id(enr):enrollment_id>/flags"


@blueprint.get(_HERE)
@needs(policy.SEE)
def person(slug: str, enrollment_id: uuid.UUID) -> str:
    """Every flag with its value for one tester and why."""
    program = program_of(slug)
    enrollment = tester_queries.enrollment(reading(), program.id, enrollment_id)
    tester = tester_queries.tester(reading(), enrollment.tester_id)
    loaded = queries.load(reading(), program.product_id)
    return render_template(
        "flags/person.html",
        program=program,
        enrollment=enrollment,
        tester=tester,
        flags=queries.flags_for(reading(), program.product_id, tester, clock.now(), loaded),
        features=loaded.features,
        chosen=queries.choices(reading(), program.product_id, tester.id) if loaded.features else {},
        stage_names=stages.NAMES,
        distinct_id=queries.distinct_id_of(reading(), tester),
        reason=wording.reason,
        value_word=queries.value_word,
        may_see_person=viewer().can("testers:read"),
    )


@blueprint.post(f"{_HERE}/<id(flg):flag_id>/choice")
@needs(policy.MANAGE)
def enrol(slug: str, enrollment_id: uuid.UUID, flag_id: uuid.UUID) -> Any:
    """Join or leave a feature for somebody."""
    program, tester, flag = _about(slug, enrollment_id, flag_id)
    joins = request.form.get("joins")
    feature = queries.feature_of(reading(), flag.id)
    if joins not in ("yes", "no") or feature is None:
        raise Refused("no_choice", _("Say whether they join."))
    service.choose(writing(), feature.id, tester.id, joins=joins == "yes")
    if joins == "yes":
        flash(_("%(tester)s is enrolled in “%(name)s”.", tester=tester.name, name=feature.name))
    else:
        flash(_("%(tester)s is withdrawn from “%(name)s”.", tester=tester.name, name=feature.name))
    return redirect(url_for(".person", slug=program.slug, enrollment_id=enrollment_id), 303)


@blueprint.route(f"{_HERE}/<id(flg):flag_id>/value", methods=["GET", "POST"])
@needs(policy.MANAGE)
def set_value(slug: str, enrollment_id: uuid.UUID, flag_id: uuid.UUID) -> Any:
    """One person's value by hand, or by the rules again."""
    program, tester, flag = _about(slug, enrollment_id, flag_id)
    given = next(
        each
        for each in queries.flags_for(reading(), program.product_id, tester, clock.now())
        if each.flag.id == flag.id
    )
    settled = given.settled if given.settled is not None and given.settled.is_override else None
    form = ValueForm(
        data={
            "value": value_of(settled.value) if settled else BY_RULES,
            "why": settled.why if settled else "",
        }
    )
    form.offer(flag)
    if form.validate_on_submit():
        with refusals(form):
            _set(form.chosen(), flag, tester, form.why.data or "")
            flash(_("Saved. The product gets it within a second."))
            return redirect(url_for(".person", slug=slug, enrollment_id=enrollment_id), 303)
    page = render_template(
        "flags/value.html",
        program=program,
        tester=tester,
        flag=flag,
        enrollment_id=enrollment_id,
        form=form,
        given=given,
        reason=wording.reason,
        value_word=queries.value_word,
    )
    return page, 422 if form.errors else 200


def _set(value: bool | str | None, flag: Flag, tester: Tester, why: str) -> None:
    if value is None:
        service.clear_override(writing(), flag.id, tester.id)
    else:
        service.set_override(writing(), flag.id, tester.id, value, why=why)


@blueprint.post(f"{_HERE}/<id(flg):flag_id>/value/deletion")
@needs(policy.MANAGE)
def clear_value(slug: str, enrollment_id: uuid.UUID, flag_id: uuid.UUID) -> Any:
    """Conditions and choices decide again."""
    _program, tester, flag = _about(slug, enrollment_id, flag_id)
    service.clear_override(writing(), flag.id, tester.id)
    flash(_("The rules decide “%(key)s” for %(tester)s again.", key=flag.key, tester=tester.name))
    return redirect(url_for(".person", slug=slug, enrollment_id=enrollment_id), 303)


def _about(slug: str, enrollment_id: uuid.UUID, flag_id: uuid.UUID) -> tuple[Program, Tester, Flag]:
    program = program_of(slug)
    enrollment = tester_queries.enrollment(reading(), program.id, enrollment_id)
    tester = tester_queries.tester(reading(), enrollment.tester_id)
    return program, tester, flag_of(program, flag_id)
