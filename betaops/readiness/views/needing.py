"""What waits for the PM in a program, gathered from every room that knows of something."""

from sqlalchemy.orm import Session

from betaops.accounts.permissions import Permission
from betaops.enrollment.queries import testers as tester_queries
from betaops.feedback import queries as feedback_queries
from betaops.flags import queries as flag_queries
from betaops.kernel import clock
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import ngettext
from betaops.programs import queries as program_queries
from betaops.programs.checklist import Light
from betaops.programs.models import Phase, Program
from betaops.readiness import board, overview, queries
from betaops.readiness.deciding import due
from betaops.readiness.models import Decision
from betaops.readiness.overview import Need
from betaops.surveys import queries as survey_queries
from betaops.web.application import viewer
from betaops.web.templating import ago, number


def needs_of(
    session: Session,
    found: Program,
    rows: list[board.Row],
    decision: Decision | None,
    going: queries.Going,
) -> list[Need]:
    """The most pressing first, as this member may act on them."""
    can = viewer().can
    items = _needs(session, found, rows, decision, going)
    return [seen for item in items if (seen := item.for_(can)) is not None]


def _needs(
    session: Session,
    found: Program,
    rows: list[board.Row],
    decision: Decision | None,
    going: queries.Going,
) -> list[Need]:
    now = clock.now()
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
    items += due.needs(queries.standing(session, decision), queries.suspension(session, found.id), now.date())
    items += due.uncalibrated(queries.overdue_horizons(session, found.id, now.date()))
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
    if not found.is_over:
        items += _silent(going.people.silent)
    items += overview.unsettled(rows)
    if not found.is_over:
        items += overview.quotas(found, survey_queries.unfilled(session, found.id), now)
        items += overview.seats(found, applicants)
    items += overview.untriaged(*feedback_queries.to_triage(session, found.id), now)
    reports = feedback_queries.dashboard(session, found.id, now).figures
    return items + overview.reports_left(reports.stale, reports.outcomes - reports.told)


def _silent(silent: int) -> list[Need]:
    if not silent:
        return []
    return [
        Need(
            ngettext("%(num)s tester silent for 7 days", "%(num)s testers silent for 7 days", silent),
            "testers.index",
            {"state": "accepted,active", "silent": "7"},
            _("See who"),
        )
    ]


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
