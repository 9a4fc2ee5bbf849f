"""A program's feedback in numbers, and the themes suggested for its reports."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from betaops.feedback import labels, policy, queries, service
from betaops.feedback.figures import Figures, Flow, Slice, Week
from betaops.feedback.models import Kind, Report, Severity
from betaops.feedback.views.frame import back, blueprint, moved, program_of, report_of
from betaops.kernel import clock
from betaops.kernel.errors import Forbidden, Invalid
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import ngettext
from betaops.surveys.analysis.themes import Theme, themes
from betaops.web.access import needs
from betaops.web.application import reading, viewer, writing
from betaops.web.templating import day, number

#: Hours from which a wait is told in days.
_DAYS_FROM = 48
#: Weeks drawn at least.
_FEWEST_WEEKS = 4
_ROLES = {Severity.BLOCKER: "danger", Severity.MAJOR: "waiting"}


@blueprint.get("/programs/<slug>/feedback/dashboard")
@needs(policy.SEE)
def dashboard(slug: str) -> str:
    program = program_of(slug)
    kept = queries.dashboard(reading(), program.id, clock.now())
    is_weighted = request.args.get("by") == "weight"

    def listed(**values: Any) -> str:
        return url_for("feedback.reports", slug=slug, **values)

    return render_template(
        "feedback/dashboard.html",
        program=program,
        figures=kept.figures,
        counted_at=kept.counted_at,
        weighted=is_weighted,
        periods=[_period(week, slug, is_weighted=is_weighted) for week in _lively(kept.figures.weeks)],
        kinds=_kinds(kept.figures, listed),
        heaviest=queries.heaviest(reading(), program.id),
        untold=queries.newest_untold(reading(), program.id),
        labels=labels,
        hours=hours,
        by_theme=lambda part, tab: listed(tab=tab, theme=part.key),
        by_version=lambda part, tab: listed(tab=tab, version=part.key),
        by_cohort=lambda part, tab: listed(tab=tab, cohort=part.key),
    )


def _lively(weeks: Sequence[Week]) -> Sequence[Week]:
    """From the first week in which anything happened; the last four in any case."""
    quiet = next(
        (at for at, week in enumerate(weeks) if week.came or week.settled or week.reopened), len(weeks)
    )
    return weeks[min(quiet, max(0, len(weeks) - _FEWEST_WEEKS)) :]


def _period(week: Week, slug: str, *, is_weighted: bool) -> dict[str, Any]:
    def value(flow: Flow) -> dict[str, Any]:
        found = getattr(week, f"{flow}_weight" if is_weighted else flow.value)
        href = url_for("feedback.reports", slug=slug, tab="all", moved=moved(flow, week.starts_on))
        return {"value": found, "href": href}

    return {
        "label": day(week.starts_on, "d MMM"),
        "came": value(Flow.CAME),
        "back": value(Flow.REOPENED),
        "gone": value(Flow.SETTLED),
    }


def _kinds(figures: Figures, listed: Callable[..., str]) -> list[dict[str, Any]]:
    """Bugs by severity, worst first, then the other kinds: how many are open, and of how many."""
    known = {part.key: part for part in figures.kinds}
    rows = [
        (severity.value, labels.SEVERITIES[severity], listed(severity=severity.value), _ROLES.get(severity))
        for severity in Severity
    ]
    rows += [
        (kind.value, labels.KINDS[kind], listed(kind=kind.value), "good" if kind is Kind.PRAISE else None)
        for kind in Kind
        if kind is not Kind.BUG
    ]
    return [
        {
            "label": str(label),
            "value": _of(known, key).open,
            "note": _("of %(all)s", all=number(_of(known, key).reports)),
            "role": role or "neutral",
            "href": href,
        }
        for key, label, href, role in rows
    ]


def _of(known: dict[str, Slice], key: str) -> Slice:
    return known.get(key) or Slice(key, key, 0, 0, 0, 0.0)


def hours(value: float | None) -> str:
    """A wait as people say it: “40 min”, “5 h”, “3 days”."""
    if value is None:
        return "–"
    if value < 1:
        return _("%(minutes)s min", minutes=round(value * 60))
    if value < _DAYS_FROM:
        return _("%(hours)s h", hours=number(value, 1 if value < 10 else 0))
    return _("%(days)s days", days=number(value / 24, 1 if value < 240 else 0))


@blueprint.route("/programs/<slug>/feedback/themes", methods=["GET", "POST"], endpoint="themes")
@needs(policy.SEE)
def suggested(slug: str) -> Any:
    """Themes suggested for reports without one; a POST confirms one of them for all its reports."""
    program = program_of(slug)
    reports = queries.without_theme(reading(), program.id)
    found = themes([f"{report.title}. {report.body}" for report in reports])
    seen = sha256("".join(report.id.hex for report in reports).encode()).hexdigest()
    if request.method == "POST" and _confirmed(program.id, found, reports, seen):
        return redirect(url_for("feedback.themes", slug=slug), 303)
    page = render_template(
        "feedback/themes.html",
        program=program,
        reports=reports,
        themes=found,
        seen=seen,
        names=queries.theme_names(reading(), program.id),
        typed=request.form.get("theme", "")[:200],
        typed_at=request.form.get("at", type=int, default=-1),
    )
    return page, 422 if request.method == "POST" else 200


def _confirmed(program_id: UUID, found: Sequence[Theme], reports: Sequence[Report], seen: str) -> bool:
    """Themes are worked out anew: the same reports give the same, and where some came in nothing is tagged."""
    if not viewer().can(policy.TRIAGE):
        raise Forbidden
    at = request.form.get("at", type=int, default=-1)
    if request.form.get("seen") != seen or not 0 <= at < len(found):
        flash(_("Reports have come in meanwhile. Look at the themes again, then confirm."), "warning")
        return False
    members = [reports[each].id for each in found[at].members]
    try:
        service.tag_reports(writing(), program_id, members, request.form.get("theme", ""))
    except Invalid as refused:
        flash(str(refused), "error")
        return False
    flash(ngettext("%(num)s report has the theme now.", "%(num)s reports have the theme now.", len(members)))
    return True


@blueprint.post("/programs/<slug>/feedback/<id(rpt):report_id>/themes")
@needs(policy.TRIAGE)
def theme(slug: str, report_id: UUID) -> Response:
    """Put a theme on one report, or take one off (`off`)."""
    row = report_of(program_of(slug), report_id)
    off = request.form.get("off")
    if off is not None:
        service.untag_report(writing(), row, off[: service.LONGEST_TAG])
        return back(slug, report_id)
    try:
        service.tag_reports(writing(), row.program_id, [row.id], request.form.get("theme", ""))
    except Invalid as refused:
        flash(str(refused), "error")
    return back(slug, report_id)


@blueprint.post("/programs/<slug>/feedback/<id(rpt):report_id>/outcome")
@needs(policy.TRIAGE)
def outcome(slug: str, report_id: UUID) -> Response:
    """Tell the people behind a report that was settled in silence what became of it."""
    row = service.tell_outcome(
        writing(), report_of(program_of(slug), report_id), note=request.form.get("note", "").strip()[:4000]
    )
    flash(ngettext("%(num)s person gets a mail.", "%(num)s people get a mail.", row.people))
    return back(slug, report_id)
