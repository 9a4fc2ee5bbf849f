"""Papers as PDF and the dossier as a file, over the REST API: asked for, then fetched from one address."""

from typing import Any

from flask import Response, url_for
from pydantic import Field

from betaops.kernel import clock, ids
from betaops.kernel.errors import Unavailable
from betaops.kernel.i18n import gettext as _
from betaops.programs import queries as program_queries
from betaops.readiness import policy, queries, service, serving
from betaops.readiness.api import blueprint
from betaops.readiness.api.papers import OfPaper
from betaops.readiness.api.shapes import InProgram
from betaops.readiness.models import FileKind, KeptFile
from betaops.readiness.queries import Making
from betaops.web.access import scope
from betaops.web.api import Shown, path_id, shown
from betaops.web.application import reading, writing

#: Whoever waits asks again after so many seconds.
RETRY_AFTER = 1


class OfFile(InProgram):
    file_id: path_id("kfl") = Field(description="`kfl_…`")  # type: ignore[valid-type]  # a type made by a function


class ShownFile(Shown):
    """A file that is being written."""

    id: str
    kind: FileKind
    state: Making
    done: int
    total: int = Field(description="0 where nobody can say how much it is")
    url: str = Field(description="Answers 202 with this until the file is there, then 200 with the file")


def _file_of(*kinds: str) -> Any:
    binary = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in kinds}
    return {"description": "The file", "content": binary}


@blueprint.post(
    "/programs/<program_id>/papers/<name>/file",
    responses={200: _file_of("application/pdf"), 202: ShownFile},
)
@scope(policy.SEE)
def ask_for_paper(path: OfPaper) -> Response:
    """A paper as PDF: at once (200) where it was written of the same evidence within the last day, else it is written now
    (202, with the address where it will be)."""
    program = program_queries.program(reading(), path.program_id)
    told, digest = queries.paper_now(reading(), program, path.name, clock.now())
    row = service.ask_for_pdf(writing(), program, told, name=f"{path.name}-{program.slug}", digest=digest)
    return _answer(row)


@blueprint.post("/programs/<program_id>/dossier/file", responses={202: ShownFile})
@scope(policy.SEE)
def ask_for_dossier(path: InProgram) -> Response:
    """The whole decision as a file: for programs with many people, where `GET …/dossier` takes long."""
    program = program_queries.program(reading(), path.program_id)
    return _answer(service.ask_for_dossier(writing(), program))


@blueprint.get(
    "/programs/<program_id>/files/<file_id>",
    responses={200: _file_of("application/pdf", "application/json"), 202: ShownFile},
)
@scope(policy.SEE)
def file(path: OfFile) -> Response:
    """The file once it is there, for a day; until then how far it is (202), and 503 where it was given up: ask for it
    again."""
    row = queries.file_now(reading(), path.program_id, path.file_id, clock.now()).row
    return _answer(row)


def _answer(row: KeptFile) -> Response:
    if row.is_there(clock.now()):
        return serving.kept(row)
    state, done, total = queries.how_far(reading(), row)[1:]
    if state is Making.FAILED:
        raise Unavailable("not_written", _("The file could not be written. Ask for it again."))
    file_id = ids.encode("kfl", row.id)
    url = url_for("readiness_api.file", program_id=ids.encode("prg", row.program_id), file_id=file_id)
    response = shown(ShownFile(id=file_id, kind=row.kind, state=state, done=done, total=total, url=url), 202)
    response.headers["Location"], response.headers["Retry-After"] = url, str(RETRY_AFTER)
    return response
