"""The console's pages about flags."""

from betaops.flags.views import editing, features, lists, person
from betaops.flags.views.frame import blueprint

__all__ = ["blueprint", "editing", "features", "lists", "person"]
