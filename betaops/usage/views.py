"""The console's pages about usage: of a program, and of one tester."""

import uuid
from datetime import date, timedelta

from flask import Blueprint, render_template, request

from betaops.enrollment.queries import testers as tester_queries
from betaops.kernel import clock
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.usage import charts, policy, queries
from betaops.web.access import needs
from betaops.web.application import reading

blueprint = Blueprint("usage", __name__, url_prefix="/console/programs/<slug>")

#: Spans to choose from, in days; 0 is the whole program.
SPANS = (7, 28, 0)
LONGEST_NAME = 200
MOST_DAYS = 400


@blueprint.get("/usage")
@needs(policy.SEE)
def index(slug: str) -> str:
    """Active people by day and what they did, of all events or of one name."""
    program = program_queries.program_by_slug(reading(), slug)
    today = clock.now().date()
    span = int(request.args["days"]) if request.args.get("days", "") in map(str, SPANS) else 28
    since = _since(program, today, span)
    name = request.args.get("event", "").replace("\0", "")[:LONGEST_NAME] or None
    days = queries.by_day(reading(), program, since, today, name)
    return render_template(
        "usage/index.html",
        program=program,
        span=span,
        spans=SPANS,
        event=name,
        since=since,
        has_any=queries.has_any(reading(), program.product_id),
        totals=queries.totals(reading(), program, since, today, name),
        week=queries.totals(reading(), program, today - timedelta(days=6), today, name),
        names=queries.by_name(reading(), program, since, today),
        points=charts.active_people(days),
        seated=program.seats_taken,
    )


def _since(program: Program, today: date, span: int) -> date:
    """The first day shown: of the span, or of the program, never more than the longest span ago."""
    if span:
        return today - timedelta(days=span - 1)
    return max(min(program.starts_on, today), today - timedelta(days=MOST_DAYS - 1))


@blueprint.get("/testers/<id(enr):enrollment_id>/usage")
@needs(policy.SEE)
def person(slug: str, enrollment_id: uuid.UUID) -> str:
    """What one tester did, the newest first."""
    program = program_queries.program_by_slug(reading(), slug)
    enrollment = tester_queries.enrollment(reading(), program.id, enrollment_id)
    tester = tester_queries.tester(reading(), enrollment.tester_id)
    today = clock.now().date()
    return render_template(
        "usage/person.html",
        program=program,
        enrollment=enrollment,
        tester=tester,
        seen=queries.seen(reading(), tester.id),
        days=queries.days_of(reading(), tester.id, today - timedelta(days=27), today),
        page=queries.events(reading(), tester.id, cursor=request.args.get("cursor")),
    )
