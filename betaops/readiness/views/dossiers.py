"""The dossier as a file: at once, or written by a job where there are many people."""

from uuid import UUID

from flask import Response, current_app, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from betaops.kernel.errors import NotFound
from betaops.programs import queries as program_queries
from betaops.readiness import dossier, policy, queries
from betaops.readiness.views import blueprint
from betaops.web.access import needs
from betaops.web.application import reading, writing


@blueprint.get("/dossier.json")
@needs(policy.SEE)
def download(slug: str) -> Response | str:
    """The whole decision in a file that can be recomputed without us; of many people, the page from which a job writes it."""
    program = program_queries.program_by_slug(reading(), slug)
    if queries.count_let_in(reading(), program.id) > queries.AT_ONCE:
        return render_template("readiness/dossier.html", program=program, job=None)
    return _file(slug, dossier.written(queries.dossier_contents(reading(), program)))


@blueprint.post("/dossiers")
@needs(policy.SEE)
def write_dossier(slug: str) -> Answer:
    program = program_queries.program_by_slug(reading(), slug)
    job_id = writing().enqueue(queries.DOSSIER, {"program_id": str(program.id)})
    return redirect(url_for(".dossier_progress", slug=slug, job_id=job_id), 303)


@blueprint.get("/dossiers/<id(job):job_id>")
@needs(policy.SEE)
def dossier_progress(slug: str, job_id: UUID) -> str:
    """How far the file is; then the file."""
    program = program_queries.program_by_slug(reading(), slug)
    job = queries.dossier_job(reading(), program.id, job_id)
    return render_template("readiness/dossier.html", program=program, job=job)


@blueprint.get("/dossiers/<id(job):job_id>/file")
@needs(policy.SEE)
def written_dossier(slug: str, job_id: UUID) -> Response:
    """What the job wrote."""
    program = program_queries.program_by_slug(reading(), slug)
    job = queries.dossier_job(reading(), program.id, job_id)
    if not job.result or "file" not in job.result:
        raise NotFound
    files = current_app.platform.files  # type: ignore[attr-defined]  # our Application
    return _file(slug, files.pieces(job.result["file"]))


def _file(slug: str, data: object) -> Response:
    response = Response(data, content_type="application/json")  # type: ignore[arg-type]  # bytes, or pieces of them
    response.headers["Content-Disposition"] = f'attachment; filename="dossier-{slug}.json"'
    return response
