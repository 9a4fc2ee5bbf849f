"""What is probably not found yet."""

from flask import render_template

from betaops.kernel import clock
from betaops.programs import queries as program_queries
from betaops.readiness import policy, queries
from betaops.readiness.flow import weeks
from betaops.readiness.unfound import forecast
from betaops.readiness.views import blueprint
from betaops.web.access import needs
from betaops.web.application import reading


@blueprint.get("/unfound")
@needs(policy.SEE)
def unfound(slug: str) -> str:
    program = program_queries.program_by_slug(reading(), slug)
    people, first_at = queries.began(reading(), program.id)
    now = clock.now()
    problems = queries.problems(reading(), program.id)
    return render_template(
        "readiness/unfound.html",
        program=program,
        forecast=forecast(problems, people, began=first_at or now, now=now),
        people=people,
        flow=weeks(problems, now.date()),
    )
