"""A program's announcements: write, look at who gets it and how it reads, send, watch it go."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from betaops.cohorts import queries as cohort_queries
from betaops.enrollment.models import Enrollment, State, Tester
from betaops.kernel import clock, ids
from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import gettext as _
from betaops.messaging import labels, letters, policy, queries, service, substitution
from betaops.messaging.audience import Audience, Who
from betaops.messaging.forms import AnnouncementForm
from betaops.messaging.models import Campaign, CampaignState, DeliveryState, Topic
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.web.access import needs
from betaops.web.application import reading, viewer, writing
from betaops.web.forms import EmptyForm, refusals
from betaops.web.headers import sandbox

blueprint = Blueprint("messages", __name__, url_prefix="/console/programs/<slug>/messages")

#: Names shown of an audience before it is written to.
SHOWN_RECIPIENTS = 12


@blueprint.get("")
@needs(policy.SEE)
def index(slug: str) -> str:
    """All announcements of the program."""
    program = _program(slug)
    page = queries.campaigns(reading(), program.id, cursor=request.args.get("cursor"))
    return render_template(
        "messaging/index.html",
        program=program,
        page=page,
        tallies=queries.tallies(reading(), [row.id for row in page.items]),
        describe=lambda row: described(program, row),
        labels=labels,
        takes=policy.takes_announcements(program),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@needs(policy.SEND)
def new(slug: str) -> Answer | tuple[str, int]:
    """Write one; it is kept as a draft and looked at before it goes."""
    program = _program(slug)
    form = _form(program, AnnouncementForm(data=_asked()))
    if form.validate_on_submit():
        with refusals(form):
            campaign = service.draft(writing(), program, _text(form))
            return redirect(url_for(".show", slug=slug, campaign_id=campaign.id), 303)
    return _edit(program, form, None)


@blueprint.route("/<id(cmp):campaign_id>/text", methods=["GET", "POST"])
@needs(policy.SEND)
def edit(slug: str, campaign_id: UUID) -> Answer | tuple[str, int]:
    """Change a draft."""
    program = _program(slug)
    campaign = queries.campaign(reading(), program.id, campaign_id)
    if not campaign.may_be_changed:
        return redirect(url_for(".show", slug=slug, campaign_id=campaign_id), 303)
    form = _form(program, AnnouncementForm(data=_present(campaign)))
    if form.validate_on_submit():
        with refusals(form):
            service.redraft(writing(), campaign, _text(form), _version(form.version.data))
            return redirect(url_for(".show", slug=slug, campaign_id=campaign_id), 303)
    return _edit(program, form, campaign)


@blueprint.get("/<id(cmp):campaign_id>")
@needs(policy.SEE)
def show(slug: str, campaign_id: UUID) -> str:
    """A draft before it goes, or how far it went."""
    program = _program(slug)
    campaign = queries.campaign(reading(), program.id, campaign_id)
    audience = Audience.from_json(campaign.audience)
    now = clock.now()
    is_draft = campaign.may_be_changed
    page = None if is_draft else queries.deliveries(reading(), campaign.id, cursor=request.args.get("cursor"))
    tally = queries.tallies(reading(), [campaign.id])[campaign.id]
    return render_template(
        "messaging/campaign.html",
        program=program,
        campaign=campaign,
        labels=labels,
        audience=described(program, campaign),
        reach=queries.reach(reading(), program.id, audience, now) if is_draft else None,
        recipients=queries.recipients(reading(), program.id, audience, now, limit=SHOWN_RECIPIENTS)
        if is_draft
        else [],
        example=_example(program, campaign),
        tally=tally,
        total=sum(tally.values()),
        done=sum(tally.values()) - tally[DeliveryState.WAITING],
        page=page,
        is_sending=campaign.state is CampaignState.SENDING,
        empty_form=EmptyForm(),
    )


@blueprint.get("/<id(cmp):campaign_id>/preview")
@needs(policy.SEE)
def preview(slug: str, campaign_id: UUID) -> Response:
    """The mail as the first of its audience gets it, for the sandboxed frame."""
    program = _program(slug)
    campaign = queries.campaign(reading(), program.id, campaign_id)
    values = _example(program, campaign)
    page = render_template(
        "email/messaging_announcement.html",
        subject=values["headline"],
        name="",
        program=program.name,
        home="",
        topic=Topic.NEWS,
        unsubscribe=None,
        **values,
    )
    sandbox()
    return Response(page, content_type="text/html; charset=utf-8")


@blueprint.post("/<id(cmp):campaign_id>/sending")
@needs(policy.SEND)
def send(slug: str, campaign_id: UUID) -> Answer:
    """To everybody in the audience as it is now."""
    program = _program(slug)
    campaign = queries.campaign(reading(), program.id, campaign_id)
    service.order(writing(), program, campaign, _version(request.form.get("version")))
    flash(_("It is on its way."))
    return redirect(url_for(".show", slug=slug, campaign_id=campaign_id), 303)


@blueprint.post("/<id(cmp):campaign_id>/stop")
@needs(policy.SEND)
def stop(slug: str, campaign_id: UUID) -> Answer:
    """No more copies."""
    campaign = queries.campaign(reading(), _program(slug).id, campaign_id)
    service.stop(writing(), campaign)
    flash(_("Stopped. Who has it keeps it."))
    return redirect(url_for(".show", slug=slug, campaign_id=campaign_id), 303)


@blueprint.post("/<id(cmp):campaign_id>/deletion")
@needs(policy.SEND)
def discard(slug: str, campaign_id: UUID) -> Answer:
    """Drop a draft."""
    service.discard(writing(), queries.campaign(reading(), _program(slug).id, campaign_id))
    flash(_("The draft is gone."))
    return redirect(url_for(".index", slug=slug), 303)


def _program(slug: str) -> Program:
    return program_queries.program_by_slug(reading(), slug)


def described(program: Program, campaign: Campaign) -> str:
    """The audience in words."""
    audience = Audience.from_json(campaign.audience)
    if audience.who is Who.SILENT:
        return _("Silent for %(days)s days or more", days=audience.days)
    if audience.cohort_id is not None:
        try:
            name = cohort_queries.cohort(reading(), program.id, audience.cohort_id).name
        except NotFound:
            name = _("a cohort that is gone")
        return _("Cohort “%(name)s”", name=name)
    return str(labels.AUDIENCES[audience.who])


def _example(program: Program, campaign: Campaign) -> dict[str, Any]:
    """The text filled for the first of the audience, or for whoever is looking where it is empty."""
    audience = Audience.from_json(campaign.audience)
    first = queries.recipients(reading(), program.id, audience, clock.now(), limit=1)
    to = first[0] if first else _somebody(program)
    values = letters.fields(to, program, program.product.name)
    return {
        "headline": substitution.fill(campaign.subject, values),
        "body": substitution.fill(campaign.body, values),
        "body_markdown": substitution.fill(campaign.body, values, markdown=True),
        "example_name": to.tester.name or to.tester.mail,
    }


def _somebody(program: Program) -> queries.Recipient:
    who = Tester(
        name=viewer().name, mail=viewer().mail or "name@example.com", locale=viewer().language or "en"
    )
    return queries.Recipient(Enrollment(program_id=program.id, state=State.ACTIVE), who)


def _asked() -> dict[str, Any]:
    """What a link from another page fills in (“Nudge” on the overview)."""
    days = request.args.get("days", "")
    return {
        "who": request.args["who"] if request.args.get("who") in list(Who) else Who.ACTIVE.value,
        "days": int(days) if days.isascii() and days.isdigit() and len(days) < 4 else 7,
        "cohort": request.args.get("cohort", "")[:40],
        "version": "",
    }


def _present(campaign: Campaign) -> dict[str, Any]:
    audience = Audience.from_json(campaign.audience)
    return {
        "who": audience.who.value,
        "cohort": ids.encode("coh", audience.cohort_id) if audience.cohort_id else "",
        "days": audience.days,
        "subject": campaign.subject,
        "body": campaign.body,
        "version": str(campaign.version),
    }


def _form(program: Program, form: AnnouncementForm) -> AnnouncementForm:
    found = [
        (ids.encode("coh", each.cohort.id), each.cohort.name)
        for each in cohort_queries.cohorts(reading(), program.id)
    ]
    form.cohort.choices = [SelectChoice("", "–"), *(SelectChoice(value, name) for value, name in found)]
    return form


def _text(form: AnnouncementForm) -> service.Text:
    subject = " ".join((form.subject.data or "").split())
    return service.Text(
        subject=subject, body=(form.body.data or "").replace("\r\n", "\n"), audience=form.audience()
    )


def _edit(program: Program, form: AnnouncementForm, campaign: Campaign | None) -> tuple[str, int]:
    if campaign is not None:
        form.version.data = str(campaign.version)
    page = render_template(
        "messaging/edit.html", program=program, form=form, campaign=campaign, fields=substitution.FIELDS
    )
    return page, 422 if form.errors else 200


def _version(text: str | None) -> int:
    """The row version that the page showed; a page without one is as stale as can be."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else -1
