"""The console's pages about cohorts."""

from betaops.cohorts.views import editing, history, lists, picking, taking
from betaops.cohorts.views.frame import blueprint

__all__ = ["blueprint", "editing", "history", "lists", "picking", "taking"]
