"""What flags do when something happened to people."""

from betaops.enrollment.events import IdentityLinked
from betaops.flags import service
from betaops.kernel.work import Work


def adopt(work: Work, event: IdentityLinked) -> None:
    """Somebody is known by another id: what was chosen under it is their choice."""
    service.adopt(work, event.tester_id, event.distinct_id)
