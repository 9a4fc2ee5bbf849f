"""Features to try: what a tester can join and leave. A form for each button, so it works without a script."""

from typing import Any, NamedTuple
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from betaops.enrollment import policy as enrollment_policy
from betaops.enrollment import providers
from betaops.enrollment.models import Enrollment
from betaops.enrollment.queries import portal as enrollment_queries
from betaops.flags import queries, service, stages
from betaops.flags.models import Stage
from betaops.kernel import clock
from betaops.kernel.errors import NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.web.access import tester
from betaops.web.application import reading, viewer, writing

blueprint = Blueprint("flags_portal", __name__, url_prefix="/portal/<slug>/features")


class Standing(NamedTuple):
    """How it stands with one feature for one tester, and the button that changes that (`joins`), if any."""

    text: str
    role: str
    verb: str = ""
    joins: bool = True
    is_primary: bool = False


@blueprint.get("")
@tester
def features(slug: str) -> str:
    place = _place(slug)
    offers = queries.offers(reading(), place.program.product_id, place.tester, clock.now())
    here = url_for(".features", slug=slug)
    return render_template(
        "flags/portal/features.html",
        program=place.program,
        is_inside=True,
        slug=slug,
        links=providers.tabs(place, url_for("portal.program", slug=slug), here),
        offers=[(offer.feature, standing(offer)) for offer in offers],
        stage_words=stages.WORDS_FOR_TESTERS,
    )


@blueprint.post("/<id(fea):feature_id>/choice")
@tester
def choose(slug: str, feature_id: UUID) -> Response:
    """Join or leave. Sent twice, it changes nothing."""
    place = _place(slug)
    joins = request.form.get("joins")
    if joins not in ("yes", "no"):
        raise Refused("no_choice", _("Say whether you join."))
    flag, feature = queries.feature(reading(), feature_id)
    if flag.product_id != place.program.product_id:
        raise NotFound
    service.choose(writing(), feature.id, place.tester_id, joins=joins == "yes")
    flash(_told(feature.name, feature.stage, joins=joins == "yes"))
    return redirect(url_for(".features", slug=slug, _anchor=f"feature-{feature.id}"), 303)


def standing(offer: queries.Offer) -> Standing:
    """In the tester's words."""
    is_on = offer.value.outcome.value is not False
    settled, choice = offer.value.settled, offer.choice
    if settled is not None and settled.is_override:
        text = (
            _("The team has switched it on for you") if is_on else _("The team has switched it off for you")
        )
        return Standing(text, "good" if is_on else "neutral")
    has_joined = choice is not None and choice.has_joined
    if offer.feature.stage is Stage.CONCEPT:
        return _on_the_list(has_joined=has_joined)
    if not offer.value.flag.is_active:
        return Standing(_("Switched off for everybody at the moment"), "waiting")
    if choice is not None and not has_joined:
        return Standing(_("You left it"), "neutral", _("Try it again"))
    if offer.feature.stage is Stage.GENERAL_AVAILABILITY:
        if is_on:
            return Standing(_("On for everybody now"), "good")
        return Standing(_("Released, and on its way to you"), "neutral", _("Get it now"))
    if has_joined:
        return Standing(_("You are trying it"), "good", _("Stop trying it"), joins=False)
    if is_on:
        return Standing(_("You have it already"), "good", _("Switch it off for me"), joins=False)
    return Standing("", "neutral", _("Try it"), is_primary=True)


def _on_the_list(*, has_joined: bool) -> Standing:
    if has_joined:
        return Standing(_("You are on the list"), "good", _("Take me off the list"), joins=False)
    return Standing("", "neutral", _("Put me on the list"))


def _told(name: str, stage: Stage, *, joins: bool) -> str:
    if stage is Stage.CONCEPT:
        return (
            _("You are on the list for “%(name)s”.", name=name)
            if joins
            else _("You are off the list for “%(name)s”.", name=name)
        )
    if joins:
        return _("“%(name)s” is switched on for you. Give the app a moment.", name=name)
    return _("“%(name)s” is switched off for you. Give the app a moment.", name=name)


def _place(slug: str) -> Enrollment:
    """The viewer's own place in the program; 404 for who has no seat in it (any more)."""
    viewer_id: Any = viewer().id
    if viewer_id is None:
        raise NotFound
    place = enrollment_queries.enrollment_by_slug(reading(), viewer_id, slug)
    if not enrollment_policy.may_enter(place):
        raise NotFound
    return place
