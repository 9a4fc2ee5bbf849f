"""What usage does when something happened to people."""

from betaops.enrollment.events import IdentityLinked
from betaops.kernel.work import Work
from betaops.usage import service


def adopt(work: Work, event: IdentityLinked) -> None:
    """Somebody is known by another id: what was done under it is theirs."""
    service.adopt(work, event.tester_id, event.distinct_id)
