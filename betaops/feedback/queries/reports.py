"""One report and what hangs on it, and the reports most like it."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.enrollment.models import Enrollment, Tester
from betaops.feedback import policy, triage
from betaops.feedback.models import Attachment, Board, Comment, CommentKind, Report, State, Vote
from betaops.kernel.errors import NotFound

#: How many of a program's newest reports are compared when similar ones are sought.
COMPARED = 1500


def report(session: Session, report_id: UUID, *, program_id: UUID | None = None) -> Report:
    """One of this workspace (and program, where given)."""
    found = session.scalar(select(Report).where(Report.id == report_id))
    if found is None or (program_id is not None and found.program_id != program_id):
        raise NotFound
    return found


def report_by_number(session: Session, program_id: UUID, number: int) -> Report:
    """The program's "#12"."""
    found = session.scalar(select(Report).where(Report.program_id == program_id, Report.number == number))
    if found is None:
        raise NotFound
    return found


def thread(session: Session, report_id: UUID, *, with_notes: bool) -> Sequence[Comment]:
    """What was said, oldest first; internal notes only for members."""
    found = select(Comment).where(Comment.report_id == report_id).order_by(Comment.at, Comment.id)
    return session.scalars(found if with_notes else found.where(Comment.kind == CommentKind.REPLY)).all()


def comment(session: Session, comment_id: UUID) -> Comment:
    found = session.scalar(select(Comment).where(Comment.id == comment_id))
    if found is None:
        raise NotFound
    return found


def attachments(session: Session, report_id: UUID) -> Sequence[Attachment]:
    return session.scalars(
        select(Attachment).where(Attachment.report_id == report_id).order_by(Attachment.id)
    ).all()


def attachment(session: Session, attachment_id: UUID) -> Attachment:
    found = session.scalar(select(Attachment).where(Attachment.id == attachment_id))
    if found is None:
        raise NotFound
    return found


class Behind(NamedTuple):
    """One person behind a report."""

    vote: Vote
    enrollment: Enrollment
    tester: Tester


def people_behind(session: Session, report_id: UUID) -> list[Behind]:
    """Whoever reported first, then the voters as they came."""
    rows = session.execute(
        select(Vote, Enrollment, Tester)
        .join(Enrollment, Enrollment.id == Vote.enrollment_id)
        .join(Tester, Tester.id == Enrollment.tester_id)
        .where(Vote.report_id == report_id)
        .order_by(Vote.is_reporter.desc(), Vote.at, Vote.id)
    )
    return [Behind(*row) for row in rows]


def reporter_of(session: Session, report_id: UUID) -> Behind | None:
    """None where nobody is known, or they were erased."""
    row = session.execute(
        select(Vote, Enrollment, Tester)
        .join(Enrollment, Enrollment.id == Vote.enrollment_id)
        .join(Tester, Tester.id == Enrollment.tester_id)
        .where(Vote.report_id == report_id, Vote.is_reporter)
    ).one_or_none()
    return Behind(*row) if row else None


def vote_of(session: Session, report_id: UUID, enrollment_id: UUID) -> Vote | None:
    return session.scalar(
        select(Vote).where(Vote.report_id == report_id, Vote.enrollment_id == enrollment_id)
    )


def duplicates_of(session: Session, report_id: UUID) -> Sequence[Report]:
    return session.scalars(
        select(Report).where(Report.merged_into_id == report_id).order_by(Report.number)
    ).all()


class Similar(NamedTuple):
    """`likeness` is a cosine, `triage.ALIKE` … 1."""

    report: Report
    likeness: float


def similar(
    session: Session,
    program_id: UUID,
    fingerprint: bytes,
    *,
    but: UUID | None = None,
    for_testers: bool = False,
    limit: int = 5,
) -> list[Similar]:
    """The reports most like a text, the likest first; `for_testers` only what their board shows."""
    found = (
        select(Report.id, Report.fingerprint)
        .where(Report.program_id == program_id, Report.state != State.DUPLICATE)
        .order_by(Report.created_at.desc(), Report.id.desc())
        .limit(COMPARED)
    )
    if for_testers:
        found = found.where(*policy.on_board())
    rows = [row for row in session.execute(found) if row.id != but]
    likeness = triage.similarities(fingerprint, [row.fingerprint for row in rows])
    ranked = sorted(zip(likeness, (row.id for row in rows), strict=True), reverse=True)[:limit]
    wanted = {report_id: value for value, report_id in ranked if value >= triage.ALIKE}
    reports = session.scalars(select(Report).where(Report.id.in_(wanted))).all()
    return sorted((Similar(each, wanted[each.id]) for each in reports), key=lambda pair: -pair.likeness)


def board_is_open(session: Session, program_id: UUID) -> bool:
    """Whether testers of the program see each other's reports."""
    return session.scalar(select(Board.is_open).where(Board.program_id == program_id)) is not False
