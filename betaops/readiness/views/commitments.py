"""What a decision hangs on after it was signed: conditions marked as met, waivers renewed, testers told."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, url_for

from betaops.kernel.i18n import gettext as _
from betaops.programs import queries as program_queries
from betaops.readiness import policy, service
from betaops.readiness.forms import FulfilmentForm, ReceiptForm, RenewalForm
from betaops.readiness.views import blueprint
from betaops.readiness.views.decision_page import may_sign, page
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.forms import refusals


@blueprint.post("/decisions/<id(dec):decision_id>/conditions/<int:number>/fulfilment")
@needs(policy.CHANGE)
def fulfil(slug: str, decision_id: UUID, number: int) -> Any:
    program = program_queries.program_by_slug(reading(), slug)
    form = FulfilmentForm(prefix=f"met-{number}-")
    if form.validate_on_submit():
        with refusals(form):
            service.fulfil(writing(), program, decision_id, number, note=form.note.data or "")
            flash(_("The condition is met."))
            return redirect(url_for(".decision", slug=slug, decision_id=decision_id), 303)
    return page(slug, decision_id, form, of=number)


@blueprint.post("/decisions/<id(dec):decision_id>/conditions/<int:number>/fulfilment/removal")
@needs(policy.CHANGE)
def reopen(slug: str, decision_id: UUID, number: int) -> Any:
    program = program_queries.program_by_slug(reading(), slug)
    form = FulfilmentForm(prefix=f"met-{number}-")
    if form.validate_on_submit():
        with refusals(form):
            service.reopen(writing(), program, decision_id, number)
            flash(_("The condition is open again."))
            return redirect(url_for(".decision", slug=slug, decision_id=decision_id), 303)
    return page(slug, decision_id, form, of=number)


@blueprint.post("/decisions/<id(dec):decision_id>/waivers/<id(wvr):waiver_id>/renewal")
@needs(policy.SIGN)
def renew(slug: str, decision_id: UUID, waiver_id: UUID) -> Any:
    program = program_queries.program_by_slug(reading(), slug)
    form = RenewalForm(prefix=f"{waiver_id}-")
    if form.validate_on_submit() and may_sign(form):
        with refusals(form, "reason"):
            service.renew(
                writing(),
                program,
                decision_id,
                waiver_id,
                reason=form.reason.data or "",
                ends_on=form.ends_on.data or date.min,
            )
            flash(_("The waiver is renewed."))
            return redirect(url_for(".decision", slug=slug, decision_id=decision_id), 303)
    return page(slug, decision_id, form, of=waiver_id)


@blueprint.post("/decisions/<id(dec):decision_id>/receipt")
@needs(policy.TELL)
def share(slug: str, decision_id: UUID) -> Any:
    program = program_queries.program_by_slug(reading(), slug)
    form = ReceiptForm(prefix="receipt-")
    if form.validate_on_submit():
        with refusals(form):
            told = service.tell_testers(
                writing(),
                program,
                decision_id,
                form.sentence.data or "",
                names_needs=bool(form.names_needs.data),
                writes=bool(form.writes.data),
            )
            flash(
                _("Testers are told, and mails are on their way.")
                if told.mailed_at
                else _("Testers see it on their page.")
            )
            return redirect(url_for(".decision", slug=slug, decision_id=decision_id), 303)
    return page(slug, decision_id, form)
