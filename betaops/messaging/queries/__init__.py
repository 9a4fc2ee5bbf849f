"""What can be asked about mails, announcements and wishes."""

from betaops.messaging.queries.audiences import (
    Reach,
    Recipient,
    audience_ids,
    reach,
    recipient,
    recipients,
    recipients_among,
)
from betaops.messaging.queries.campaigns import (
    Sent,
    campaign,
    campaign_to_send,
    campaigns,
    deliveries,
    has_cohort,
    tallies,
    waiting,
)
from betaops.messaging.queries.mails import Wanted, mail, mails, mails_to, needing_a_look
from betaops.messaging.queries.reminders import people_to_remind, surveys_to_remind_of, was_written
from betaops.messaging.queries.wishes import (
    is_suppressed,
    is_wanted,
    preferences,
    suppressed_among,
    suppression,
    suppressions,
    unwilling_among,
)

__all__ = [
    "Reach",
    "Recipient",
    "Sent",
    "Wanted",
    "audience_ids",
    "campaign",
    "campaign_to_send",
    "campaigns",
    "deliveries",
    "has_cohort",
    "is_suppressed",
    "is_wanted",
    "mail",
    "mails",
    "mails_to",
    "needing_a_look",
    "people_to_remind",
    "preferences",
    "reach",
    "recipient",
    "recipients",
    "recipients_among",
    "suppressed_among",
    "suppression",
    "suppressions",
    "surveys_to_remind_of",
    "tallies",
    "unwilling_among",
    "waiting",
    "was_written",
]
