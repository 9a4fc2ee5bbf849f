"""Reports as testers see them: their own in full, others' as the program's board shows them."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from betaops.enrollment.models import Enrollment
from betaops.feedback import policy
from betaops.feedback.models import (
    OPEN,
    OUTCOMES,
    Comment,
    CommentKind,
    Report,
    ReportConsent,
    State,
    Turn,
    Vote,
)
from betaops.feedback.queries.quoting import consents_to
from betaops.feedback.queries.reports import board_is_open
from betaops.feedback.queries.tasks import tasks_of
from betaops.kernel.errors import NotFound
from betaops.kernel.paging import Page, keyset


class Seen(NamedTuple):
    """A report before one tester's eyes: `vote` is theirs (None: not behind it), `outcome` where it went on."""

    report: Report
    vote: Vote | None
    into: Report | None = None

    @property
    def is_own(self) -> bool:
        return self.vote is not None and self.vote.is_reporter

    @property
    def standing(self) -> Report:
        """The report whose state tells how this one stands: itself, or what it was merged into."""
        return self.into or self.report


def own_reports(session: Session, enrollment_id: UUID) -> list[Seen]:
    """What this person reported, the newest first."""
    into = aliased(Report)
    rows = session.execute(
        select(Report, Vote, into)
        .join(Vote, Vote.report_id == Report.id)
        .outerjoin(into, into.id == Report.merged_into_id)
        .where(Vote.enrollment_id == enrollment_id, Vote.is_reporter)
        .order_by(Report.created_at.desc(), Report.id.desc())
    )
    return [Seen(*row) for row in rows]


def report_for(session: Session, enrollment: Enrollment, report_id: UUID) -> Seen:
    """A report that this tester may see: their own, one they stand behind, or one on the open board."""
    into = aliased(Report)
    row = session.execute(
        select(Report, Vote, into)
        .outerjoin(Vote, (Vote.report_id == Report.id) & (Vote.enrollment_id == enrollment.id))
        .outerjoin(into, into.id == Report.merged_into_id)
        .where(Report.id == report_id, Report.program_id == enrollment.program_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    seen = Seen(*row)
    if seen.vote is None and not (
        policy.is_on_board(seen.report) and board_is_open(session, enrollment.program_id)
    ):
        raise NotFound
    return seen


def board(
    session: Session, enrollment: Enrollment, *, cursor: str | None, words: str = "", size: int = 20
) -> Page[Seen]:
    """What others reported and is open, what most people stand behind first; empty where the board is closed."""
    if not board_is_open(session, enrollment.program_id):
        return Page([])
    found: Any = (
        select(Report, Vote)
        .outerjoin(Vote, (Vote.report_id == Report.id) & (Vote.enrollment_id == enrollment.id))
        .where(
            Report.program_id == enrollment.program_id,
            Report.state.in_(OPEN),
            or_(Vote.id.is_(None), Vote.is_reporter.is_(False)),
            *policy.on_board(),
        )
    )
    for word in words.split()[:8]:
        found = found.where(
            or_(Report.title.icontains(word, autoescape=True), Report.body.icontains(word, autoescape=True))
        )
    page = keyset(
        session, found, order=[(Report.people, "desc"), (Report.id, "desc")], cursor=cursor, size=size
    )
    return Page([Seen(*row) for row in page.items], page.next, page.previous)


def questions_to(session: Session, enrollment_id: UUID) -> Sequence[Report]:
    """Own reports about which the team waits for this person's answer."""
    return session.scalars(
        select(Report)
        .join(Vote, Vote.report_id == Report.id)
        .where(Vote.enrollment_id == enrollment_id, Vote.is_reporter, Report.turn == Turn.REPORTER)
        .order_by(Report.touched_at)
    ).all()


def fixes_to_check(session: Session, enrollment_id: UUID) -> Sequence[Report]:
    """Bugs behind which this person stands, fixed, and not yet tried by them."""
    return session.scalars(
        select(Report)
        .join(Vote, Vote.report_id == Report.id)
        .where(
            Vote.enrollment_id == enrollment_id,
            Vote.works.is_(None),
            Report.state == State.FIXED,
            Report.severity.is_not(None),
        )
        .order_by(Report.fixed_at)
    ).all()


def outcomes_of(session: Session, enrollment_id: UUID, limit: int = 5) -> list[Seen]:
    """What this person's voice led to: reports they stand behind that were settled, the latest first."""
    settled_at = func.coalesce(Report.fixed_at, Report.closed_at, Report.declined_at)
    rows = session.execute(
        select(Report, Vote)
        .join(Vote, Vote.report_id == Report.id)
        .where(Vote.enrollment_id == enrollment_id, Report.state.in_(OUTCOMES))
        .order_by(settled_at.desc(), Report.id.desc())
        .limit(limit)
    )
    return [Seen(*row) for row in rows]


def written_by(session: Session, tester_id: UUID) -> list[dict[str, Any]]:
    """A person's reports and "me too"s in every program, with their own words, as plain values."""
    rows = session.execute(
        select(Report, Vote)
        .join(Vote, Vote.report_id == Report.id)
        .join(Enrollment, Enrollment.id == Vote.enrollment_id)
        .where(Enrollment.tester_id == tester_id, Vote.via_id.is_(None))
        .order_by(Report.created_at, Report.id)
    ).all()
    said: dict[UUID, list[Comment]] = {}
    own = [report.id for report, vote in rows if vote.is_reporter]
    for comment in session.scalars(
        select(Comment)
        .where(Comment.report_id.in_(own), Comment.kind == CommentKind.REPLY)
        .order_by(Comment.at)
    ):
        said.setdefault(comment.report_id, []).append(comment)
    consents = consents_to(session, own)
    tasks = tasks_of(session, own)
    return [
        _written(report, vote, said.get(report.id, []), consents.get(report.id, []), tasks.get(report.id))
        for report, vote in rows
    ]


def _written(
    report: Report, vote: Vote, said: list[Comment], consents: list[ReportConsent], task: str | None
) -> dict[str, Any]:
    told = {
        "number": report.number,
        "title": report.title,
        "state": report.state.value,
        "at": vote.at.isoformat(),
    }
    if not vote.is_reporter:
        return {**told, "kind": "me_too"}
    return {
        **told,
        "kind": report.kind.value,
        "text": report.body,
        "steps": report.steps,
        "severity": report.severity.value if report.severity else None,
        "version": report.app_version,
        "device": report.environment,
        "outcome": report.outcome_note,
        "task": task,
        "quoting": [
            {"may_be_quoted": row.quoting.value, "text": row.text, "signed_at": row.signed_at.isoformat()}
            for row in consents
        ],
        "conversation": [
            {
                "at": comment.at.isoformat(),
                "by": "you" if comment.is_by_tester else "team",
                "text": comment.body,
            }
            for comment in said
        ],
    }
