"""People of a cohort by hand: put in, taken out, always in, never in; companies."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for

from betaops.cohorts import policy, service
from betaops.cohorts.forms.people import CompanyForm, ExceptionForm
from betaops.cohorts.models import Cohort
from betaops.cohorts.views.frame import blueprint, cohort_of, program_of
from betaops.cohorts.views.lists import page
from betaops.kernel import ids
from betaops.kernel.errors import DomainError, NotFound
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import ngettext
from betaops.programs.models import Program
from betaops.web.access import needs
from betaops.web.application import writing
from betaops.web.forms import refusals

MOST_IDS = 1_000


@blueprint.post("/<id(coh):cohort_id>/members")
@needs(policy.MANAGE)
def add(slug: str, cohort_id: uuid.UUID) -> Any:
    return _done(
        slug,
        cohort_id,
        service.add_members,
        lambda number: ngettext("%(num)s person added.", "%(num)s people added.", number),
    )


@blueprint.post("/<id(coh):cohort_id>/members/removal")
@needs(policy.MANAGE)
def remove(slug: str, cohort_id: uuid.UUID) -> Any:
    return _done(
        slug,
        cohort_id,
        service.remove_members,
        lambda number: ngettext("%(num)s person taken out.", "%(num)s people taken out.", number),
    )


@blueprint.post("/<id(coh):cohort_id>/exceptions")
@needs(policy.MANAGE)
def make_exceptions(slug: str, cohort_id: uuid.UUID) -> Any:
    """The chosen people are always in (`do=in`), or never (`do=out`)."""
    form = ExceptionForm()
    if not form.validate():
        flash(str(form.reason.errors[0] if form.reason.errors else _("Try again.")), "error")
        return _back(slug, cohort_id)
    reason = form.reason.data or ""
    is_in = request.form.get("do") == "in"
    act = service.keep_in if is_in else service.keep_out
    return _done(
        slug,
        cohort_id,
        lambda work, cohort, chosen: act(work, cohort, chosen, reason=reason),
        lambda number: (
            ngettext("%(num)s person is always in now.", "%(num)s people are always in now.", number)
            if is_in
            else ngettext("%(num)s person is kept out now.", "%(num)s people are kept out now.", number)
        ),
    )


@blueprint.post("/<id(coh):cohort_id>/exceptions/deletion")
@needs(policy.MANAGE)
def end_exceptions(slug: str, cohort_id: uuid.UUID) -> Any:
    return _done(
        slug,
        cohort_id,
        service.end_exceptions,
        lambda number: ngettext("%(num)s exception ended.", "%(num)s exceptions ended.", number),
    )


@blueprint.post("/<id(coh):cohort_id>/companies")
@needs(policy.MANAGE)
def add_companies(slug: str, cohort_id: uuid.UUID) -> Any:
    program = program_of(slug)
    cohort = cohort_of(program, cohort_id)
    form = CompanyForm()
    if form.validate():
        with refusals(form):
            number = service.add_companies(
                writing(), cohort.id, form.names(), attribute=form.attribute.data or ""
            )
            flash(
                ngettext(
                    "%(num)s company added. Its people are in.",
                    "%(num)s companies added. Their people are in.",
                    number,
                )
            )
            return _back(slug, cohort_id)
    return _again(program, cohort, form), 422


@blueprint.post("/<id(coh):cohort_id>/companies/deletion")
@needs(policy.MANAGE)
def remove_companies(slug: str, cohort_id: uuid.UUID) -> Any:
    cohort = cohort_of(program_of(slug), cohort_id)
    chosen = [ids.decode("coy", text) for text in request.form.getlist("ids")[:MOST_IDS]]
    number = service.remove_companies(writing(), cohort.id, chosen)
    flash(ngettext("%(num)s company taken out.", "%(num)s companies taken out.", number))
    return _back(slug, cohort_id)


def _again(program: Program, cohort: Cohort, form: CompanyForm) -> str:
    return page(program, cohort, company_form=form)


def _done(slug: str, cohort_id: uuid.UUID, act: Callable[..., int], said: Callable[[int], str]) -> Any:
    """Do it to the chosen people. What the rules refuse is said on the next page, and nothing else changes."""
    cohort = cohort_of(program_of(slug), cohort_id)
    chosen = [ids.decode("tst", text) for text in request.form.getlist("ids")[:MOST_IDS]]
    if not chosen:
        flash(_("Nobody was selected."), "warning")
        return _back(slug, cohort_id)
    savepoint = writing().session.begin_nested()
    try:
        number = act(writing(), cohort.id, chosen)
    except NotFound:
        raise
    except DomainError as error:
        savepoint.rollback()
        flash(str(error.message), "error")
    else:
        savepoint.commit()
        flash(said(number))
    return _back(slug, cohort_id)


def _back(slug: str, cohort_id: uuid.UUID) -> Any:
    return redirect(url_for(".show", slug=slug, cohort_id=cohort_id), 303)
