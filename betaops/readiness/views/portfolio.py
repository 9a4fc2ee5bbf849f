"""All programs of the workspace, side by side."""

from flask import Blueprint, render_template, request

from betaops.kernel import clock
from betaops.readiness import policy, queries
from betaops.readiness.portfolio import USUAL, ordered
from betaops.web.access import needs
from betaops.web.application import reading

blueprint = Blueprint("portfolio", __name__, url_prefix="/console/portfolio")


@blueprint.get("")
@needs(policy.SEE)
def index() -> str:
    order = request.args.get("sort", USUAL)
    lines = ordered(queries.portfolio(reading(), clock.now()), order)
    return render_template("readiness/portfolio.html", lines=lines, order=order)
