"""Flags over the REST API: switches, early access to them, and one person's values."""

from flask_openapi import APIBlueprint

from betaops.web.api import PROBLEMS

blueprint = APIBlueprint(
    "flags_api",
    __name__,
    url_prefix="/api/v1",
    abp_tags=[{"name": "flags", "description": "Switches in the product under test, and who gets what."}],
    abp_security=[{"key": []}],
    abp_responses=PROBLEMS,
)

from betaops.flags.api import features, flags, people  # noqa: E402, F401  # they fill the blueprint
