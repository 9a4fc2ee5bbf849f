"""A tester's receipt: what became of their reports, which needs their answers counted in, what was decided."""

from flask import Blueprint, render_template, url_for

from betaops.enrollment import policy as enrollment_policy
from betaops.enrollment import providers
from betaops.enrollment.queries import portal as enrollment_queries
from betaops.feedback import labels
from betaops.feedback import queries as feedback_queries
from betaops.kernel.errors import NotFound
from betaops.readiness import queries
from betaops.readiness.deciding import receipts
from betaops.web.access import tester
from betaops.web.application import reading, viewer

blueprint = Blueprint("readiness_portal", __name__, url_prefix="/portal/<slug>/receipt")

MOST_REPORTS = 50


@blueprint.get("")
@tester
def receipt(slug: str) -> str:
    me = viewer().id
    if me is None:
        raise NotFound
    place = enrollment_queries.enrollment_by_slug(reading(), me, slug)
    if not enrollment_policy.may_enter(place):
        raise NotFound
    return render_template(
        "readiness/portal/receipt.html",
        program=place.program,
        place=place,
        is_inside=True,
        slug=slug,
        links=providers.tabs(place, url_for("portal.program", slug=slug), url_for(".receipt", slug=slug)),
        told=queries.told_to(reading(), place.program_id, me),
        plain=receipts.in_plain_words,
        outcomes=feedback_queries.outcomes_of(reading(), place.id, MOST_REPORTS),
        labels=labels,
    )
