"""Cohorts over the REST API."""

from betaops.web.api import PROBLEMS
from betaops.web.endpoints import Endpoints

blueprint = Endpoints(
    "cohorts_api",
    __name__,
    url_prefix="/api/v1",
    abp_tags=[
        {"name": "cohorts", "description": "Groups of a program's people, picked by hand or by a rule."}
    ],
    abp_security=[{"key": []}],
    abp_responses=PROBLEMS,
)

from betaops.cohorts.api import cohorts, people  # noqa: E402, F401  # they fill the blueprint
