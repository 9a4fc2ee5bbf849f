"""Announcements, ready to be sent."""

from betaops.kernel.work import Work
from betaops.messaging import service
from betaops.messaging.audience import Audience
from betaops.messaging.models import Campaign
from betaops.programs.models import Program


def an_announcement(
    work: Work,
    *,
    program: Program,
    subject: str = "A new build is here",
    body: str = "Hello {{first_name}}, **build 12** of {{product}} is out.",
    audience: Audience | None = None,
) -> Campaign:
    """A draft to everybody who takes part, unless `audience` says otherwise."""
    campaign = service.draft(
        work, program, service.Text(subject=subject, body=body, audience=audience or Audience())
    )
    work.session.flush()
    return campaign
