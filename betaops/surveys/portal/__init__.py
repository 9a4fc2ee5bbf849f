"""What testers and strangers see of surveys."""

from betaops.surveys.portal import answering, ways
from betaops.surveys.portal.frame import blueprint

__all__ = ["answering", "blueprint", "ways"]
