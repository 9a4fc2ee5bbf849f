"""Addresses that get no mail."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from betaops.enrollment import addresses
from betaops.kernel.i18n import gettext as _
from betaops.messaging import labels, policy, queries, service
from betaops.messaging.forms import AddressForm
from betaops.messaging.models import Reason
from betaops.messaging.views.outbox import blueprint
from betaops.web.access import needs
from betaops.web.application import reading, writing


@blueprint.route("/addresses", methods=["GET", "POST"])
@needs(policy.SEND)
def suppressed() -> Response | tuple[str, int]:
    """The list, and a form to add one by hand."""
    form = AddressForm()
    if form.validate_on_submit():
        try:
            key = addresses.mail_key(addresses.clean(form.mail.data or ""))
        except addresses.BadAddress as error:
            form.refuse(str(error), "mail")
        else:
            service.suppress(writing(), key, Reason.BY_HAND)
            flash(_("%(mail)s gets no more mails.", mail=key))
            return redirect(url_for(".suppressed"), 303)
    page = render_template(
        "messaging/addresses.html",
        form=form,
        page=queries.suppressions(reading(), cursor=request.args.get("cursor")),
        labels=labels,
    )
    return page, 422 if form.errors else 200


@blueprint.post("/addresses/<id(sup):suppression_id>/deletion")
@needs(policy.SEND)
def release(suppression_id: UUID) -> Response:
    """The address gets mails again."""
    service.release(writing(), suppression_id)
    flash(_("The address gets mails again."))
    return redirect(url_for(".suppressed"), 303)
