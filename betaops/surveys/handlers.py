"""What surveys do when something happened to people."""

from betaops.enrollment.events import TesterErased
from betaops.kernel.work import Work
from betaops.surveys import service
from betaops.surveys.service import filing


def forget_person(work: Work, event: TesterErased) -> None:
    """Their responses went with them: counts that held them are made anew, files that came with them go."""
    service.mend(work)
    filing.forget_left_behind(work)
