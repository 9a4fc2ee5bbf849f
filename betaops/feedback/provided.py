"""What feedback puts on enrollment's pages (the portal's asks and changes, a tester's facts and history),
and what it measures for the guardrails of flags."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import url_for
from sqlalchemy.orm import Session

from betaops.enrollment.models import Enrollment, Tester
from betaops.enrollment.providers import Ask, Change, Entry, Fact, Link
from betaops.feedback import labels, queries
from betaops.feedback.models import State
from betaops.kernel import ids
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import ngettext
from betaops.tasks.findings import Finding, Findings
from betaops.tasks.models import Task

MOST_ASKS = 3


def report_url(slug: str) -> str:
    """Where a tester reports something."""
    return url_for("feedback_portal.new", slug=slug)


def tabs(enrollment: Enrollment) -> Sequence[Link]:
    """Under the program's name in the portal."""
    slug = enrollment.program.slug
    return [
        Link(label=_("My reports"), url=url_for("feedback_portal.own", slug=slug)),
        Link(label=_("From others"), url=url_for("feedback_portal.board", slug=slug)),
    ]


def asks(session: Session, enrollment: Enrollment) -> Sequence[Ask]:
    """Questions of the team about own reports first, then fixes to try."""
    slug = enrollment.program.slug

    def url(report_id: Any) -> str:
        return url_for("feedback_portal.report", slug=slug, report_id=report_id)

    questions = [
        Ask(
            title=_("Answer a question about “%(title)s”", title=report.title),
            url=url(report.id),
            verb=_("Answer"),
            minutes=1,
            icon="reply",
        )
        for report in queries.questions_to(session, enrollment.id)
    ]
    fixes = [
        Ask(
            title=_("Try whether this is fixed: “%(title)s”", title=report.title),
            url=url(report.id),
            verb=_("Try it"),
            minutes=2,
            icon="badge-check",
        )
        for report in queries.fixes_to_check(session, enrollment.id)
    ]
    return [*questions, *fixes][:MOST_ASKS]


def changes(session: Session, enrollment: Enrollment) -> Sequence[Change]:
    """What this person's voice changed."""
    return [_change(seen, enrollment.program.slug) for seen in queries.outcomes_of(session, enrollment.id)]


def _change(seen: queries.Seen, slug: str) -> Change:
    report = seen.report
    others = report.people - 1
    sentence = {
        State.FIXED: _("“%(title)s” is fixed.", title=report.title),
        State.DECLINED: _("“%(title)s” will not be done, and now you know why.", title=report.title)
        if report.outcome_note
        else _("“%(title)s” is not planned.", title=report.title),
    }.get(report.state, _("“%(title)s” is settled.", title=report.title))
    if seen.is_own:
        told = _("You reported it.")
        if others > 0:
            told += " " + ngettext(
                "%(num)s more person had it too.", "%(num)s more people had it too.", others
            )
    else:
        told = _("You said “me too”.")
    return Change(
        at=report.outcome_at or report.touched_at,
        title=sentence,
        text=told,
        url=url_for("feedback_portal.report", slug=slug, report_id=report.id),
    )


def facts(session: Session, enrollment: Enrollment) -> Sequence[Fact]:
    """How much a tester reported."""
    own = queries.own_reports(session, enrollment.id)
    fixed = sum(seen.standing.state is State.FIXED for seen in own)
    note = ngettext("%(num)s fixed", "%(num)s fixed", fixed) if fixed else ""
    return [Fact(label=_("Reports"), value=str(len(own)), note=note)]


def timeline(session: Session, enrollment: Enrollment) -> Sequence[Entry]:
    """Each report of a tester at its moment."""
    slug = enrollment.program.slug
    return [
        Entry(
            at=seen.report.created_at,
            text=_("Reported #%(number)d %(title)s", number=seen.report.number, title=seen.report.title),
            icon=labels.KIND_ICONS[seen.report.kind],
            href=url_for("feedback.report", slug=slug, report_id=seen.report.id),
        )
        for seen in queries.own_reports(session, enrollment.id)
    ]


def links(session: Session, enrollment: Enrollment) -> Sequence[Link]:
    """To the triage list, narrowed to this person."""
    slug, person = enrollment.program.slug, ids.encode("tst", enrollment.tester_id)
    count = len(queries.own_reports(session, enrollment.id))
    return [
        Link(
            label=_("Feedback"),
            url=url_for("feedback.reports", slug=slug, tab="all", tester=person),
            count=count,
        )
    ]


def data(session: Session, tester: Tester) -> Any:
    """Everything a person wrote here, for their own export."""
    return queries.written_by(session, tester.id)


def new_blockers(session: Session, product_id: UUID, *, since: datetime, **_of_people: Any) -> float:
    """Blockers reported since then, whoever has the flag: nobody can tell what feature a blocker is due to."""
    return queries.new_blockers(session, product_id, since)


def of_task(session: Session, task: Task, slug: str) -> Findings:
    """Reports that were written because a task stopped somebody."""
    count = queries.counts_by_task(session, [task.id]).get(task.id, 0)
    newest = queries.reports_of_task(session, task.id) if count else []
    return Findings(
        count,
        [
            Finding(
                title=f"#{each.number} {each.title}",
                url=url_for("feedback.report", slug=slug, report_id=each.id),
                note=str(labels.STATES[each.state]),
            )
            for each in newest
        ],
    )
