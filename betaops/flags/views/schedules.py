"""Changes of a flag for a moment, on the console."""

import uuid
from typing import Any

from flask import flash, redirect, render_template, url_for

from betaops.flags import policy, queries, service, wording
from betaops.flags.forms import ScheduleForm
from betaops.flags.models import Action, ScheduledChange
from betaops.flags.service import Wanted
from betaops.flags.views.frame import answered, blueprint, flag_of, program_of
from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import gettext as _
from betaops.web.access import needs
from betaops.web.application import reading, viewer, writing
from betaops.web.forms import refusals
from betaops.web.templating import moment


@blueprint.route("/flags/<id(flg):flag_id>/schedules/new", methods=["GET", "POST"])
@needs(policy.MANAGE)
def new_schedule(slug: str, flag_id: uuid.UUID) -> Any:
    program = program_of(slug)
    flag = flag_of(program, flag_id)
    names = queries.load(reading(), program.product_id).names_of_cohorts()
    form = ScheduleForm()
    form.offer([wording.sentence(group, names).who for group in flag.conditions], viewer().timezone)
    at = form.moment()
    if form.validate_on_submit() and at is not None:
        with refusals(form):
            values = {
                "change": ScheduledChange(form.change.data),
                "at": at,
                "share": form.share.data,
                "condition": form.driven(),
            }
            wanted = Wanted(
                Action.SCHEDULE, flag.product_id, flag.id, values=values, note=form.note.data or ""
            )
            done = _("Planned for %(when)s.", when=moment(at, "EEEE d MMMM, HH:mm"))
            return answered(program, service.make(writing(), wanted), flag.id, done, anchor="rollout")
    page = render_template(
        "flags/schedule.html",
        program=program,
        flag=flag,
        form=form,
        is_waiting_needed=queries.approval_is_needed(reading(), program.product_id),
    )
    return page, 422 if form.errors else 200


@blueprint.post("/flags/<id(flg):flag_id>/schedules/<id(fsc):schedule_id>/deletion")
@needs(policy.MANAGE)
def cancel_schedule(slug: str, flag_id: uuid.UUID, schedule_id: uuid.UUID) -> Any:
    """Before its moment."""
    flag = flag_of(program_of(slug), flag_id)
    if queries.schedule(reading(), schedule_id).flag_id != flag.id:
        raise NotFound
    service.cancel_schedule(writing(), schedule_id)
    flash(_("Cancelled: nothing happens at that moment."))
    return redirect(url_for(".show", slug=slug, flag_id=flag.id, _anchor="rollout"), 303)
