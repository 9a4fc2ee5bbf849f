"""The overview of a program, and the console's first page, which is the overview of the latest one."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from sqlalchemy.orm import Session

from betaops.accounts.permissions import Permission
from betaops.enrollment.queries import testers as tester_queries
from betaops.feedback import labels
from betaops.feedback import queries as feedback_queries
from betaops.flags import queries as flag_queries
from betaops.kernel import clock
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import ngettext
from betaops.programs import queries as program_queries
from betaops.programs.checklist import Light
from betaops.programs.models import Phase, Program
from betaops.readiness import board, due, overview, policy, queries
from betaops.readiness.models import Decision
from betaops.readiness.overview import Need
from betaops.web.access import needs
from betaops.web.application import reading, viewer
from betaops.web.templating import ago, day, number

#: Without a sign of life for so long, a tester counts as silent.
SILENT_AFTER = timedelta(days=7)
NEWEST = 5
WEEK = timedelta(days=7)

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
    return render_template(
        "readiness/overview.html",
        program=found,
        when=overview.day_of(found, clock.now().date()),
        rows=rows,
        recommended=board.recommended(rows),
        tally=board.tally(rows),
        missing=board.missing(rows),
        decision=decision,
        needs=_needs(reading(), found, rows, decision),
        steps=_funnel(reading(), found),
        weeks=_weeks(reading(), found),
        labels=labels,
        newest=feedback_queries.newest(reading(), found.id, NEWEST),
    )


def _needs(session: Session, found: Program, rows: list[board.Row], decision: Decision | None) -> list[Need]:
    """The most pressing first."""
    items = [*_stopped(session, found), *_to_set_up(session, found)]
    blockers, oldest_at = feedback_queries.unanswered_blockers(session, found.id)
    if blockers:
        items.append(
            Need(
                ngettext(
                    "%(num)s blocker report without an answer",
                    "%(num)s blocker reports without an answer",
                    blockers,
                ),
                "feedback.reports",
                {"severity": "blocker"},
                _("Answer"),
                note=_("the oldest from %(when)s", when=ago(oldest_at)),
                role="danger",
            )
        )
    items += due.needs(
        queries.standing(session, decision), queries.suspension(session, found.id), clock.now().date()
    )
    items += due.uncalibrated(queries.overdue_horizons(session, found.id, clock.now().date()))
    items += _proposed_flags(session, found)
    applicants = tester_queries.waiting_for_decision(session, found)
    if applicants:
        items.append(
            Need(
                _("%(num)s or more applications wait", num=number(applicants))
                if applicants == tester_queries.MOST_COUNTED
                else ngettext("%(num)s application waits", "%(num)s applications wait", applicants),
                "testers.index",
                {"state": "applied"},
                _("Decide"),
                note=ngettext("%(num)s seat is free", "%(num)s seats are free", found.seats_free),
            )
        )
    silent = queries.silent_testers(session, found.id, clock.now() - SILENT_AFTER)
    if silent:
        items.append(
            Need(
                ngettext("%(num)s tester silent for 7 days", "%(num)s testers silent for 7 days", silent),
                "testers.index",
                {"state": "accepted,active", "silent": "7"},
                _("See who"),
            )
        )
    items += overview.unsettled(rows)
    untriaged = feedback_queries.waiting(session, found.id)
    if untriaged:
        items.append(
            Need(
                ngettext("%(num)s report waits for triage", "%(num)s reports wait for triage", untriaged),
                "feedback.reports",
                {"tab": "triage"},
                _("Triage"),
            )
        )
    return items


def _proposed_flags(session: Session, found: Program) -> list[Need]:
    """Changes of flags that others proposed to this member."""
    if not viewer().can(Permission.FLAGS_WRITE):
        return []
    waiting = flag_queries.count_waiting_for(session, found.product_id, viewer().id)
    if not waiting:
        return []
    text = ngettext(
        "%(num)s flag change waits for approval", "%(num)s flag changes wait for approval", waiting
    )
    return [Need(text, "flags.proposals", {}, _("Look and decide"))]


def _stopped(session: Session, found: Program) -> list[Need]:
    """Flags that a guardrail stopped: they stand still until somebody signs."""
    return [
        Need(
            _("%(key)s stands still: a guardrail is broken", key=key),
            "flags.show",
            {"flag_id": flag_id},
            _("Look and sign"),
            role="danger",
        )
        for flag_id, key in flag_queries.flags_stopped(session, found.product_id)
    ]


def _to_set_up(session: Session, found: Program) -> list[Need]:
    """What a draft lacks before strangers may see it; else that it may begin."""
    if found.phase is not Phase.DRAFT:
        return []
    items = program_queries.checklist_of(session, found, clock.now().date())
    lacking = [item for item in items if item.light is Light.RED]
    if not lacking:
        return [
            Need(
                _("Everything stands: recruiting may begin"), "program_settings.show", {}, _("Look and start")
            )
        ]
    return [Need(item.says, "program_settings.show", {}, _("Set up"), role="danger") for item in lacking]


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


def _funnel(session: Session, found: Program) -> list[dict[str, Any]]:
    """Each step leads to the list of the people on it."""
    counts = tester_queries.funnel(session, found.id)
    testers = url_for("testers.index", slug=found.slug)
    return [
        {"label": _("Viewed"), "value": counts.viewed},
        {"label": _("Applied"), "value": counts.applied, "href": testers},
        {
            "label": _("Accepted"),
            "value": counts.accepted,
            "href": f"{testers}?state=accepted,active,completed",
        },
        {"label": _("Active"), "value": counts.active, "href": f"{testers}?state=active,completed"},
        {
            "label": _("Answering"),
            "value": queries.count_answering(session, found.id),
            "href": url_for("surveys.surveys", slug=found.slug),
        },
    ]
