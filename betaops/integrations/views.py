"""A program's webhooks: where they go, their secrets, and what became of each."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from betaops.integrations import policy, queries, service
from betaops.integrations.forms import EndpointForm
from betaops.integrations.models import TOPICS, DeliveryState, WebhookEndpoint
from betaops.integrations.wording import STATE_WORDS, TOPIC_WORDS
from betaops.kernel.errors import Refused
from betaops.kernel.i18n import gettext as _
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.web.access import needs
from betaops.web.application import reading, viewer, writing
from betaops.web.forms import EmptyForm, refusals
from betaops.web.once import show_once, shown_once

blueprint = Blueprint("webhooks", __name__, url_prefix="/console/programs/<slug>/webhooks")

_ONCE = "webhook_secret"


@blueprint.after_request
def keep_to_ourselves(response: Response) -> Response:
    """A page here may show a secret: no cache keeps it."""
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("")
@needs(policy.MANAGE)
def index(slug: str) -> str:
    program = _program(slug)
    found = queries.endpoints(reading(), program.id)
    return render_template(
        "integrations/index.html",
        program=program,
        endpoints=found,
        waiting=queries.waiting(reading(), [each.id for each in found]),
        topic_words=TOPIC_WORDS,
        may_export=viewer().can(policy.EXPORT),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@needs(policy.MANAGE)
def new(slug: str) -> Any:
    program = _program(slug)
    form = EndpointForm(data=None if request.form else {"topics": [topic.value for topic in TOPICS]})
    if form.validate_on_submit():
        with refusals(form, "url"):
            made = service.add_endpoint(
                writing(), program_id=program.id, url=form.url.data or "", topics=form.topics.data or []
            )
            show_once(_ONCE, [str(made.endpoint.id), made.secret])
            return _to(slug, made.endpoint.id)
    page = render_template("integrations/new.html", program=program, form=form)
    return page, 422 if form.errors else 200


@blueprint.get("/<id(whk):endpoint_id>")
@needs(policy.MANAGE)
def endpoint(slug: str, endpoint_id: UUID) -> str:
    """Its settings and the newest deliveries."""
    program = _program(slug)
    found = queries.endpoint(reading(), program.id, endpoint_id)
    left = shown_once(_ONCE)
    return _page(
        program, found, EndpointForm(obj=found), left[1] if left and left[0] == str(found.id) else ""
    )


@blueprint.post("/<id(whk):endpoint_id>")
@needs(policy.MANAGE)
def change(slug: str, endpoint_id: UUID) -> Any:
    program = _program(slug)
    found = queries.endpoint(reading(), program.id, endpoint_id)
    form = EndpointForm()
    if form.validate_on_submit():
        with refusals(form, "url"):
            service.change_endpoint(
                writing(),
                found.id,
                url=form.url.data or "",
                topics=form.topics.data or [],
                is_on=bool(form.is_on.data),
            )
            flash(_("Saved."))
            return _to(slug, found.id)
    return _page(program, found, form, ""), 422


@blueprint.post("/<id(whk):endpoint_id>/secret")
@needs(policy.MANAGE)
def secret(slug: str, endpoint_id: UUID) -> Any:
    """A new one; the former signs too for a day."""
    found = queries.endpoint(reading(), _program(slug).id, endpoint_id)
    show_once(_ONCE, [str(found.id), service.new_secret(writing(), found.id)])
    return _to(slug, found.id)


@blueprint.post("/<id(whk):endpoint_id>/test")
@needs(policy.MANAGE)
def test(slug: str, endpoint_id: UUID) -> Any:
    found = queries.endpoint(reading(), _program(slug).id, endpoint_id)
    service.send_test(writing(), found.id)
    flash(_("A test is on its way. Look below in a moment."))
    return _to(slug, found.id)


@blueprint.post("/<id(whk):endpoint_id>/deletion")
@needs(policy.MANAGE)
def remove(slug: str, endpoint_id: UUID) -> Any:
    found = queries.endpoint(reading(), _program(slug).id, endpoint_id)
    service.remove_endpoint(writing(), found.id)
    flash(_("Nothing is sent there any more."))
    return redirect(url_for(".index", slug=slug), 303)


@blueprint.post("/<id(whk):endpoint_id>/deliveries/<id(whd):delivery_id>/repetition")
@needs(policy.MANAGE)
def repeat(slug: str, endpoint_id: UUID, delivery_id: UUID) -> Any:
    """Send one again, under the same id."""
    found = queries.endpoint(reading(), _program(slug).id, endpoint_id)
    delivery = queries.delivery(reading(), found.id, delivery_id)
    try:
        service.send_again(writing(), delivery.id)
    except Refused as error:
        flash(str(error.message), "error")
    else:
        flash(_("It is on its way again."))
    return _to(slug, found.id)


def _program(slug: str) -> Program:
    return program_queries.program_by_slug(reading(), slug)


def _to(slug: str, endpoint_id: UUID) -> Any:
    return redirect(url_for(".endpoint", slug=slug, endpoint_id=endpoint_id), 303)


def _page(program: Program, found: WebhookEndpoint, form: EndpointForm, shown: str) -> str:
    wanted = request.args.get("state", "")
    state = next((each for each in DeliveryState if each == wanted), None)
    return render_template(
        "integrations/endpoint.html",
        program=program,
        endpoint=found,
        form=form,
        secret=shown,
        page=queries.deliveries(reading(), found.id, state=state, cursor=request.args.get("cursor")),
        wanted=state,
        topic_words=TOPIC_WORDS,
        state_words=STATE_WORDS,
        empty_form=EmptyForm(),
    )
