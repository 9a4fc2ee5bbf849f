"""Mails to many, in small transactions, with progress."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from betaops.enrollment.policy import may_enter
from betaops.feedback import queries as feedback_queries
from betaops.feedback.models import Report
from betaops.feedback.models import State as ReportState
from betaops.kernel.errors import NotFound
from betaops.kernel.jobs import Run
from betaops.kernel.work import Work
from betaops.messaging import letters, queries, service, substitution
from betaops.messaging.audience import Audience
from betaops.messaging.models import Campaign, CampaignState, Delivery, DeliveryState, Topic
from betaops.messaging.queries import Recipient
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.web.letters import link

#: Letters of one transaction: about 5 ms each to write, so that nobody else waits long for the database.
BATCH = 20


def send_campaign(run: Run, *, campaign_id: str) -> dict[str, int]:
    """Long: one letter to each waiting delivery. Started again, it goes on where it stopped; never two to one."""
    done = 0
    while True:
        with run.work() as work:
            campaign = _being_sent(work.session, UUID(campaign_id))
            if campaign is None:
                break
            total = sum(queries.tallies(work.session, [campaign.id])[campaign.id].values())
            waiting = queries.waiting(work.session, campaign.id, limit=BATCH)
            if not waiting:
                service.finish(work, campaign.id)
                break
            announce(work, campaign, waiting)
        done += len(waiting)
        run.progress(min(done, total), total)
    return {"written": done}


def _being_sent(session: Session, campaign_id: UUID) -> Campaign | None:
    campaign = queries.campaign_to_send(session, campaign_id)
    return campaign if campaign is not None and campaign.state is CampaignState.SENDING else None


def announce(work: Work, campaign: Campaign, waiting: Sequence[Delivery]) -> None:
    """Write some of the copies, or note why not."""
    program = program_queries.program(work.session, campaign.program_id)
    audience = Audience.from_json(campaign.audience)
    for delivery in waiting:
        to = queries.recipient(work.session, delivery.enrollment_id)
        state = service.fate(work, to.enrollment if to else None, to.tester if to else None, audience)
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


def tell_outcome(run: Run, *, report_id: str, state: str, note: str, cause: str) -> dict[str, int]:
    """Long: everybody who stands behind a report hears what became of it, once for each outcome."""
    with run.work() as work:
        try:
            report = feedback_queries.report(work.session, UUID(report_id))
        except NotFound:
            return {"told": 0}
        if report.state.value != state:
            return {"told": 0}  # it went on meanwhile; the newer outcome has a job of its own
        behind = feedback_queries.people_behind(work.session, report.id)
        program = program_queries.program(work.session, report.program_id)
    told = [each for each in behind if may_enter(each.enrollment)]
    for start in range(0, len(told), BATCH):
        with run.work() as work:
            for each in told[start : start + BATCH]:
                tell(work, report, program, each, state=ReportState(state), note=note, cause=cause)
        run.progress(min(start + BATCH, len(told)), len(told))
    return {"told": len(told)}


def tell(
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
