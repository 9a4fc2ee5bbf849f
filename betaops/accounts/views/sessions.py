"""Where one is signed in, and ending that."""

import uuid

from flask import Response, flash, render_template

from betaops.accounts import policy, queries
from betaops.accounts.agents import told
from betaops.accounts.models import HolderKind
from betaops.accounts.service import sessions, signing_in
from betaops.accounts.views.frame import blueprint, me, to
from betaops.kernel import clock
from betaops.kernel.i18n import gettext as _
from betaops.web.access import needs
from betaops.web.application import reading, writing


@blueprint.get("/console/account/sessions")
@needs(policy.READ)
def list_sessions() -> str:
    rows = queries.sessions(reading(), HolderKind.MEMBER, me().user.id, clock.now())
    return render_template(
        "accounts/sessions.html",
        sessions=[(row, told(row.agent)) for row in rows],
        present=me().row.id,
    )


@blueprint.post("/console/account/sessions/<uuid:session_id>/end")
@needs(policy.READ)
def end_session(session_id: uuid.UUID) -> Response:
    sessions.revoke(writing(), me().user.id, session_id)
    flash(_("That browser is signed out."))
    return to("accounts.list_sessions")


@blueprint.post("/console/account/sessions/end")
@needs(policy.READ)
def end_other_sessions() -> Response:
    sessions.close_all(writing(), HolderKind.MEMBER, me().user.id, but=me().row.id)
    signing_in.signed_out(writing(), me().user, everywhere=True)
    flash(_("Every other browser is signed out."))
    return to("accounts.list_sessions")
