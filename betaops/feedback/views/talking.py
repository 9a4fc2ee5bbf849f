"""Replies to the reporter and notes among members."""

from uuid import UUID

from flask import flash
from werkzeug.wrappers import Response

from betaops.feedback import policy, service
from betaops.feedback.forms import NoteForm, ReplyForm
from betaops.feedback.views.frame import back, blueprint, place, report_of
from betaops.feedback.views.lists import page
from betaops.kernel.i18n import gettext as _
from betaops.web.access import needs
from betaops.web.application import writing
from betaops.web.forms import refusals


@blueprint.post("/programs/<slug>/feedback/<id(rpt):report_id>/replies")
@needs(policy.TRIAGE)
def reply(slug: str, report_id: UUID) -> Response | tuple[str, int]:
    """Write to the reporter, by mail and in their portal."""
    here = place(slug)
    row = report_of(here.program, report_id)
    form = ReplyForm(prefix="reply-")
    if form.validate_on_submit():
        with refusals(form):
            service.reply(writing(), row, form.body.data or "", asks=bool(form.asks.data))
            flash(_("Your reply is on its way."))
            return back(slug, report_id)
    return page(here, row, reply_form=form), 422


@blueprint.post("/programs/<slug>/feedback/<id(rpt):report_id>/notes")
@needs(policy.TRIAGE)
def note(slug: str, report_id: UUID) -> Response | tuple[str, int]:
    """Write to members only."""
    here = place(slug)
    row = report_of(here.program, report_id)
    form = NoteForm(prefix="note-")
    if form.validate_on_submit():
        with refusals(form):
            service.note(writing(), row, form.body.data or "")
            flash(_("The note is added."))
            return back(slug, report_id)
    return page(here, row, note_form=form), 422
