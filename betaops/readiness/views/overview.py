"""The overview of a program, and the console's first page, which is the overview of the latest one."""

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from sqlalchemy.orm import Session

from betaops.accounts.permissions import Permission
from betaops.enrollment.queries import testers as tester_queries
from betaops.feedback import labels
from betaops.feedback import queries as feedback_queries
from betaops.kernel import clock
from betaops.kernel.i18n import gettext as _
from betaops.programs import queries as program_queries
from betaops.programs.models import Phase, Program
from betaops.readiness import board, health, overview, policy, queries
from betaops.readiness.flow import WEEK
from betaops.readiness.views import needing
from betaops.web.access import needs
from betaops.web.application import reading
from betaops.web.templating import day

NEWEST = 5

blueprint = Blueprint("overview", __name__, url_prefix="/console")


@blueprint.get("/")
@needs(Permission.CONSOLE_READ)
def latest() -> Any:
    """To the newest program that is under way, else the newest of all; without any, what to do first."""
    found = program_queries.programs(reading(), with_archived=False)
    if not found:
        return render_template(
            "readiness/welcome.html", has_products=bool(program_queries.products(reading()))
        )
    program = next((each for each in found if each.phase is not Phase.CLOSED), found[0])
    return redirect(url_for(".program", slug=program.slug), 303)


@blueprint.get("/programs/<slug>")
@needs(policy.SEE)
def program(slug: str) -> str:
    found = program_queries.program_by_slug(reading(), slug)
    rows = queries.board(reading(), found.id)
    decision = queries.decision_that_stands(reading(), found.id)
    going = queries.going(reading(), found, clock.now())
    return render_template(
        "readiness/overview.html",
        program=found,
        when=overview.day_of(found, clock.now().date()),
        rows=rows,
        recommended=board.recommended(rows),
        tally=board.tally(rows),
        missing=board.missing(rows),
        decision=decision,
        needs=needing.needs_of(reading(), found, rows, decision, going),
        going=going,
        formulae=health,
        steps=_funnel(reading(), found, going),
        weeks=_weeks(reading(), found),
        labels=labels,
        newest=feedback_queries.newest(reading(), found.id, NEWEST),
    )


def _weeks(session: Session, found: Program) -> list[dict[str, Any]]:
    """Participation by week; the present one is not over."""
    this_week = clock.now().date() - WEEK
    return [
        {
            "label": _("this week so far") if week.starts_on > this_week else day(week.starts_on, "d MMM"),
            "value": week.share,
        }
        for week in queries.weeks(session, found.id)
    ]


def _funnel(session: Session, found: Program, going: queries.Going) -> list[dict[str, Any]]:
    """Each step leads to the list of the people on it."""
    people = going.people
    testers = url_for("testers.index", slug=found.slug)
    return [
        {"label": _("Viewed"), "value": tester_queries.count_views(session, found.id)},
        {"label": _("Applied"), "value": people.applied, "href": testers},
        {
            "label": _("Accepted"),
            "value": people.accepted,
            "href": f"{testers}?state=accepted,active,completed",
        },
        {"label": _("Active"), "value": people.activated, "href": f"{testers}?state=active,completed"},
        {"label": _("Took part"), "value": people.took_part, "href": f"{testers}?did=took_part"},
        {"label": _("Answered"), "value": people.answered, "href": f"{testers}?did=answered"},
    ]
