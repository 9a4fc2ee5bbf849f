"""Answers as files: small ones at once, large ones by a job."""

from typing import Any
from uuid import UUID

from flask import Response, current_app, redirect, url_for

from betaops.kernel.errors import NotFound
from betaops.kernel.work import Platform
from betaops.surveys import exports, policy
from betaops.surveys.exports import FileFormat, Wanted
from betaops.surveys.forms.console import ExportForm
from betaops.surveys.models import ResponseState, Survey
from betaops.surveys.queries import exporting as queries
from betaops.surveys.views.frame import blueprint, draw, program_of, survey_of
from betaops.web.access import needs
from betaops.web.application import reading, writing


@blueprint.get("/<id(svy):survey_id>/answers.csv")
@needs(policy.EXPORT)
def export(slug: str, survey_id: UUID) -> Any:
    """Complete responses, a line each; where there are many, the page from which a job writes them."""
    survey = survey_of(program_of(slug), survey_id)
    wanted = Wanted()
    if exports.count(reading(), survey, wanted) > exports.AT_ONCE:
        return redirect(url_for(".export_form", slug=slug, survey_id=survey.id), 303)
    return _file(survey, wanted)


@blueprint.get("/<id(svy):survey_id>/export")
@needs(policy.EXPORT)
def export_form(slug: str, survey_id: UUID) -> str:
    """Which file, which responses, which language."""
    survey = survey_of(program_of(slug), survey_id)
    return _asked(slug, survey, _form(survey))


@blueprint.post("/<id(svy):survey_id>/exports")
@needs(policy.EXPORT)
def export_file(slug: str, survey_id: UUID) -> Any:
    """The file itself where it is small, else a job that writes it."""
    survey = survey_of(program_of(slug), survey_id)
    form = _form(survey)
    if not form.validate_on_submit():
        return _asked(slug, survey, form), 422
    states = tuple(ResponseState(state) for state in form.states.data or ())
    wanted = Wanted(FileFormat(form.format.data), states, form.language.data)
    if exports.count(reading(), survey, wanted) <= exports.AT_ONCE:
        return _file(survey, wanted)
    job_id = writing().enqueue(queries.EXPORT, {"survey_id": str(survey.id), "wanted": wanted.to_json()})
    return redirect(url_for(".export_progress", slug=slug, survey_id=survey.id, job_id=job_id), 303)


@blueprint.get("/<id(svy):survey_id>/exports/<id(job):job_id>")
@needs(policy.EXPORT)
def export_progress(slug: str, survey_id: UUID, job_id: UUID) -> str:
    """How far the file is; then the file."""
    program = program_of(slug)
    survey = survey_of(program, survey_id)
    job = queries.export_job(reading(), survey.id, job_id)
    return draw("exporting", program, survey, "results", job=job)


@blueprint.get("/<id(svy):survey_id>/exports/<id(job):job_id>/file")
@needs(policy.EXPORT)
def exported(slug: str, survey_id: UUID, job_id: UUID) -> Response:
    """What the job wrote."""
    survey = survey_of(program_of(slug), survey_id)
    job = queries.export_job(reading(), survey.id, job_id)
    if not job.result or "file" not in job.result:
        raise NotFound
    wanted = Wanted.from_json(job.args["wanted"])
    return _download(survey, wanted, _platform().files.pieces(job.result["file"]))


def _form(survey: Survey) -> ExportForm:
    return ExportForm(written=queries.export_languages(reading(), survey.id))


def _asked(slug: str, survey: Survey, form: ExportForm) -> str:
    return draw("export", program_of(slug), survey, "results", form=form, at_once=exports.AT_ONCE)


def _file(survey: Survey, wanted: Wanted) -> Response:
    return _download(survey, wanted, exports.streamed(_platform(), survey, wanted))


def _download(survey: Survey, wanted: Wanted, pieces: Any) -> Response:
    response = Response(pieces, content_type=exports.CONTENT_TYPES[wanted.format])
    name = exports.file_name(survey, wanted)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _platform() -> Platform:
    return current_app.platform  # type: ignore[attr-defined,no-any-return]  # our Application
