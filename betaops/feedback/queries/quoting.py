"""Which reports may be quoted, and how."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.enrollment.models import Enrollment, Tester
from betaops.enrollment.queries.quoting import standing
from betaops.enrollment.quoting import Choice, Quotable, Quoting, allowed
from betaops.feedback.models import Report, ReportConsent, Source, Vote


def consents_to(session: Session, report_ids: Iterable[UUID]) -> dict[UUID, list[ReportConsent]]:
    """All that was said about quoting each, the first first."""
    found: dict[UUID, list[ReportConsent]] = {}
    for row in session.scalars(
        select(ReportConsent)
        .where(ReportConsent.report_id.in_(list(report_ids)))
        .order_by(ReportConsent.signed_at, ReportConsent.id)
    ):
        found.setdefault(row.report_id, []).append(row)
    return found


def own_choices(session: Session, report_ids: Iterable[UUID]) -> dict[UUID, Choice]:
    """What was said last about each; those of which nothing was said are left out."""
    return {
        report_id: Choice(rows[-1].quoting, rows[-1].signed_at)
        for report_id, rows in consents_to(session, report_ids).items()
    }


def quotable(session: Session, report_ids: Iterable[UUID]) -> dict[UUID, Quotable]:
    """Reports with whoever wrote them and what they allow now, `never` included.

    Left out: what nobody is known to have written, what a member wrote down in their own words, and what the team hides.
    """
    wanted = list(report_ids)
    rows = session.execute(
        select(Report, Enrollment.id, Tester.name)
        .join(Vote, Vote.report_id == Report.id)
        .join(Enrollment, Enrollment.id == Vote.enrollment_id)
        .join(Tester, Tester.id == Enrollment.tester_id)
        .where(
            Report.id.in_(wanted),
            Vote.is_reporter,
            Report.source != Source.CONSOLE,
            Report.is_private.is_(False),
        )
    ).all()
    always = standing(session, [enrollment_id for _report, enrollment_id, _name in rows])
    own = own_choices(session, wanted)
    return {
        report.id: Quotable(
            enrollment_id, name, _text(report), allowed(always.get(enrollment_id), own.get(report.id))
        )
        for report, enrollment_id, name in rows
    }


def is_quotable(session: Session, report_id: UUID) -> bool:
    """Whether its consent stands."""
    found = quotable(session, [report_id]).get(report_id)
    return found is not None and found.quoting is not Quoting.NEVER


def quoting_of(session: Session, report_id: UUID) -> Quoting:
    """What whoever wrote it allows now, also while the team hides it."""
    row = session.execute(
        select(Vote.enrollment_id).where(Vote.report_id == report_id, Vote.is_reporter)
    ).scalar_one_or_none()
    if row is None:
        return Quoting.NEVER
    own = own_choices(session, [report_id]).get(report_id)
    return allowed(standing(session, [row]).get(row), own)


def _text(report: Report) -> str:
    return "\n\n".join(part for part in (report.title, report.body, report.steps) if part)
