"""What is told to other programs when something happened, and to members when telling does not work."""

from betaops.accounts import queries as account_queries
from betaops.accounts.permissions import ROLES
from betaops.integrations import policy, service
from betaops.integrations.events import WebhookGivenUp
from betaops.integrations.models import Topic
from betaops.kernel import mail
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.surveys.events import ResponseWithdrawn, SurveyAnswered
from betaops.tasks.events import OutcomeRecorded
from betaops.tasks.models import SETTLED
from betaops.web.letters import letter, link


def tell_response(work: Work, event: SurveyAnswered | ResponseWithdrawn) -> None:
    """A webhook for each endpoint; its id is the event's, so that a handler that runs twice tells once."""
    assert work.cause_id is not None  # handlers of events are told which
    is_new = isinstance(event, SurveyAnswered)
    service.tell(
        work,
        program_id=event.program_id,
        event_id=work.cause_id,
        topic=Topic.RESPONSE_COMPLETED if is_new else Topic.RESPONSE_WITHDRAWN,
        subject_id=event.response_id,
    )


def tell_outcome(work: Work, event: OutcomeRecorded) -> None:
    """The same of what became of a task with somebody, once they are done with it one way or another."""
    assert work.cause_id is not None  # handlers of events are told which
    if event.state not in SETTLED:
        return
    service.tell(
        work,
        program_id=event.program_id,
        event_id=work.cause_id,
        topic=Topic.TASK_OUTCOME,
        subject_id=event.outcome_id,
    )


def tell_given_up(work: Work, event: WebhookGivenUp) -> None:
    """By mail, to every member who may mend it."""
    program = program_queries.program(work.session, event.program_id)
    for member in account_queries.members(work.session):
        if policy.MANAGE not in ROLES[member.membership.role] or member.user.disabled_at is not None:
            continue
        written = letter(
            "integrations_given_up",
            member.user.mail,
            kind="integrations.given_up",
            language=member.user.language,
            person_id=member.user.id,
            name=member.user.name,
            program=program.name,
            host=event.host,
            url=link("webhooks.index", slug=program.slug),
        )
        mail.queue(work, written, key=f"webhook:{work.cause_id}:{member.user.id}")
