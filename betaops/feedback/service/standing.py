"""Standing behind a report: "me too", trying a fix, and what remains when a person is erased."""

from uuid import UUID

from sqlalchemy import func, select, update

from betaops.enrollment.models import Enrollment
from betaops.feedback import policy
from betaops.feedback.events import BoardChanged, FixChecked, ReportStateChanged, ReportVoted, VoteWithdrawn
from betaops.feedback.models import Attachment, Board, Comment, Report, State, Turn, Vote
from betaops.feedback.queries import board_is_open, vote_of
from betaops.feedback.service.counting import recount
from betaops.feedback.service.moving import move
from betaops.kernel.errors import NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work
from betaops.programs.models import Program


def vote(work: Work, report: Report, enrollment: Enrollment) -> Report:
    """ "Me too". A second time changes nothing."""
    report = work.lock(Report, report.id)
    is_open = board_is_open(work.session, report.program_id)
    if not policy.may_vote(report, enrollment, board_is_open=is_open):
        raise NotFound
    if vote_of(work.session, report.id, enrollment.id) is not None:
        return report
    work.add(Vote(report_id=report.id, enrollment_id=enrollment.id, at=work.now))
    recount(work, report)
    report.touched_at = work.now
    work.record(ReportVoted(report_id=report.id, program_id=report.program_id, enrollment_id=enrollment.id))
    return report


def withdraw_vote(work: Work, report: Report, enrollment: Enrollment) -> Report:
    """Take "me too" back; whoever wrote the report stays behind it."""
    report = work.lock(Report, report.id)
    mine = vote_of(work.session, report.id, enrollment.id)
    if mine is None:
        return report
    if mine.is_reporter or mine.via_id is not None:
        raise Refused("own_report", _("You reported this yourself, so your voice stays counted."))
    work.delete(mine)
    recount(work, report)
    work.record(VoteWithdrawn(report_id=report.id, program_id=report.program_id, enrollment_id=enrollment.id))
    return report


def check_fix(work: Work, report: Report, enrollment: Enrollment, *, works: bool) -> Report:
    """One of the people behind it tried the fix. "Still happens" opens the report again."""
    report = work.lock(Report, report.id)
    mine = vote_of(work.session, report.id, enrollment.id)
    if mine is None:
        raise NotFound
    if report.state is not State.FIXED:
        raise Refused("not_fixed", _("This report is not marked as fixed any more. Thank you for trying."))
    if mine.works is works:
        return report
    mine.works = works
    report.touched_at = work.now
    work.record(
        FixChecked(
            report_id=report.id, program_id=report.program_id, enrollment_id=enrollment.id, works=works
        )
    )
    if not works:
        move(work, report, State.TRIAGED)
        report.turn = Turn.TEAM
        report.version += 1
        report.changed_at, report.changed_by = work.now, work.actor.name
        work.record(
            ReportStateChanged(
                report_id=report.id,
                program_id=report.program_id,
                former=State.FIXED,
                state=State.TRIAGED,
                is_silent=True,
            )
        )
    return report


def open_board(work: Work, program: Program, *, is_open: bool) -> Board:
    """Say whether the program's testers see each other's reports."""
    work.lock(Program, program.id)
    board = work.session.scalar(select(Board).where(Board.program_id == program.id))
    if board is None:
        board = Board(program_id=program.id)
        work.add(board)
    if board.is_open is not is_open:
        board.is_open = is_open
        work.record(BoardChanged(program_id=program.id, is_open=is_open))
    return board


def forget_person(work: Work, tester_id: UUID) -> int:
    """After a person was erased (their votes went with them): drop what their reports still tell about them.

    The finding stays, for it is about the product: title, text and steps, without name, device and
    pictures. What they wrote in conversations stays without their name. Returns how many reports.
    """
    work.session.execute(
        update(Comment)
        .where(Comment.actor_kind == "tester", Comment.actor_id == tester_id)
        .values(actor_id=None, who="")
    )
    reporter = select(Vote.id).where(Vote.report_id == Report.id, Vote.is_reporter).exists()
    orphans = work.session.scalars(select(Report).where(Report.has_reporter, ~reporter)).all()
    ids = [report.id for report in orphans]
    for attachment in work.session.scalars(select(Attachment).where(Attachment.report_id.in_(ids))):
        work.platform.files.delete(attachment.file)
        work.delete(attachment)
    for report in orphans:
        report.environment, report.turn, report.has_reporter = {}, Turn.NOBODY, False
    standing = select(func.count()).where(Vote.report_id == Report.id).scalar_subquery()
    for report in work.session.scalars(select(Report).where(Report.people != standing)):
        recount(work, report)
    return len(orphans)
