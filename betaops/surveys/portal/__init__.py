"""What testers and strangers see of surveys."""

from betaops.surveys.portal import answering, pins, resuming, ways
from betaops.surveys.portal.frame import blueprint

__all__ = ["answering", "blueprint", "pins", "resuming", "ways"]
