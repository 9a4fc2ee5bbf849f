"""What surveys do when something happened elsewhere."""

from betaops.enrollment.events import TesterErased
from betaops.kernel.work import Work
from betaops.surveys.service import filing


def forget_files(work: Work, event: TesterErased) -> None:
    """The person's responses went with them; so do the files that they had sent."""
    filing.forget_left_behind(work)
