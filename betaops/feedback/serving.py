"""How an attachment leaves the house: behind a permission, in a sandbox, never run by a browser."""

from urllib.parse import quote

from flask import current_app
from werkzeug.wrappers import Response

from betaops.feedback.models import Attachment
from betaops.kernel.images import FORMATS
from betaops.web.headers import sandbox


def served(attachment: Attachment) -> Response:
    """Pictures that we encoded ourselves are shown, anything else is only handed over as a file.

    Whether the viewer may see the report was asked before; the answer is never kept by a cache.
    """
    data = current_app.platform.files.get(attachment.file)  # type: ignore[attr-defined]  # our Application
    is_ours = attachment.content_type in FORMATS
    sandbox()
    response = Response(data, content_type=attachment.content_type if is_ours else "application/octet-stream")
    kind = "inline" if is_ours else "attachment"
    response.headers["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(attachment.name, safe='')}"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, no-store"
    return response
