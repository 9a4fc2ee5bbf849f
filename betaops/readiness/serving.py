"""Papers as files."""

from typing import Literal

from flask import Response

from betaops.readiness.documents import Document, markdown
from betaops.readiness.documents.pdf import pdf

Form = Literal["md", "pdf"]


def file(document: Document, form: Form, name: str) -> Response:
    """To be kept as `name`.`form`."""
    if form == "pdf":
        response = Response(pdf(document), content_type="application/pdf")
    else:
        response = Response(markdown.text(document), content_type="text/markdown; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response
