"""All surveys of a program, and a new one."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from betaops.kernel.i18n import gettext as _
from betaops.surveys import labels, policy, queries, service
from betaops.surveys.forms.starting import NewForm
from betaops.surveys.models import SurveyState
from betaops.surveys.queries.responses import Counts
from betaops.surveys.views.frame import blueprint, program_of
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.forms import refusals


@blueprint.get("")
@needs(policy.READ)
def surveys(slug: str) -> str:
    program = program_of(slug)
    found = queries.surveys(reading(), program.id)
    return render_template(
        "surveys/console/surveys.html",
        program=program,
        live=[survey for survey in found if survey.state is not SurveyState.ARCHIVED],
        archived=[survey for survey in found if survey.state is SurveyState.ARCHIVED],
        counts=queries.counts(reading(), [survey.id for survey in found]),
        nothing=Counts(),
        labels=labels,
        policy=policy,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@needs(policy.WRITE)
def new(slug: str) -> Any:
    program = program_of(slug)
    form = NewForm()
    if form.validate_on_submit():
        with refusals(form):
            survey = service.create_survey(
                writing(), program_id=program.id, name=form.name.data or "", definition=form.definition
            )
            flash(_("The survey is made. Nobody sees it before you publish it."))
            return redirect(url_for(".build", slug=slug, survey_id=survey.id), 303)
    page = render_template("surveys/console/new.html", program=program, form=form)
    return page, 422 if form.errors else 200
