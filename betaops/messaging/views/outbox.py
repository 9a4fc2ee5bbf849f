"""Every mail of the workspace: to whom, about what, when, and whether it went."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from betaops.kernel.errors import Forbidden
from betaops.kernel.i18n import gettext as _
from betaops.kernel.mail import Letter, Mail, MailState
from betaops.messaging import labels, policy, queries, service
from betaops.messaging.views.frame import platform
from betaops.web.access import needs
from betaops.web.application import reading, viewer, writing
from betaops.web.headers import sandbox

blueprint = Blueprint("outbox", __name__, url_prefix="/console/outbox")

KEPT = ("state", "room", "q")


@blueprint.get("")
@needs(policy.SEE)
def mails() -> str:
    """The list alone."""
    return render_template("messaging/outbox.html", **_listing(), shown=None)


@blueprint.get("/<id(mal):mail_id>")
@needs(policy.SEE)
def mail(mail_id: UUID) -> str:
    """The list with one mail beside it."""
    found = _mail(mail_id)
    letter = _letter(found)
    shown = {"mail": found, "letter": letter, "may_read": policy.may_read(found, viewer().permissions)}
    return render_template("messaging/outbox.html", **_listing(), shown=shown)


@blueprint.get("/<id(mal):mail_id>/html")
@needs(policy.SEE)
def html(mail_id: UUID) -> Response:
    """The HTML part, for the sandboxed frame and nothing else."""
    letter = _letter(_mail(mail_id))
    if letter is None or letter.html is None:
        raise Forbidden("not_for_you", _("This mail is for its receiver alone."))
    sandbox()
    return Response(letter.html, content_type="text/html; charset=utf-8")


@blueprint.post("/<id(mal):mail_id>/sending")
@needs(policy.SEND)
def send_again(mail_id: UUID) -> Answer:
    """Once more, because a person says so."""
    service.send_again(writing(), mail_id)
    flash(_("The mail is on its way again."))
    return redirect(url_for(".mail", mail_id=mail_id, **_query()), 303)


def waiting(session: Session, _program: object) -> int:
    """The number in the navigation: mails that failed, or that may not have arrived."""
    return queries.needing_a_look(session, _workspace())


def _mail(mail_id: UUID) -> Mail:
    return queries.mail(reading(), _workspace(), mail_id)


def _letter(found: Mail) -> Letter | None:
    """What was written, for whoever may read it."""
    if not policy.may_read(found, viewer().permissions):
        return None
    return found.letter(platform().vault)


def _workspace() -> UUID:
    workspace_id = viewer().workspace_id
    if workspace_id is None:
        raise Forbidden
    return workspace_id


def _query() -> dict[str, Any]:
    return {
        name: value for name in KEPT if (value := request.args.get(name, "").replace("\0", "").strip()[:200])
    }


def _listing() -> dict[str, Any]:
    query = _query()
    wanted = queries.Wanted(
        state=next((state for state in MailState if state == query.get("state")), None),
        room=query.get("room", "") if query.get("room") in labels.ROOMS else "",
        words=query.get("q", ""),
    )
    states = [
        (state.value, str(labels.MAIL_STATES[state]))
        for state in MailState
        if state is not MailState.HANDING_OVER
    ]
    return {
        "page": queries.mails(reading(), _workspace(), wanted, cursor=request.args.get("cursor")),
        "query": query,
        "labels": labels,
        "has_server": platform().settings.smtp_url is not None,
        "fields": [
            {"name": "state", "label": _("State"), "options": states, "value": query.get("state")},
            {
                "name": "room",
                "label": _("About"),
                "options": [(name, str(label)) for name, label in labels.ROOMS.items()],
                "value": query.get("room"),
            },
        ],
    }
