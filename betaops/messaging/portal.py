"""What a person wants to get: by the link in a mail, without signing in, and on a page of the portal."""

from typing import cast

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from betaops.enrollment.models import Tester
from betaops.enrollment.queries import testers as tester_queries
from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import gettext as _
from betaops.messaging import labels, queries, service, unsubscribing
from betaops.messaging.forms import WishesForm
from betaops.messaging.models import Topic
from betaops.web.access import public, tester
from betaops.web.application import Application, reading, viewer, writing

blueprint = Blueprint("messaging_portal", __name__)


@blueprint.get("/unsubscribe/<token>")
@public(cookieless=True)
def unsubscribe(token: str) -> str | tuple[str, int]:
    """Asks first: mail scanners follow links, and nothing may change by being looked at."""
    subject = _subject(token)
    if subject is None:
        return _broken()
    return render_template(
        "messaging/unsubscribe.html",
        token=token,
        topic=labels.TOPICS[subject.topic],
        done=None,
        labels=labels,
    )


@blueprint.post("/unsubscribe/<token>")
@public(cookieless=True)
def turn_off(token: str) -> str | tuple[str, int]:
    """One click, no sign-in (RFC 8058). The token is the authority; `all` turns off every topic."""
    return _turn(token, is_wanted=False, everything="all" in request.form)


@blueprint.post("/unsubscribe/<token>/undo")
@public(cookieless=True)
def turn_on(token: str) -> str | tuple[str, int]:
    """It was a slip."""
    return _turn(token, is_wanted=True, everything="all" in request.form)


def _turn(token: str, *, is_wanted: bool, everything: bool) -> str | tuple[str, int]:
    subject = _subject(token)
    if subject is None:
        return _broken()
    try:
        person = service.tester_behind(writing(), subject.workspace_id, subject.tester_id)
    except NotFound:
        return _broken()  # erased since: there is nobody left to write to
    topics = list(Topic) if everything else [subject.topic]
    service.prefer(writing(), person, dict.fromkeys(topics, is_wanted))
    return render_template(
        "messaging/unsubscribe.html",
        token=token,
        topic=_("every mail that you can turn off") if everything else labels.TOPICS[subject.topic],
        done="on" if is_wanted else "off",
        everything=everything,
        labels=labels,
    )


def _subject(token: str) -> unsubscribing.Subject | None:
    return unsubscribing.read(cast(Application, current_app).platform.settings, token)


def _broken() -> tuple[str, int]:
    return render_template("messaging/unsubscribe_broken.html"), 404


@blueprint.route("/portal/mails", methods=["GET", "POST"])
@tester
def wishes() -> Response | str:
    """The same for whoever is signed in."""
    person = _person()
    form = WishesForm(
        data={topic.value: wanted for topic, wanted in queries.preferences(reading(), person.id).items()}
    )
    if form.validate_on_submit():
        service.prefer(writing(), person, form.wanted())
        flash(_("Saved."))
        return redirect(url_for(".wishes"), 303)
    return render_template("messaging/wishes.html", form=form, mail=person.mail)


def _person() -> Tester:
    tester_id = viewer().id
    if tester_id is None:
        raise NotFound
    return tester_queries.tester(reading(), tester_id)
