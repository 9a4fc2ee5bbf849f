"""For operators and their probes: `/healthz`, `/readyz`, `/metrics`."""

import shutil

from flask import Blueprint, Response, current_app
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from betaops.kernel import migrations
from betaops.web.access import public
from betaops.web.application import reading

blueprint = Blueprint("operations", __name__)

#: Less than this and the next write may fail half-way.
FREE_BYTES = 8 << 20


@blueprint.get("/healthz")
@public(cookieless=True)
def health() -> Response:
    """The process answers."""
    return Response("ok\n", content_type="text/plain")


@blueprint.get("/readyz")
@public(cookieless=True)
def ready() -> Response:
    """The database answers, its schema is the one this code expects, and there is room to write."""
    settings = current_app.platform.settings  # type: ignore[attr-defined]  # our Application
    if shutil.disk_usage(settings.instance).free < FREE_BYTES:
        return Response("the disk is full\n", 503, content_type="text/plain")
    try:
        reading().execute(text("SELECT 1"))
        if not migrations.is_current(current_app.platform.database):  # type: ignore[attr-defined]  # our Application
            return Response(
                "schema is not current: run `python -m betaops migrate`\n", 503, content_type="text/plain"
            )
    except SQLAlchemyError:
        return Response("database is away\n", 503, content_type="text/plain")
    return Response("ready\n", content_type="text/plain")


@blueprint.get("/metrics")
@public(cookieless=True)
def metrics() -> Response:
    """Prometheus text format, of this process. Keep it from the public by the proxy in front."""
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)
