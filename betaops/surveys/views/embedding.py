"""The widget for other people's pages: what to paste, how it looks there, and the QR code of the public link."""

import io
from typing import Any
from uuid import UUID

import segno
from flask import Response, flash, redirect, render_template, request, url_for

from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import gettext as _
from betaops.surveys import policy, queries, service
from betaops.surveys.definition import Definition, Question
from betaops.surveys.forms.doors import SitesForm
from betaops.surveys.models import LinkKind, Survey, SurveyLink
from betaops.surveys.views.frame import blueprint, draw, number, program_of, survey_of
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.forms import refusals
from betaops.web.headers import widen
from betaops.web.letters import link as absolute

FORMS = ("inline", "popover", "tab")


@blueprint.get("/<id(svy):survey_id>/share/widget")
@needs(policy.READ)
def widget(slug: str, survey_id: UUID) -> str:
    """One form of the widget: its snippet, and how it looks in a page."""
    survey = survey_of(program_of(slug), survey_id)
    shown = {"version": str(survey.version), "origins": "\n".join(survey.origins)}
    return _page(slug, survey, SitesForm(formdata=None, data=shown))


@blueprint.post("/<id(svy):survey_id>/share/widget/sites")
@needs(policy.WRITE)
def name_sites(slug: str, survey_id: UUID) -> Any:
    """Which sites may show it; every other setting stays."""
    survey = survey_of(program_of(slug), survey_id)
    form = SitesForm()
    if form.validate_on_submit():
        with refusals(form, "origins"):
            service.change_settings(
                writing(),
                survey.id,
                name=survey.name,
                origins=(form.origins.data or "").split(),
                opens_at=survey.opens_at,
                closes_at=survey.closes_at,
                response_limit=survey.response_limit,
                version=number(form.version.data),
            )
            flash(_("Saved."))
            return redirect(url_for(".widget", slug=slug, survey_id=survey.id, form=_form()), 303)
    return _page(slug, survey, form), 422


def _page(slug: str, survey: Survey, sites: SitesForm) -> str:
    form = _form()
    words = {"inline": _("In the page"), "popover": _("In a corner"), "tab": _("Behind a tab")}
    icons = {"inline": "square", "popover": "app-window", "tab": "panel-right"}
    public = _link(survey, LinkKind.PUBLIC)
    return draw(
        "widget",
        program_of(slug),
        survey,
        "share",
        sites=sites,
        form_name=form,
        forms=[
            {
                "label": words[each],
                "url": url_for(".widget", slug=slug, survey_id=survey.id, form=each),
                "current": each == form,
                "icon": icons[each],
            }
            for each in FORMS
        ],
        snippet=_snippet(public.token, form, _height(survey)) if public and public.token else None,
        test=_link(survey, LinkKind.TEST),
    )


@blueprint.get("/<id(svy):survey_id>/share/widget/page")
@needs(policy.READ)
def widget_page(slug: str, survey_id: UUID) -> str:
    """Somebody's page as the widget would stand in it; what is answered here is a trial."""
    survey = survey_of(program_of(slug), survey_id)
    test = _link(survey, LinkKind.TEST)
    if test is None:
        raise NotFound
    widen("frame-ancestors", "'self'")
    return render_template(
        "surveys/console/widget_page.html",
        survey=survey,
        token=test.token,
        form_name=_form(),
        height=_height(survey),
        loader=url_for("surveys_portal.loader"),
    )


@blueprint.get("/<id(svy):survey_id>/links/<uuid:link_id>/code.svg")
@needs(policy.READ)
def download_code(slug: str, survey_id: UUID, link_id: UUID) -> Response:
    """The QR code of a public link, to print; quiet zone included, error correction M."""
    survey = survey_of(program_of(slug), survey_id)
    link = queries.link(reading(), survey.id, link_id)
    if link.token is None or link.revoked_at is not None:
        raise NotFound
    drawn = io.BytesIO()
    address = absolute("surveys_portal.page", token=link.token)
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", scale=8, title=survey.name)
    response = Response(drawn.getvalue(), content_type="image/svg+xml")
    if "download" in request.args:
        response.headers["Content-Disposition"] = f'attachment; filename="survey-{link.id.hex[:8]}.svg"'
    return response


def _form() -> str:
    wanted = request.args.get("form", "")
    return wanted if wanted in FORMS else FORMS[0]


def _link(survey: Survey, kind: LinkKind) -> SurveyLink | None:
    found = queries.links(reading(), survey.id)
    return next((each for each in found if each.kind is kind and each.revoked_at is None), None)


def _snippet(token: str, form: str, height: int) -> str:
    loader = absolute("surveys_portal.loader")
    if form == "inline":
        # Not async: the place is kept before the rest of the page is drawn, so nothing moves when it comes.
        return f'<script src="{loader}" data-survey="{token}" data-height="{height}"></script>'
    label = _("Feedback")
    more = f'data-label="{label}"' if form == "tab" else 'data-delay="5"'
    return f'<script src="{loader}" data-survey="{token}" data-form="{form}" {more} async></script>'


def _height(survey: Survey) -> int:
    """About how many pixels the first page takes where it is 600 wide."""
    live_id = queries.live_version_id(reading(), survey)
    if live_id is None:
        return 420
    definition: Definition = queries.published(reading(), live_id).definition
    asked = definition.pages[0].questions if definition.pages else ()
    return 230 + sum(_height_of(question) for question in asked if not question.visible_if)


def _height_of(question: Question) -> int:
    if question.kind in ("radiogroup", "checkbox"):
        return 60 + 50 * len(question.choices)
    return {"comment": 190, "matrix": 60 + 100 * len(question.rows), "rating": 130}.get(question.kind, 110)
