"""The console's pages of expectations and decisions; the program's overview is a blueprint of its own."""

from flask import Blueprint

blueprint = Blueprint("readiness", __name__, url_prefix="/console/programs/<slug>/readiness")

from betaops.readiness.views import (  # noqa: E402  # they fill the blueprint
    calibration,  # noqa: F401
    commitments,  # noqa: F401
    comparing,  # noqa: F401
    decisions,  # noqa: F401
    expectations,  # noqa: F401
    files,  # noqa: F401
    gate,  # noqa: F401
    market,  # noqa: F401
    pages,  # noqa: F401
    papers,  # noqa: F401
    problems,  # noqa: F401
    quotes,  # noqa: F401
)
