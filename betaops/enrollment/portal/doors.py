"""Links from mails: confirming an application, signing in, taking an invitation.

A GET only shows what a click will do, so that a mail scanner that opens links spends none of them.
A link that makes somebody known here may also sign them in; a link to somebody known lives ten minutes.
"""

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for

from betaops.enrollment import viewers
from betaops.enrollment.forms.joining import InvitedForm, SignInForm
from betaops.enrollment.models import Enrollment, SignInLink, Tester
from betaops.enrollment.queries import portal as queries
from betaops.enrollment.service import applying, enrolling, inviting, signing_in
from betaops.kernel import clock, i18n
from betaops.kernel.db import scope_to
from betaops.kernel.errors import DomainError
from betaops.kernel.i18n import gettext as _
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.programs.story import Story
from betaops.web.access import public, tester
from betaops.web.application import reading, viewer, writing
from betaops.web.forms import EmptyForm, refusals
from betaops.web.here import local
from betaops.web.limits import limiter

blueprint = Blueprint("portal_doors", __name__)

#: A confirmation younger than this may sign in somebody who was known before.
FRESH = timedelta(minutes=10)


@blueprint.after_request
def keep_the_address_to_ourselves(response: Any) -> Any:
    """These addresses hold tokens: no page they lead to may learn them."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.route("/confirm/<token>", methods=["GET", "POST"])
@public
def confirm(token: str) -> Any:
    """“Yes, that is my address”: the application counts from here."""
    application = queries.application_to_confirm(reading(), token)
    if application is None:
        return _spent("confirm")
    scope_to(reading(), application.workspace_id)
    program = program_queries.program(reading(), application.program_id)
    if application.confirmed_at is not None:
        return _spent("confirmed", program)
    if application.expires_at <= clock.now():
        return _spent("confirm", program)
    form = EmptyForm()
    if form.validate_on_submit():
        is_fresh = application.sent_at is not None and clock.now() - application.sent_at <= FRESH
        with refusals(form):
            done = applying.confirm(writing(), application.id)
            if done.is_new_tester or is_fresh:
                return _welcome(done.tester, done.enrollment, program)
            return render_template("enrollment/doors/confirmed.html", program=program, mail=done.tester.mail)
    page = render_template("enrollment/doors/confirm.html", program=program, form=form, mail=application.mail)
    return page, 422 if form.errors else 200


@blueprint.route("/join/invitation/<token>", methods=["GET", "POST"])
@public
def invitation(token: str) -> Any:
    """What they are invited to, the agreement, their name: in."""
    found = queries.invitation(reading(), token)
    if found is None:
        return _spent("invitation")
    scope_to(reading(), found.workspace_id)
    program = program_queries.program(reading(), found.program_id)
    if not found.is_open(clock.now()) or program.is_over:
        return _spent("taken" if found.taken_at else "invitation", program)
    agreement = program_queries.agreement_in_force(reading(), program.id)
    form = InvitedForm(data={"name": found.name})
    if form.is_submitted() and agreement is not None and not form.agreed.data:
        form.validate()
        form.refuse(_("Tick the box if you agree. Without it you cannot take part."), "agreed")
    elif form.validate_on_submit():
        read = agreement if agreement and form.number.data == str(agreement.number) else None
        with refusals(form):
            done = inviting.take(
                writing(),
                found.id,
                name=form.name.data or "",
                agreement=read,
                address=request.remote_addr or "",
                locale=i18n.language(),
            )
            if done.is_new_tester:
                return _welcome(done.tester, done.enrollment, program)
            signing_in.ask_for_link(writing(), done.tester.mail)
            return render_template("enrollment/doors/invited.html", program=program, mail=done.tester.mail)
        form.agreed.data = False
    form.number.data = str(agreement.number) if agreement else ""
    page = render_template(
        "enrollment/doors/invitation.html",
        program=program,
        story=Story.from_json(program.story),
        invitation=found,
        agreement=agreement,
        form=form,
    )
    return page, 422 if form.errors else 200


@blueprint.route("/portal/sign-in", methods=["GET", "POST"])
@public
@limiter.limit("60/hour", methods=["POST"])
def sign_in() -> Any:
    """Ask for a link. The answer is the same for an address that nobody has."""
    if viewer().kind == "tester" and request.method == "GET":
        return redirect(local(request.args.get("next")) or url_for("portal.home"), 303)
    form = SignInForm()
    if form.validate_on_submit():
        signing_in.ask_for_link(writing(), form.mail.data or "", next_path=local(request.args.get("next")))
        return render_template("enrollment/doors/sign_in_sent.html", mail=form.mail.data)
    return render_template("enrollment/doors/sign_in.html", form=form), 422 if form.errors else 200


@blueprint.route("/portal/sign-in/<token>", methods=["GET", "POST"])
@public
def use_link(token: str) -> Any:
    """GET asks, POST spends the link."""
    link = queries.sign_in_link(reading(), token)
    if not _is_good(link):
        return _spent("sign-in")
    form = EmptyForm()
    if form.validate_on_submit():
        try:
            person = signing_in.use_link(writing(), token)
        except DomainError:  # spent by another click a moment ago
            return _spent("sign-in")
        then = local(request.args.get("next")) or url_for("portal.home")
        for place in queries.places(reading(), person.id):
            enrolling.activate(writing(), place.id)
        return viewers.admit(writing(), make_response(redirect(then, 303)), person)
    return render_template("enrollment/doors/use_link.html", form=form)


@blueprint.post("/portal/sign-out")
@tester
def sign_out() -> Any:
    return viewers.dismiss(writing(), make_response(redirect(url_for(".sign_in"), 303)))


def _welcome(person: Tester, enrollment: Enrollment, program: Program) -> Any:
    """Sign in and open the program's page."""
    enrolling.activate(writing(), enrollment.id)
    flash(_("Your address is confirmed."))
    response = make_response(redirect(url_for("portal.program", slug=program.slug), 303))
    return viewers.admit(writing(), response, person)


def _is_good(link: SignInLink | None) -> bool:
    return link is not None and link.used_at is None and link.expires_at > clock.now()


def _spent(what: str, program: Program | None = None) -> Any:
    """Expired, used, cut off or never ours: says how to get a new one, never which of these it was for strangers."""
    return render_template("enrollment/doors/spent.html", what=what, program=program), 410
