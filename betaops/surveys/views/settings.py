"""When it is open, who may frame it, and its end."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for

from betaops.kernel.i18n import gettext as _
from betaops.surveys import labels, policy, queries, service
from betaops.surveys.forms.console import SettingsForm
from betaops.surveys.models import Survey, SurveyState
from betaops.surveys.views.frame import blueprint, draw, number, program_of, survey_of
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.forms import refusals


@blueprint.route("/<id(svy):survey_id>/settings", methods=["GET", "POST"])
@needs(policy.WRITE)
def settings(slug: str, survey_id: UUID) -> Any:
    program = program_of(slug)
    survey = survey_of(program, survey_id)
    form = SettingsForm(data=_shown(survey))
    if form.validate_on_submit():
        with refusals(form):
            service.change_settings(
                writing(),
                survey.id,
                name=form.name.data or "",
                origins=[line for line in (form.origins.data or "").split() if line],
                opens_at=moment(form.opens_at.data),
                closes_at=moment(form.closes_at.data),
                response_limit=form.response_limit.data,
                is_anonymous=form.is_anonymous.data,
                version=number(form.version.data),
            )
            flash(_("The settings are saved."))
            return redirect(url_for(".settings", slug=slug, survey_id=survey.id), 303)
    page = draw(
        "settings",
        program,
        survey,
        "settings",
        form=form,
        versions=queries.versions(reading(), survey.id),
        has_answers=queries.count_responses(reading(), survey.id) > 0,
        states=SurveyState,
        quotas=queries.quotas(reading(), survey.id),
        held=queries.count_held(reading(), survey),
        arms=queries.arms(reading(), survey.id),
    )
    return page, 422 if form.errors else 200


@blueprint.post("/<id(svy):survey_id>/state")
@needs(policy.WRITE)
def state(slug: str, survey_id: UUID) -> Any:
    survey = survey_of(program_of(slug), survey_id)
    wanted = next((each for each in SurveyState if each == request.form.get("state")), survey.state)
    service.change_state(writing(), survey.id, wanted)
    flash(_("The survey is now: %(state)s.", state=labels.STATES[wanted]))
    return redirect(url_for(".settings", slug=slug, survey_id=survey.id), 303)


@blueprint.post("/<id(svy):survey_id>/deletion")
@needs(policy.WRITE)
def delete(slug: str, survey_id: UUID) -> Any:
    survey = survey_of(program_of(slug), survey_id)
    service.delete_survey(writing(), survey.id)
    flash(_("The draft is deleted."))
    return redirect(url_for(".surveys", slug=slug), 303)


def _shown(survey: Survey) -> dict[str, Any]:
    return {
        "version": str(survey.version),
        "name": survey.name,
        "opens_at": survey.opens_at,
        "closes_at": survey.closes_at,
        "response_limit": survey.response_limit,
        "is_anonymous": survey.is_anonymous,
        "origins": "\n".join(survey.origins),
    }


def moment(naive: datetime | None) -> datetime | None:
    """What a form says, which is in UTC."""
    return naive.replace(tzinfo=UTC) if naive is not None else None
