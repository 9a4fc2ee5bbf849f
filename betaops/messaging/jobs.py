"""Mails to many, in small transactions, with progress."""

from uuid import UUID

from sqlalchemy.orm import Session

from betaops.enrollment.policy import may_enter
from betaops.feedback import queries as feedback_queries
from betaops.feedback.models import State as ReportState
from betaops.kernel.errors import NotFound
from betaops.kernel.jobs import Run
from betaops.messaging import queries, service, telling
from betaops.messaging.models import Campaign, CampaignState
from betaops.programs import queries as program_queries
from betaops.surveys import queries as survey_queries
from betaops.tasks import queries as task_queries

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
            telling.announce(work, campaign, waiting)
        done += len(waiting)
        run.progress(min(done, total), total)
    return {"written": done}


def _being_sent(session: Session, campaign_id: UUID) -> Campaign | None:
    campaign = queries.campaign_to_send(session, campaign_id)
    return campaign if campaign is not None and campaign.state is CampaignState.SENDING else None


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
                # Whoever was erased or removed since the list was made is not written to.
                to = queries.recipient(work.session, each.enrollment.id)
                if to is not None and may_enter(to.enrollment):
                    telling.outcome(
                        work,
                        report,
                        program,
                        each._replace(enrollment=to.enrollment, tester=to.tester),
                        state=ReportState(state),
                        note=note,
                        cause=cause,
                    )
        run.progress(min(start + BATCH, len(told)), len(told))
    return {"told": len(told)}


def remind(run: Run) -> dict[str, int]:
    """Long, daily: whoever was sent a survey some days ago and has not answered is reminded, once."""
    with run.work() as work:
        due = queries.surveys_to_remind_of(work.session, work.now)
    written = 0
    for workspace_id, survey_id in due:
        with run.work() as work:
            work.enter(workspace_id)
            people = queries.people_to_remind(work.session, survey_id)
        for start in range(0, len(people), BATCH):
            with run.work() as work:
                work.enter(workspace_id)
                survey = survey_queries.survey(work.session, survey_id)
                for enrollment_id in people[start : start + BATCH]:
                    written += telling.remind(work, survey, enrollment_id)
            run.progress(written, written)
    return {"written": written}


def remind_of_tasks(run: Run) -> dict[str, int]:
    """Long, daily: whoever has not done a task that ends in days is reminded, once, unless they were asked something lately."""
    with run.work() as work:
        due = queries.tasks_to_remind_of(work.session, work.now)
    written = 0
    for workspace_id, task_id in due:
        with run.work() as work:
            work.enter(workspace_id)
            people = task_queries.silent(work.session, task_queries.task(work.session, task_id))
        for start in range(0, len(people), BATCH):
            with run.work() as work:
                work.enter(workspace_id)
                task = task_queries.task(work.session, task_id)
                for enrollment_id in people[start : start + BATCH]:
                    written += telling.remind_of_task(work, task, enrollment_id)
            run.progress(written, written)
    return {"written": written}
