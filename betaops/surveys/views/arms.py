"""Arms of a survey: made, changed and taken away as long as nobody has answered."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, url_for

from betaops.kernel.i18n import gettext as _
from betaops.surveys import policy, queries, service
from betaops.surveys.engine.arms import ARM
from betaops.surveys.forms.arms import ArmForm
from betaops.surveys.models import Survey, SurveyArm
from betaops.surveys.views.frame import blueprint, draw, program_of, survey_of
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.forms import refusals


@blueprint.route("/<id(svy):survey_id>/arms", methods=["GET", "POST"])
@needs(policy.WRITE)
def arms(slug: str, survey_id: UUID) -> Any:
    """All of them, and a form for another."""
    survey = survey_of(program_of(slug), survey_id)
    form = ArmForm()
    if form.validate_on_submit():
        with refusals(form):
            service.add_arm(writing(), survey.id, **_values(form))
            flash(_("The arm is there."))
            return redirect(url_for(".arms", slug=slug, survey_id=survey.id), 303)
    return _page(slug, survey, form), 422 if form.errors else 200


@blueprint.route("/<id(svy):survey_id>/arms/<uuid:arm_id>", methods=["GET", "POST"])
@needs(policy.WRITE)
def arm(slug: str, survey_id: UUID, arm_id: UUID) -> Any:
    """Change one."""
    survey = survey_of(program_of(slug), survey_id)
    row = queries.arm(reading(), survey.id, arm_id)
    form = ArmForm(data={"name": row.name, "weight": row.weight})
    if form.validate_on_submit():
        with refusals(form):
            service.change_arm(writing(), survey.id, row.id, **_values(form))
            flash(_("The arm is saved."))
            return redirect(url_for(".arms", slug=slug, survey_id=survey.id), 303)
    return _page(slug, survey, form, row), 422 if form.errors else 200


@blueprint.post("/<id(svy):survey_id>/arms/<uuid:arm_id>/deletion")
@needs(policy.WRITE)
def delete_arm(slug: str, survey_id: UUID, arm_id: UUID) -> Any:
    survey = survey_of(program_of(slug), survey_id)
    service.delete_arm(writing(), survey.id, arm_id)
    flash(_("The arm is gone."))
    return redirect(url_for(".arms", slug=slug, survey_id=survey.id), 303)


def _page(slug: str, survey: Survey, form: ArmForm, row: SurveyArm | None = None) -> str:
    return draw(
        "arms",
        program_of(slug),
        survey,
        "settings",
        form=form,
        arm=row,
        arms=queries.arms(reading(), survey.id),
        is_fixed=queries.arms_stand(reading(), survey.id),
        variable=ARM,
    )


def _values(form: ArmForm) -> dict[str, Any]:
    return {"name": form.name.data or "", "weight": form.weight.data}
