"""The sample's mails: what the last days' events wrote, an announcement that went out, a draft, a few wishes."""

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from betaops.enrollment.events import EnrollmentAccepted, EnrollmentDeclined, EnrollmentWaitlisted
from betaops.enrollment.models import INSIDE, Enrollment, Tester
from betaops.feedback import queries as feedback_queries
from betaops.feedback.events import ReportReceived, ReportReplied, ReportStateChanged
from betaops.feedback.models import OUTCOMES
from betaops.feedback.models import State as ReportState
from betaops.kernel.events import RecordedEvent
from betaops.kernel.mail import Mail, MailState
from betaops.kernel.work import Actor, Work
from betaops.messaging import queries, service, telling
from betaops.messaging.audience import Audience, Who
from betaops.messaging.models import Campaign, Reason, Topic
from betaops.programs import queries as program_queries

if TYPE_CHECKING:
    from betaops.accounts.sample import World

#: How far back the outbox reaches; older mails would be there too, but nobody scrolls that far in a sample.
DAYS = 6.0
ANNOUNCED_DAYS_AGO = 6.0
BATCH = 40

ANNOUNCEMENT = (
    "Build 2.0-beta.3 is here: turned pictures, pinned notes",
    """Hello {{first_name}},

**2.0-beta.3** of {{product}} is in your stores now. What your reports changed:

- pictures from the camera come in upright,
- notes can be pinned to the top of a notebook,
- importing no longer makes two of every notebook.

Two things we would like you to try this week: write in the *same* note on two devices while both are offline, \
and import something large. Then [tell us]({{portal_link}}) how it went.

Thank you for staying with us until {{ends_on}}.
""",
)
NUDGE = (
    "Is something in your way, {{first_name}}?",
    """Hello {{first_name}},

we have not seen you in {{product}} for a while. If something stops you, that is exactly what we want to know: \
[two lines are enough]({{portal_link}}).

If you have lost interest, that is fine too. You can leave on the same page, and your seat goes to somebody who waits.
""",
)


def plant(world: "World") -> None:
    """Once; everything at its moment, and nothing of it is handed to a mail server."""
    program_id: UUID = world.facts["program_id"]
    with world.work() as work:
        if (
            work.session.scalar(select(Campaign.id).where(Campaign.program_id == program_id).limit(1))
            is not None
        ):
            return
    with world.work() as work:
        work.actor = Actor("member", world.facts.get("owner_id"), "Mara Klein")
        _wishes(world, work, program_id)
        _announce(world, work, program_id)
        _events(world, work)
        work.now = world.now
        _keep_here(work)


def _wishes(world: "World", work: Work, program_id: UUID) -> None:
    """Some do not want news, one mailbox is gone."""
    people = work.session.scalars(
        select(Tester)
        .join(Enrollment, Enrollment.tester_id == Tester.id)
        .where(Enrollment.program_id == program_id, Enrollment.state.in_(INSIDE))
        .order_by(Tester.mail_key)
    ).all()
    some = [person for person in people if person.id != world.facts.get("tester_id")]
    work.now = world.ago(12)
    for person in some[5:60:11]:
        service.prefer(work, person, {Topic.NEWS: False})
    service.suppress(work, some[3].mail_key, Reason.BOUNCED)
    work.session.flush()


def _announce(world: "World", work: Work, program_id: UUID) -> None:
    """One went to everybody some days ago; another waits as a draft."""
    program = program_queries.program(work.session, program_id)
    work.now = world.ago(ANNOUNCED_DAYS_AGO)
    subject, body = ANNOUNCEMENT
    campaign = service.draft(work, program, service.Text(subject=subject, body=body, audience=Audience()))
    work.now += timedelta(minutes=9)
    service.order(work, program, campaign)
    work.session.flush()
    while waiting := queries.waiting(work.session, campaign.id, limit=BATCH):
        work.now += timedelta(seconds=1)
        telling.announce(work, campaign, waiting)
        work.session.flush()
    service.finish(work, campaign.id)
    work.now = world.ago(0.4)
    subject, body = NUDGE
    service.draft(
        work, program, service.Text(subject=subject, body=body, audience=Audience(Who.SILENT, days=7))
    )


def _events(world: "World", work: Work) -> None:
    """The mails that the last days' events would have written."""
    recorded = work.session.scalars(
        select(RecordedEvent)
        .where(RecordedEvent.workspace_id == work.workspace_id, RecordedEvent.at >= world.ago(DAYS))
        .order_by(RecordedEvent.at, RecordedEvent.id)
    ).all()
    for row in recorded:
        work.cause_id, work.now = row.id, row.at
        match row.event():
            case EnrollmentAccepted() as event:
                telling.welcome(work, event)
            case EnrollmentWaitlisted() as event:
                telling.waitlisted(work, event)
            case EnrollmentDeclined() as event:
                telling.declined(work, event)
            case ReportReceived() as event:
                telling.received(work, event)
            case ReportReplied() as event:
                telling.replied(work, event)
            case ReportStateChanged(is_silent=False) as event if ReportState(event.state) in OUTCOMES:
                _tell(work, event)
    work.cause_id = None


def _tell(work: Work, event: ReportStateChanged) -> None:
    report = feedback_queries.report(work.session, event.report_id)
    program = program_queries.program(work.session, report.program_id)
    for behind in feedback_queries.people_behind(work.session, report.id):
        state = ReportState(event.state)
        telling.outcome(work, report, program, behind, state=state, note=event.note, cause=str(work.cause_id))


def _keep_here(work: Work) -> None:
    """Nobody of the sample has a mailbox. Two mails show what else can become of one."""
    mails = work.session.scalars(
        select(Mail).where(Mail.workspace_id == work.workspace_id).order_by(Mail.queued_at)
    ).all()
    for mail in mails:
        if mail.state is MailState.QUEUED:
            mail.state = MailState.KEPT
    receipts = [mail for mail in mails if mail.kind == "messaging.received" and mail.state is MailState.KEPT]
    for mail, state, error in zip(
        receipts[-6:-4],
        (MailState.FAILED, MailState.UNCERTAIN),
        ("550 5.1.1 No such mailbox here", "The worker stopped while the mail server was answering."),
        strict=False,
    ):
        mail.state, mail.error, mail.attempts = state, error, 1
