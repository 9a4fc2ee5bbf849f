"""Expectations, readings and decisions over the REST API. Deciding and signing is for people alone."""

from betaops.web.api import PROBLEMS
from betaops.web.endpoints import Endpoints

blueprint = Endpoints(
    "readiness_api",
    __name__,
    url_prefix="/api/v1",
    abp_tags=[{"name": "readiness", "description": "What customers expect, and whether it is met."}],
    abp_security=[{"key": []}],
    abp_responses=PROBLEMS,
)

from betaops.readiness.api import (  # noqa: E402  # they fill the blueprint
    calibration,  # noqa: F401
    decided,  # noqa: F401
    endpoints,  # noqa: F401
    files,  # noqa: F401
    gate,  # noqa: F401
    going,  # noqa: F401
    ground_rules,  # noqa: F401
    papers,  # noqa: F401
    quotes,  # noqa: F401
)
