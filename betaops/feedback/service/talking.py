"""What members and reporters say to each other, and members among themselves."""

from betaops.feedback import policy
from betaops.feedback.events import ReporterAnswered, ReportNoted, ReportReplied
from betaops.feedback.models import Comment, CommentKind, Report, Turn
from betaops.feedback.queries import reporter_of
from betaops.kernel.errors import Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work


def note(work: Work, report: Report, body: str) -> Comment:
    """An internal note: members only, no mail."""
    report = work.lock(Report, report.id)
    comment = _say(work, report, CommentKind.NOTE, body)
    work.record(ReportNoted(report_id=report.id, program_id=report.program_id, comment_id=comment.id))
    return comment


def reply(work: Work, report: Report, body: str, *, asks: bool = False) -> Comment:
    """Write to the reporter, who gets it by mail. `asks`: their portal shows that an answer is awaited."""
    report = work.lock(Report, report.id)
    if reporter_of(work.session, report.id) is None:
        raise Refused(
            "nobody_to_reply_to", _("Nobody is known as the reporter, so there is nobody to reply to.")
        )
    comment = _say(work, report, CommentKind.REPLY, body)
    report.turn = Turn.REPORTER if asks else Turn.NOBODY
    report.answered_at = report.answered_at or work.now
    work.record(ReportReplied(report_id=report.id, program_id=report.program_id, comment_id=comment.id))
    return comment


def answer(work: Work, report: Report, body: str) -> Comment:
    """The reporter writes back."""
    report = work.lock(Report, report.id)
    comment = _say(work, report, CommentKind.REPLY, body)
    report.turn = Turn.TEAM
    work.record(ReporterAnswered(report_id=report.id, program_id=report.program_id, comment_id=comment.id))
    return comment


def _say(work: Work, report: Report, kind: CommentKind, body: str) -> Comment:
    comment = Comment(
        report_id=report.id,
        kind=kind,
        body=policy.text(body),
        actor_kind=work.actor.kind,
        actor_id=work.actor.id,
        who=work.actor.name,
        at=work.now,
    )
    work.add(comment)
    report.touched_at = work.now
    return comment
