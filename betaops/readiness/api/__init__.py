"""Expectations, readings and decisions over the REST API. Deciding and signing is for people alone."""

from flask_openapi import APIBlueprint

from betaops.web.api import PROBLEMS

blueprint = APIBlueprint(
    "readiness_api",
    __name__,
    url_prefix="/api/v1",
    abp_tags=[{"name": "readiness", "description": "What customers expect, and whether it is met."}],
    abp_security=[{"key": []}],
    abp_responses=PROBLEMS,
)

from betaops.readiness.api import calibration, decided, endpoints  # noqa: E402, F401  # they fill the blueprint
