"""Papers and what jobs wrote, as files."""

from flask import Response, current_app

from betaops.kernel import clock
from betaops.kernel.errors import NotFound
from betaops.readiness.documents import Document, markdown
from betaops.readiness.models import CONTENT_TYPES, FileKind, KeptFile

_ENDINGS = {FileKind.PDF: "pdf", FileKind.DOSSIER: "json"}


def as_markdown(document: Document, name: str) -> Response:
    """To be saved as `name`.md."""
    return _saved(
        Response(markdown.text(document), content_type="text/markdown; charset=utf-8"), f"{name}.md"
    )


def kept(row: KeptFile) -> Response:
    """What a job wrote; `NotFound` until it is there, and when its time is over."""
    if not row.is_there(clock.now()):
        raise NotFound
    files = current_app.platform.files  # type: ignore[attr-defined]  # our Application
    response = Response(files.pieces(row.file), content_type=CONTENT_TYPES[row.kind])
    return _saved(response, f"{row.name}.{_ENDINGS[row.kind]}")


def dossier(data: bytes, name: str) -> Response:
    """To be saved as `name`.json."""
    return _saved(Response(data, content_type=CONTENT_TYPES[FileKind.DOSSIER]), f"{name}.json")


def _saved(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
