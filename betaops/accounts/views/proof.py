"""Proving again who one is, before changes that a thief of a session must not make."""

from flask import Response, render_template, request

from betaops.accounts import policy, queries
from betaops.accounts.forms import ProofForm
from betaops.accounts.models import User
from betaops.accounts.service import passkeys, sessions, signing_in
from betaops.accounts.views.browser import known_browser
from betaops.accounts.views.frame import blueprint, me, platform, to_path
from betaops.kernel.errors import Refused
from betaops.kernel.i18n import gettext as _
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.forms import refusals
from betaops.web.here import local


def _page(form: ProofForm, status: int) -> tuple[str, int]:
    user = me().user
    page = render_template(
        "accounts/proof.html",
        form=form,
        has_password=user.password_digest is not None,
        has_codes=user.has_second_factor,
        has_passkey=passkeys.site(platform().settings) is not None
        and bool(queries.passkeys(reading(), user.id)),
    )
    return page, status


@blueprint.get("/console/account/proof")
@needs(policy.READ)
def prove() -> tuple[str, int]:
    return _page(ProofForm(next=local(request.args.get("next")) or ""), 200)


@blueprint.post("/console/account/proof")
@needs(policy.READ)
def check_proof() -> Response | tuple[str, int]:
    form, present = ProofForm(), me()
    if form.validate_on_submit():
        with refusals(form):
            wrong = _wrong_field(form, present.user)
            if wrong is None:
                sessions.freshen(writing(), present.row.id)
                return to_path(local(form.next.data))
            form.refuse(_("This is not right. Try again."), wrong)
    form.password.data = ""
    return _page(form, 422)


def _wrong_field(form: ProofForm, user: User) -> str | None:
    """Which proof does not hold; None where one does."""
    work, address = writing(), request.remote_addr
    if form.credential.data:
        if passkeys.check_passkey(work, form.credential.data).id != user.id:
            raise Refused("bad_passkey", _("This passkey belongs to another account."))
        return None
    if user.password_digest is not None:
        password, browser = form.password.data or "", known_browser(user.mail_key)
        is_right = signing_in.check_password(work, user.mail, password, address=address, browser=browser)
        return None if is_right else "password"
    return None if signing_in.check_code(work, user, form.code.data or "", address=address) else "code"
