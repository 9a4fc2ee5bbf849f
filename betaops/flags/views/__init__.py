"""The console's pages about flags."""

from betaops.flags.views import editing, features, life, lists, person, proposals, revisions
from betaops.flags.views.frame import blueprint

__all__ = ["blueprint", "editing", "features", "life", "lists", "person", "proposals", "revisions"]
