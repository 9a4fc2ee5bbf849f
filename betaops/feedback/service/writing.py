"""A report is written."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from betaops.enrollment.models import Enrollment
from betaops.enrollment.quoting import Quoting
from betaops.feedback import environment, policy, triage
from betaops.feedback.events import ReportReceived
from betaops.feedback.models import Attachment, Kind, Report, Severity, Source, TaskReport, Turn, Vote
from betaops.feedback.service.counting import recount
from betaops.feedback.service.moving import note_move
from betaops.feedback.service.quoting import note_choice
from betaops.kernel import images
from betaops.kernel.errors import Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work
from betaops.programs.models import Program


class Upload(NamedTuple):
    """A picture as it came: the sender's name for it, and its bytes, not yet looked at."""

    name: str
    data: bytes


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a person wrote. `told` is what their browser said about itself, unchecked."""

    kind: Kind
    title: str
    body: str = ""
    steps: str = ""
    severity: Severity | None = None
    app_version: str = ""
    told: Any = None
    user_agent: str = ""
    pictures: Sequence[Upload] = field(default=())
    #: What they said about quoting this report; None: nothing of its own.
    quoting: Quoting | None = None
    #: The task that stopped them.
    task_id: UUID | None = None


def write(
    work: Work,
    program: Program,
    draft: Draft,
    *,
    enrollment: Enrollment | None = None,
    source: Source = Source.PORTAL,
    submission: UUID | None = None,
) -> Report:
    """The new report, waiting for triage; the former one where `submission` was sent before.

    Raises `Refused` where the program takes no more reports, and `Invalid` for an empty title or a
    picture that `images.rewritten` does not take.
    """
    if not policy.takes_reports(program):
        raise Refused("program_is_over", _("This program is over and takes no more reports."))
    pictures = [(upload, images.rewritten(upload.data)) for upload in draft.pictures]
    work.lock(Program, program.id)
    if submission is not None:
        former = work.session.scalar(
            select(Report).where(Report.program_id == program.id, Report.submission == submission)
        )
        if former is not None:
            return former
    report = _report(work, program, draft, source, submission, has_reporter=enrollment is not None)
    work.add(report)
    note_move(work, report, None)
    if enrollment is not None:
        work.add(Vote(report_id=report.id, enrollment_id=enrollment.id, is_reporter=True, at=work.now))
    if draft.task_id is not None:
        work.add(TaskReport(report_id=report.id, task_id=draft.task_id))
    if enrollment is not None and draft.quoting is not None:
        note_choice(work, report, enrollment, draft.quoting)
    for upload, picture in pictures:
        work.add(
            Attachment(
                report_id=report.id,
                name=_file_name(upload.name),
                file=work.platform.files.put(picture.data, picture.content_type),
                content_type=picture.content_type,
                size_bytes=len(picture.data),
                width=picture.width,
                height=picture.height,
                at=work.now,
            )
        )
    work.session.flush()
    recount(work, report)
    work.record(
        ReportReceived(
            report_id=report.id,
            program_id=program.id,
            enrollment_id=enrollment.id if enrollment else None,
            report_kind=report.kind,
            severity=report.severity or "",
        )
    )
    return report


def _report(
    work: Work, program: Program, draft: Draft, source: Source, submission: UUID | None, *, has_reporter: bool
) -> Report:
    title, body = policy.title(draft.title), policy.text(draft.body)
    is_bug = draft.kind is Kind.BUG
    last = work.session.scalar(select(func.max(Report.number)).where(Report.program_id == program.id))
    return Report(
        program_id=program.id,
        number=(last or 0) + 1,
        kind=draft.kind,
        title=title,
        body=body,
        steps=policy.text(draft.steps) if is_bug else "",
        severity=(draft.severity or Severity.MINOR) if is_bug else None,
        environment=environment.kept(draft.told, draft.user_agent),
        app_version=policy.line(draft.app_version),
        source=source,
        submission=submission,
        has_reporter=has_reporter,
        turn=Turn.TEAM if has_reporter and draft.kind is not Kind.PRAISE else Turn.NOBODY,
        fingerprint=triage.fingerprint(title, body),
        created_at=work.now,
        touched_at=work.now,
        changed_at=work.now,
        changed_by=work.actor.name,
    )


def _file_name(name: str) -> str:
    """The sender's name for the file without folders and control characters, its end kept where it is long."""
    base = re.split(r"[/\\]", name)[-1]
    return policy.line(base)[-120:] or "picture"
