"""One's own account: profile and preferences."""

from zoneinfo import available_timezones

from babel import Locale
from flask import Response, flash, render_template, request, session

from betaops.accounts import policy, queries
from betaops.accounts.forms import ProfileForm
from betaops.accounts.service import people, sessions
from betaops.accounts.views.frame import blueprint, me, to, to_path
from betaops.kernel import i18n
from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import gettext as _
from betaops.web.access import needs
from betaops.web.appearance import COOKIE, DENSITIES, THEMES
from betaops.web.application import reading, writing


def _form() -> ProfileForm:
    user = me().user
    form = ProfileForm(obj=user)
    form.language.choices = [(code, _own_name(code)) for code in i18n.available()]
    form.timezone.choices = [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())]
    form.theme.choices = list(zip(THEMES, (_("As the system"), _("Light"), _("Dark")), strict=True))
    form.density.choices = list(zip(DENSITIES, (_("Comfortable"), _("Compact")), strict=True))
    if not form.is_submitted():
        form.language.data = user.language or i18n.language()
    return form


def _own_name(code: str) -> str:
    return (Locale.parse(code).get_display_name(code) or code).capitalize()


@blueprint.get("/console/account")
@needs(policy.READ)
def account() -> str:
    return render_template("accounts/account.html", form=_form(), user=me().user)


@blueprint.post("/console/account")
@needs(policy.READ)
def save_profile() -> Response | tuple[str, int]:
    form, user = _form(), me().user
    if not form.validate_on_submit():
        return render_template("accounts/account.html", form=form, user=user), 422
    people.save_profile(
        writing(), user, name=form.name.data or "", language=form.language.data, timezone=form.timezone.data
    )
    people.keep_look(writing(), user.id, form.theme.data, form.density.data)
    session["language"] = user.language
    flash(_("Saved."))
    response = to("accounts.account")
    # This browser's own choice gives way to the one just made.
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax")
    return response


@blueprint.post("/console/workspace")
@needs(policy.READ)
def switch_workspace() -> Response:
    """Go on in another of one's workspaces."""
    wanted = request.form.get("workspace", "")
    for place in queries.standings(reading(), me().user.id):
        if place.workspace.slug == wanted:
            sessions.switch_workspace(writing(), me().row.id, place.workspace.id)
            return to_path(None)
    raise NotFound
