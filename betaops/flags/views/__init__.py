"""The console's pages about flags."""

from betaops.flags.views import editing, life, lists, proposals, revisions
from betaops.flags.views.frame import blueprint

__all__ = ["blueprint", "editing", "life", "lists", "proposals", "revisions"]
