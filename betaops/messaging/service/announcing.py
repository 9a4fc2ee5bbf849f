"""Announcements: written, sent to everybody in an audience exactly once, or stopped."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from betaops.enrollment.models import Enrollment, State
from betaops.enrollment.policy import may_enter
from betaops.kernel.errors import Invalid, NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.versions import edit, stamp
from betaops.kernel.work import Work
from betaops.messaging import policy, queries, substitution
from betaops.messaging.audience import Audience, Who
from betaops.messaging.events import CampaignFinished, CampaignOrdered, CampaignStopped
from betaops.messaging.models import Campaign, CampaignState, Delivery, DeliveryState, Topic
from betaops.programs.models import Program


@dataclass(frozen=True, kw_only=True)
class Text:
    """What an announcement says, with fields in double braces, and to whom."""

    subject: str
    body: str
    audience: Audience


def draft(work: Work, program: Program, text: Text) -> Campaign:
    """A new announcement that nobody has got yet."""
    _check(work, program.id, text)
    campaign = Campaign(
        program_id=program.id,
        subject=text.subject,
        body=text.body,
        audience=text.audience.to_json(),
        created_at=work.now,
        changed_at=work.now,
    )
    stamp(work, campaign)
    work.add(campaign)
    return campaign


def redraft(work: Work, campaign: Campaign, text: Text, version: int | None) -> Campaign:
    """Change an announcement that was not sent yet."""
    campaign = work.lock(Campaign, campaign.id)
    _must_be_draft(campaign)
    _check(work, campaign.program_id, text)
    edit(work, campaign, version, subject=text.subject, body=text.body, audience=text.audience.to_json())
    return campaign


def discard(work: Work, campaign: Campaign) -> None:
    """Drop an announcement that was not sent."""
    campaign = work.lock(Campaign, campaign.id)
    _must_be_draft(campaign)
    work.delete(campaign)


def order(work: Work, program: Program, campaign: Campaign, version: int | None = None) -> Campaign:
    """Send it: the audience is fixed now, a job writes to one after the other."""
    campaign = work.lock(Campaign, campaign.id)
    edit(work, campaign, version)
    _must_be_draft(campaign)
    if not policy.takes_announcements(program):
        raise Refused("no_announcements", _("A draft or archived program sends no announcements."))
    people = queries.audience_ids(
        work.session, campaign.program_id, Audience.from_json(campaign.audience), work.now
    )
    if not people:
        raise Refused("nobody", _("Nobody is in this audience at the moment."))
    work.session.add_all(
        Delivery(workspace_id=work.workspace_id, campaign_id=campaign.id, enrollment_id=enrollment_id)
        for enrollment_id in people
    )
    campaign.state, campaign.ordered_at, campaign.ordered_by = (
        CampaignState.SENDING,
        work.now,
        work.actor.name,
    )
    campaign.version += 1
    stamp(work, campaign)
    work.record(CampaignOrdered(campaign_id=campaign.id, program_id=campaign.program_id, people=len(people)))
    work.enqueue("messaging.send_campaign", {"campaign_id": str(campaign.id)}, once=f"campaign:{campaign.id}")
    return campaign


def stop(work: Work, campaign: Campaign) -> Campaign:
    """Send no more of it; who has it keeps it."""
    campaign = work.lock(Campaign, campaign.id)
    if campaign.state is not CampaignState.SENDING:
        raise Refused("not_sending", _("This announcement is not being sent."))
    campaign.state, campaign.finished_at = CampaignState.STOPPED, work.now
    stamp(work, campaign)
    work.record(CampaignStopped(campaign_id=campaign.id, program_id=campaign.program_id))
    return campaign


class Turn(NamedTuple):
    """One copy whose turn it is: to whom, and what becomes of it."""

    delivery: Delivery
    to: queries.Recipient | None
    state: DeliveryState


def turns(work: Work, waiting: Sequence[Delivery], audience: Audience) -> list[Turn]:
    """What becomes of some copies, asked at the moment of writing them; three queries however many."""
    there = queries.recipients_among(work.session, [delivery.enrollment_id for delivery in waiting])
    suppressed = queries.suppressed_among(work.session, [to.tester.mail_key for to in there.values()])
    unwilling = queries.unwilling_among(work.session, [to.tester.id for to in there.values()], Topic.NEWS)
    found = []
    for delivery in waiting:
        to = there.get(delivery.enrollment_id)
        if to is None or not _is_meant(to.enrollment, audience):
            state = DeliveryState.GONE
        elif to.tester.mail_key in suppressed:
            state = DeliveryState.SUPPRESSED
        else:
            state = DeliveryState.UNWANTED if to.tester.id in unwilling else DeliveryState.QUEUED
        found.append(Turn(delivery, to, state))
    return found


def _is_meant(enrollment: Enrollment, audience: Audience) -> bool:
    """Whether they still stand where the announcement's audience stands."""
    if audience.who is Who.WAITING:
        return enrollment.state in (State.APPLIED, State.WAITLISTED)
    return may_enter(enrollment)


def finish(work: Work, campaign_id: UUID) -> None:
    """Everybody had their turn; nothing happens while a copy still waits (in another runner's hands)."""
    campaign = work.lock(Campaign, campaign_id)
    tally = queries.tallies(work.session, [campaign.id])[campaign.id]
    if campaign.state is not CampaignState.SENDING or tally[DeliveryState.WAITING]:
        return
    campaign.state, campaign.finished_at = CampaignState.SENT, work.now
    queued = tally[DeliveryState.QUEUED]
    work.record(
        CampaignFinished(
            campaign_id=campaign.id,
            program_id=campaign.program_id,
            queued=queued,
            left_out=sum(tally.values()) - queued,
        )
    )


def _must_be_draft(campaign: Campaign) -> None:
    if not campaign.may_be_changed:
        raise Refused("already_sent", _("This announcement was sent already and stays as it is."))


def _check(work: Work, program_id: UUID, text: Text) -> None:
    """A field that does not exist is refused here, not found by its first reader."""
    for name, value in (("subject", text.subject), ("body", text.body)):
        if unknown := substitution.unknown(value):
            raise Invalid(
                "unknown_field",
                _(
                    "There is no field {{%(name)s}}. There are: %(fields)s.",
                    name=unknown[0][:60],
                    fields=", ".join("{{" + field + "}}" for field in substitution.FIELDS),
                ),
                field=name,
            )
    if text.audience.cohort_id is not None and not queries.has_cohort(
        work.session, program_id, text.audience.cohort_id
    ):
        raise NotFound
