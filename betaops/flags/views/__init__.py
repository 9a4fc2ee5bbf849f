"""The console's pages about flags."""

from betaops.flags.views import editing, lists
from betaops.flags.views.frame import blueprint

__all__ = ["blueprint", "editing", "lists"]
