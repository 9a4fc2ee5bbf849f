"""What testers hear of when something has happened, one mail at a time. Each may be asked twice: keys tell."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from betaops.enrollment.events import (
    EnrollmentAccepted,
    EnrollmentChanged,
    EnrollmentDeclined,
    EnrollmentWaitlisted,
)
from betaops.enrollment.models import State
from betaops.feedback import queries as feedback_queries
from betaops.feedback.events import ReportMerged, ReportReceived, ReportReplied
from betaops.feedback.models import Report, Source
from betaops.feedback.models import State as ReportState
from betaops.kernel.errors import NotFound
from betaops.kernel.work import Work
from betaops.messaging import letters, queries, service, substitution
from betaops.messaging.audience import Audience
from betaops.messaging.models import Campaign, Delivery, DeliveryState, Topic
from betaops.messaging.queries import Recipient
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.surveys.models import Survey
from betaops.tasks.models import Task
from betaops.web.letters import link


def welcome(work: Work, event: EnrollmentAccepted) -> None:
    """They are in; by a freed seat, when the waiting list moved them up."""
    template = "promoted" if event.promoted else "welcome"
    _tell(work, event, template, (State.ACCEPTED, State.ACTIVE))


def waitlisted(work: Work, event: EnrollmentWaitlisted) -> None:
    _tell(work, event, "waitlisted", (State.WAITLISTED,))


def declined(work: Work, event: EnrollmentDeclined) -> None:
    _tell(work, event, "declined", (State.DECLINED,))


def _tell(work: Work, event: EnrollmentChanged, template: str, while_in: tuple[State, ...]) -> None:
    """Unless they went on from there before this ran: nobody is welcomed after being removed."""
    to = queries.recipient(work.session, event.enrollment_id)
    if to is None or to.enrollment.state not in while_in:
        return
    program = program_queries.program(work.session, event.program_id)
    kind = f"messaging.{template}"
    letters.post(work, template, to, program, kind=kind, topic=None, key=f"{kind}:{work.cause_id}")


def received(work: Work, event: ReportReceived) -> None:
    """Whoever reported in the portal knows that it arrived."""
    report = _report(work, event)
    to = queries.recipient(work.session, event.enrollment_id) if event.enrollment_id else None
    if report is not None and report.source is Source.PORTAL and to is not None:
        _about(work, report, to, "received")


def replied(work: Work, event: ReportReplied) -> None:
    """The team's words, to whoever reported."""
    report = _report(work, event)
    behind = feedback_queries.reporter_of(work.session, event.report_id)
    if report is None or behind is None:
        return
    try:
        said = feedback_queries.comment(work.session, event.comment_id)
    except NotFound:
        return
    to = Recipient(behind.enrollment, behind.tester)
    _about(work, report, to, "replied", said=said.body, who=said.who, asks=report.turn.value == "reporter")


def merged(work: Work, event: ReportMerged) -> None:
    """Whoever wrote the duplicate knows under which report it goes on."""
    report = _report(work, event)
    behind = feedback_queries.reporter_of(work.session, event.report_id)
    if report is None or behind is None or report.merged_into_id is None:
        return
    into = feedback_queries.report(work.session, report.merged_into_id)
    _about(work, report, Recipient(behind.enrollment, behind.tester), "merged", into=into.title)


def remind(work: Work, survey: Survey, enrollment_id: UUID) -> bool:
    """One person of one survey that waits; False where they were reminded of this round before, or are gone.

    The mail carries no link that answers for them: their page shows the survey, and is theirs already.
    """
    key = f"messaging.reminder:{survey.id}:{survey.sent_at:%Y%m%d%H%M%S}:{enrollment_id}"
    to = queries.recipient(work.session, enrollment_id)
    if to is None or queries.was_written(work.session, key):
        return False
    letters.post(
        work,
        "reminder",
        to,
        program_queries.program(work.session, survey.program_id),
        kind="messaging.reminder",
        topic=Topic.REMINDERS,
        key=key,
        survey=survey.name,
        closes_at=survey.closes_at,
    )
    return True


def remind_of_task(work: Work, task: Task, enrollment_id: UUID) -> bool:
    """One person of one task that ends soon, once a round; False where they were, are gone, or are to be left alone now."""
    key = f"{queries.TASK_REMINDER}:{task.id}:{task.round}:{enrollment_id}"
    to = queries.recipient(work.session, enrollment_id)
    if to is None or queries.was_written(work.session, key):
        return False
    if not queries.may_be_reminded(work.session, to.tester.id, work.now):
        return False
    program = program_queries.program(work.session, task.program_id)
    letters.post(
        work,
        "task_reminder",
        to,
        program,
        kind=queries.TASK_REMINDER,
        topic=Topic.REMINDERS,
        key=key,
        task=task.title,
        why=task.why,
        due_on=task.due_on,
        url=link("tasks_portal.task", slug=program.slug, task_id=task.id),
    )
    return True


def outcome(
    work: Work,
    report: Report,
    program: Program,
    behind: feedback_queries.Behind,
    *,
    state: ReportState,
    note: str,
    cause: str,
) -> None:
    """One person hears of one outcome."""
    letters.post(
        work,
        "outcome",
        Recipient(behind.enrollment, behind.tester),
        program,
        kind="messaging.outcome",
        topic=Topic.REPLIES,
        key=f"messaging.outcome:{cause}:{behind.enrollment.id}",
        report_title=report.title,
        number=report.number,
        state=state.value,
        note=note,
        is_own=behind.vote.is_reporter,
        url=link("feedback_portal.report", slug=program.slug, report_id=report.id),
    )


def announce(work: Work, campaign: Campaign, waiting: Sequence[Delivery]) -> None:
    """Write some of the copies, or note why not."""
    program = program_queries.program(work.session, campaign.program_id)
    audience = Audience.from_json(campaign.audience)
    for delivery, to, state in service.turns(work, waiting, audience):
        delivery.at = work.now
        if to is not None and state is DeliveryState.QUEUED:
            mail = letters.post(
                work,
                "announcement",
                to,
                program,
                kind="messaging.announcement",
                topic=Topic.NEWS,
                key=f"campaign:{campaign.id}:{delivery.enrollment_id}",
                is_wanted=True,
                **filled(campaign.subject, campaign.body, to, program),
            )
            delivery.mail_id = mail.id
        delivery.state = state


def filled(subject: str, body: str, to: Recipient, program: Program) -> dict[str, Any]:
    """An announcement's words for one person, for `messaging_announcement`."""
    values = letters.fields(to, program, program.product.name)
    return {
        "headline": substitution.fill(subject, values),
        "body": substitution.fill(body, values),
        "body_markdown": substitution.fill(body, values, markdown=True),
    }


def _about(work: Work, report: Report, to: Recipient, template: str, **values: Any) -> None:
    program = program_queries.program(work.session, report.program_id)
    letters.post(
        work,
        template,
        to,
        program,
        kind=f"messaging.{template}",
        topic=Topic.REPLIES,
        key=f"messaging.{template}:{work.cause_id}",
        report_title=report.title,
        number=report.number,
        url=link("feedback_portal.report", slug=program.slug, report_id=report.id),
        **values,
    )


def _report(work: Work, event: ReportReceived | ReportReplied | ReportMerged) -> Report | None:
    """None where it is gone by now."""
    try:
        return feedback_queries.report(work.session, event.report_id)
    except NotFound:
        return None
