"""Files of responses over the REST API: asked for, then fetched."""

from typing import Literal, cast
from uuid import UUID

from flask import Response, current_app, url_for
from pydantic import BaseModel, Field

from betaops.kernel import ids
from betaops.kernel.errors import NotFound
from betaops.kernel.jobs import Job, JobState
from betaops.surveys import exports, policy, queries
from betaops.surveys.api.shapes import OfSurvey, blueprint
from betaops.surveys.exports import FileFormat, Wanted
from betaops.surveys.models import ResponseState
from betaops.surveys.queries import exporting
from betaops.web.access import scope
from betaops.web.api import Body, Text, path_id, shown
from betaops.web.application import Application, reading, writing

State = Literal["waiting", "running", "done", "failed"]


class OfExport(OfSurvey):
    export_id: path_id("job") = Field(description="`job_…`")  # type: ignore[valid-type]  # a type made by a function


class NewExport(Body):
    """Which file. `json` is a document a line for each response (NDJSON)."""

    format: FileFormat = FileFormat.CSV
    states: list[ResponseState] = Field([ResponseState.COMPLETE], min_length=1, max_length=20)
    language: Text = Field(
        "default", max_length=20, pattern=r"^[A-Za-z-]+$", description="Of labels; `default` as written."
    )


class ShownExport(BaseModel):
    id: str
    state: State
    done: int = Field(description="Responses written so far.")
    total: int
    file: str | None = Field(description="Address of the file once it is there; it stays for a day.")


@blueprint.post("/surveys/<survey_id>/exports", responses={202: ShownExport})
@scope(policy.EXPORT)
def export(path: OfSurvey, body: NewExport) -> Response:
    """Have a file of responses written; its own address says how far it is."""
    found = queries.survey(reading(), path.survey_id)
    states = tuple(dict.fromkeys(body.states))
    wanted = Wanted(body.format, states, body.language)
    args = {"survey_id": str(found.id), "wanted": wanted.to_json()}
    job_id = writing().enqueue(exporting.EXPORT, args)
    assert job_id is not None  # without a key nothing keeps it out
    return shown(_shown(exporting.export_job(reading(), found.id, job_id)), 202)


@blueprint.get("/surveys/<survey_id>/exports/<export_id>", responses={200: ShownExport})
@scope(policy.EXPORT)
def export_state(path: OfExport) -> Response:
    """How far a file is."""
    found = queries.survey(reading(), path.survey_id)
    return shown(_shown(exporting.export_job(reading(), found.id, path.export_id)))


@blueprint.get("/surveys/<survey_id>/exports/<export_id>/file")
@scope(policy.EXPORT)
def export_file(path: OfExport) -> Response:
    """The file; 404 until it is written, and after its day."""
    found = queries.survey(reading(), path.survey_id)
    job = exporting.export_job(reading(), found.id, path.export_id)
    if not job.result or "file" not in job.result:
        raise NotFound
    wanted = Wanted.from_json(job.args["wanted"])
    pieces = cast(Application, current_app).platform.files.pieces(job.result["file"])
    return Response(pieces, content_type=exports.CONTENT_TYPES[wanted.format])


_STATES: dict[JobState, State] = {
    JobState.WAITING: "waiting",
    JobState.RUNNING: "running",
    JobState.DONE: "done",
    JobState.DEAD: "failed",
}


def _shown(job: Job) -> ShownExport:
    own = ids.encode("job", job.id)
    survey_id = ids.encode("svy", UUID(job.args["survey_id"]))
    is_there = job.state is JobState.DONE
    return ShownExport(
        id=own,
        state=_STATES[job.state],
        done=job.done,
        total=job.total,
        file=url_for("surveys_api.export_file", survey_id=survey_id, export_id=own) if is_there else None,
    )
