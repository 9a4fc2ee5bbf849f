"""Going on elsewhere: the address of one's answers, shown as text and QR code, or sent to oneself."""

from typing import Any

import segno
from flask import render_template, request
from flask_limiter.util import get_remote_address
from markupsafe import Markup

from betaops.accounts.addresses import readable
from betaops.kernel import i18n, mail
from betaops.kernel.errors import Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.tokens import digest
from betaops.surveys.forms.doors import ElsewhereForm
from betaops.surveys.portal.doors import door_of, refusal_of, token_of
from betaops.surveys.portal.drawing import framers_of, stop
from betaops.surveys.portal.frame import blueprint
from betaops.surveys.queries.doors import Door
from betaops.web.access import public
from betaops.web.application import reading, writing
from betaops.web.forms import refusals
from betaops.web.letters import letter
from betaops.web.letters import link as absolute
from betaops.web.limits import limiter


@blueprint.get("/s/<token>/elsewhere")
@public(cookieless=True)
def elsewhere(token: str) -> Any:
    """The address, to be opened where one goes on."""
    door = door_of(reading(), token)
    if door is None or door.response is None:
        return stop("unknown", None), 404
    refusal = refusal_of(door)
    return refusal if refusal is not None else _page(door, ElsewhereForm(formdata=None))


@blueprint.post("/s/<token>/elsewhere")
@limiter.limit("5 per hour", key_func=get_remote_address)
@public(cookieless=True)
def send_elsewhere(token: str) -> Any:
    """Mail the address: to the person whom the link is for, else to the address that was typed. It is not kept."""
    door = door_of(reading(), token)
    if door is None or door.response is None:
        return stop("unknown", None), 404
    refusal = refusal_of(door)
    if refusal is not None:
        return refusal
    if door.survey.is_anonymous:
        raise Refused("anonymous", _("This survey is anonymous, so the address of answers is not mailed."))
    form = ElsewhereForm()
    to = door.enrollment.tester.mail if door.enrollment else readable(form.mail.data or "")
    if to is None:
        form.refuse(_("This is no mail address. Look at it again, like name@example.com."), "mail")
        return _page(door, form), 422
    with refusals(form, "mail"):
        written = letter(
            "surveys_elsewhere",
            to,
            kind="surveys.elsewhere",
            language=i18n.language(),
            person_id=door.enrollment.tester_id if door.enrollment else None,
            survey=door.survey.name,
            address=_address(door),
        )
        mail.queue(writing(), written, key=f"surveys.elsewhere:{door.response.id}:{digest(to).hex()[:32]}")
        return _page(door, form, is_sent=True)
    return _page(door, form), 422


def _address(door: Door) -> str:
    """Personal links are digests to us, so what is handed on is what stands in the address now."""
    if door.response is None:
        raise LookupError("nothing to go on with")
    lang = request.args.get("lang")
    return absolute("surveys_portal.page", token=token_of(door, door.response), lang=lang)


def _page(door: Door, form: ElsewhereForm, *, is_sent: bool = False) -> str:
    address = _address(door)
    drawn = segno.make(address, error="l", micro=False).svg_inline(scale=4, dark="#000", omitsize=False)
    return render_template(
        "surveys/answer/elsewhere.html",
        door=door,
        survey=door.survey,
        form=form,
        address=address,
        code=Markup(drawn),  # noqa: S704  # drawn by segno from our own address
        is_sent=is_sent,
        embedded=bool(request.args.get("embed")),
        origins=" ".join(framers_of(door)),
    )
