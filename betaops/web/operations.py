"""For operators and their probes: `/healthz`, `/readyz`, `/metrics`."""

from flask import Blueprint, Response, current_app
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from betaops.kernel import checks
from betaops.web.access import public

blueprint = Blueprint("operations", __name__)


@blueprint.get("/healthz")
@public(cookieless=True)
def health() -> Response:
    """The process answers."""
    return Response("ok\n", content_type="text/plain")


@blueprint.get("/readyz")
@public(cookieless=True)
def ready() -> Response:
    """The database answers, its schema is the one this code expects, and there is room to write."""
    reason = checks.unready(current_app.platform)  # type: ignore[attr-defined]  # our Application
    return Response(f"{reason or 'ready'}\n", 503 if reason else 200, content_type="text/plain")


@blueprint.get("/metrics")
@public(cookieless=True)
def metrics() -> Response:
    """Prometheus text format, of this process. Keep it from the public by the proxy in front."""
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)
