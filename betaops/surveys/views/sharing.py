"""Ways to the survey: personal links by mail, one link for everybody, a frame in a page, a link for trying out."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for

from betaops.cohorts import queries as cohort_queries
from betaops.kernel import clock
from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import ngettext
from betaops.programs.models import Program
from betaops.surveys import links, policy, queries
from betaops.surveys.forms.doors import ContactForm, LinkForm, SendForm
from betaops.surveys.models import LinkKind
from betaops.surveys.views.frame import blueprint, draw, program_of, survey_of
from betaops.surveys.views.settings import moment
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.forms import refusals
from betaops.web.letters import link as absolute


@blueprint.get("/<id(svy):survey_id>/share")
@needs(policy.READ)
def share(slug: str, survey_id: UUID) -> str:
    return _page(slug, survey_id, _send_form(program_of(slug), formdata=None))


@blueprint.post("/<id(svy):survey_id>/links")
@needs(policy.WRITE)
def make_public_link(slug: str, survey_id: UUID) -> Any:
    return _make(slug, survey_id, LinkKind.PUBLIC)


@blueprint.post("/<id(svy):survey_id>/trial-links")
@needs(policy.WRITE)
def make_test_link(slug: str, survey_id: UUID) -> Any:
    return _make(slug, survey_id, LinkKind.TEST)


@blueprint.route("/<id(svy):survey_id>/links/<uuid:link_id>", methods=["GET", "POST"])
@needs(policy.WRITE)
def public_link(slug: str, survey_id: UUID, link_id: UUID) -> Any:
    """What the public link asks for, and how long and for how many it works."""
    program = program_of(slug)
    survey = survey_of(program, survey_id)
    link = queries.link(reading(), survey.id, link_id)
    if link.kind is not LinkKind.PUBLIC or link.revoked_at is not None:
        raise NotFound
    shown = {name: getattr(link, name) for name in ("starts_at", "ends_at", "response_limit")}
    form = LinkForm(data=shown)
    if form.validate_on_submit():
        with refusals(form):
            links.change_link(
                writing(),
                link.id,
                survey_id=survey.id,
                starts_at=moment(form.starts_at.data),
                ends_at=moment(form.ends_at.data),
                response_limit=form.response_limit.data,
                pin=form.pin.data or "",
                without_pin=form.without_pin.data,
            )
            flash(_("The link is saved."))
            return redirect(url_for(".share", slug=slug, survey_id=survey.id), 303)
    return draw("link", program, survey, "share", form=form, link=link), 422 if form.errors else 200


@blueprint.post("/<id(svy):survey_id>/links/<uuid:link_id>/revocation")
@needs(policy.WRITE)
def revoke_link(slug: str, survey_id: UUID, link_id: UUID) -> Any:
    survey = survey_of(program_of(slug), survey_id)
    links.revoke_link(writing(), link_id, survey_id=survey.id)
    flash(_("The link is off. Answers that came by it stay."))
    return redirect(url_for(".share", slug=slug, survey_id=survey.id), 303)


@blueprint.post("/<id(svy):survey_id>/sending")
@needs(policy.SEND)
def send(slug: str, survey_id: UUID) -> Any:
    """A mail with a personal link to everybody who has not answered and was not asked lately."""
    program = program_of(slug)
    survey = survey_of(program, survey_id)
    form = _send_form(program)
    if form.validate_on_submit():
        with refusals(form):
            sent = links.send(
                writing(),
                survey.id,
                cohort_id=_cohort(form),
                may_ask_again=form.may_ask_again.data,
            )
            flash(ngettext("%(num)s mail is on its way.", "%(num)s mails are on their way.", sent.people))
            if sent.left_alone:
                flash(_left_alone(sent.left_alone))
            return redirect(url_for(".share", slug=slug, survey_id=survey.id), 303)
    return _page(slug, survey_id, form), 422


@blueprint.route("/contact", methods=["GET", "POST"])
@needs(policy.CONTACT)
def contact(slug: str) -> Any:
    """For how long the workspace leaves a person alone after an ask."""
    program = program_of(slug)
    form = ContactForm(days=queries.contact_days(reading()))
    if form.validate_on_submit():
        with refusals(form):
            links.set_contact_days(writing(), form.days.data or 0)
            flash(_("Saved."))
            return redirect(url_for(".surveys", slug=slug), 303)
    page = render_template("surveys/console/contact.html", program=program, form=form)
    return page, 422 if form.errors else 200


def _left_alone(people: int) -> str:
    return ngettext(
        "%(num)s person was asked lately and is left alone.",
        "%(num)s people were asked lately and are left alone.",
        people,
    )


def _send_form(program: Program, **options: Any) -> SendForm:
    found = cohort_queries.cohorts(reading(), program.id)
    return SendForm(cohorts=[(str(each.cohort.id), each.cohort.name) for each in found], **options)


def _cohort(form: SendForm) -> UUID | None:
    """The one chosen; something else than the page offered is nobody's."""
    chosen = form.cohort.data or ""
    if chosen and chosen not in {choice[0] for choice in form.cohort.iter_choices()}:
        raise NotFound
    return UUID(chosen) if chosen else None


def _make(slug: str, survey_id: UUID, kind: LinkKind) -> Any:
    survey = survey_of(program_of(slug), survey_id)
    links.public_link(writing(), survey.id, kind=kind)
    return redirect(url_for(".share", slug=slug, survey_id=survey.id), 303)


def _page(slug: str, survey_id: UUID, form: SendForm) -> str:
    program = program_of(slug)
    survey = survey_of(program, survey_id)
    found = [each for each in queries.links(reading(), survey.id) if each.revoked_at is None]
    by_kind = {each.kind: each for each in found}
    return draw(
        "share",
        program,
        survey,
        "share",
        form=form,
        public=by_kind.get(LinkKind.PUBLIC),
        test=by_kind.get(LinkKind.TEST),
        addresses={each.id: absolute("surveys_portal.page", token=each.token) for each in found},
        funnel=queries.funnel(reading(), survey.id),
        invited_complete=queries.count_invited_complete(reading(), survey.id),
        waiting=queries.count_unanswered(reading(), survey),
        asked_lately=queries.count_asked_lately(reading(), survey, clock.now()),
        contact_days=queries.contact_days(reading()),
        placement=queries.placement(reading(), survey.id),
        reach=queries.reach(reading(), survey.id),
    )
