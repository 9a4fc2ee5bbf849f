"""Words for what stands in the outbox and in announcements."""

from betaops.kernel.i18n import lazy_gettext as _l
from betaops.kernel.mail import MailState
from betaops.messaging.audience import Who
from betaops.messaging.models import CampaignState, DeliveryState, Reason, Topic

MAIL_STATES = {
    MailState.QUEUED: _l("Waiting"),
    MailState.KEPT: _l("Kept here"),
    MailState.SENDING: _l("Being sent"),
    MailState.HANDING_OVER: _l("Being sent"),
    MailState.SENT: _l("Sent"),
    MailState.FAILED: _l("Failed"),
    MailState.UNCERTAIN: _l("Uncertain"),
    MailState.SUPPRESSED: _l("Not wanted"),
}
MAIL_STATE_NOTES = {
    MailState.QUEUED: _l("It waits for its turn, or for the mail server to answer again."),
    MailState.KEPT: _l("No mail server is set, so mails stay here. Open them to follow their links."),
    MailState.SENDING: _l("The mail server has it in hand."),
    MailState.HANDING_OVER: _l("The mail server has it in hand."),
    MailState.SENT: _l("The mail server took it."),
    MailState.FAILED: _l("The mail server refused it for good, or was away for a day."),
    MailState.UNCERTAIN: _l(
        "The worker stopped in the very moment of handing it over. It may have arrived: nobody can know. "
        "It is not sent again by itself."
    ),
    MailState.SUPPRESSED: _l(
        "Its receiver does not want mails of this kind, so it was written but not sent."
    ),
}
CAMPAIGN_STATES = {
    CampaignState.DRAFT: _l("Draft"),
    CampaignState.SENDING: _l("Sending"),
    CampaignState.SENT: _l("Sent"),
    CampaignState.STOPPED: _l("Stopped"),
}
DELIVERY_STATES = {
    DeliveryState.WAITING: _l("Waits for its turn"),
    DeliveryState.QUEUED: _l("Written"),
    DeliveryState.UNWANTED: _l("Does not want news"),
    DeliveryState.SUPPRESSED: _l("Address gets no mail"),
    DeliveryState.GONE: _l("Left before their turn"),
}
AUDIENCES = {
    Who.ACTIVE: _l("Everybody who takes part"),
    Who.COHORT: _l("A cohort"),
    Who.SILENT: _l("Those who have been silent for some days"),
    Who.WAITING: _l("Applicants and the waiting list"),
}
TOPICS = {
    Topic.NEWS: _l("News of a program"),
    Topic.REMINDERS: _l("Reminders of surveys and tasks"),
    Topic.REPLIES: _l("Replies to what you reported, and what became of it"),
}
REASONS = {
    Reason.BOUNCED: _l("There is no such mailbox"),
    Reason.COMPLAINED: _l("Marked as spam"),
    Reason.BY_HAND: _l("Put here by hand"),
}
#: Rooms as the first part of a mail's kind, for the filter.
ROOMS = {
    "accounts": _l("Members"),
    "enrollment": _l("Signup and sign-in"),
    "surveys": _l("Surveys"),
    "messaging": _l("Messages"),
    "readiness": _l("Readiness"),
}
#: Occasions as people call them.
KINDS = {
    "accounts.invitation": _l("Invitation of a member"),
    "accounts.reset": _l("New password"),
    "enrollment.agreement": _l("Copy of an agreement"),
    "enrollment.confirm": _l("Confirmation of an address"),
    "enrollment.invitation": _l("Invitation to a program"),
    "enrollment.sign_in": _l("Sign-in link"),
    "messaging.announcement": _l("Announcement"),
    "messaging.welcome": _l("Accepted"),
    "messaging.promoted": _l("Moved up from the waiting list"),
    "messaging.waitlisted": _l("Waiting list"),
    "messaging.declined": _l("Declined"),
    "messaging.received": _l("Report received"),
    "messaging.replied": _l("Reply to a report"),
    "messaging.merged": _l("Report known already"),
    "messaging.outcome": _l("Outcome of a report"),
    "messaging.reminder": _l("Reminder of a survey"),
    "messaging.task_reminder": _l("Reminder of a task"),
    "readiness.lapsed": _l("A decision ran out"),
    "readiness.receipt": _l("What a tester's input changed"),
    "readiness.shaken": _l("A decision lost evidence"),
    "readiness.suspended": _l("Releases suspended"),
    "surveys.invitation": _l("Invitation to a survey"),
    "surveys.elsewhere": _l("Address of begun answers"),
}


def kind(name: str) -> str:
    """The occasion of a mail; its own name where no room has put it into words."""
    return str(KINDS.get(name, name))
