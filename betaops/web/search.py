"""What the command palette finds: `/console/search?q=…`. Rooms offer their providers through `wiring`."""

from typing import cast

from flask import Blueprint, Response, current_app, jsonify, request

from betaops.web.access import needs
from betaops.web.application import Application, reading, viewer

LONGEST_QUERY = 100
PER_GROUP = 6

blueprint = Blueprint("search", __name__)


@blueprint.get("/console/search")
@needs("console:read")
def search() -> Response:
    """`{"groups": [{"label", "items": [{"label", "note", "url", "icon"}]}]}`, empty groups left out."""
    query = " ".join(request.args.get("q", "").replace("\0", "").split())[:LONGEST_QUERY]
    groups = []
    for provider in cast(Application, current_app).searches:
        items = provider.find(reading(), query, PER_GROUP) if viewer().can(provider.permission) else []
        if items:
            groups.append({"label": str(provider.label), "items": items})
    return jsonify({"groups": groups})
