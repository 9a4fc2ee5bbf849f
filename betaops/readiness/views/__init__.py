"""The console's pages of expectations and decisions; the program's overview is a blueprint of its own."""

from flask import Blueprint

blueprint = Blueprint("readiness", __name__, url_prefix="/console/programs/<slug>/readiness")

from betaops.readiness.views import (  # noqa: E402, F401  # they fill the blueprint
    calibration,
    commitments,
    decisions,
    expectations,
    gate,
    pages,
    papers,
    problems,
)
