"""The API's own description: OpenAPI 3.1 at `/api/v1/openapi.json`."""

from typing import cast

import orjson
from flask import Blueprint, Response, current_app

from betaops.web.access import public
from betaops.web.application import Application

blueprint = Blueprint("openapi", __name__, url_prefix="/api/v1")


@blueprint.get("/openapi.json")
@public(cookieless=True)
def document() -> Response:
    """The same for everybody; it names no data."""
    return Response(orjson.dumps(cast(Application, current_app).api_doc), content_type="application/json")
