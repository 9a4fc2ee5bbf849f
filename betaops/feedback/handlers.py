"""What feedback does when something happened elsewhere."""

from betaops.enrollment.events import TesterErased
from betaops.feedback import service
from betaops.kernel.work import Work


def forget_person(work: Work, event: TesterErased) -> None:
    """Drop what reports still tell about somebody who is gone."""
    service.forget_person(work, event.tester_id)
