"""The console's pages about cohorts."""

from betaops.cohorts.views import editing, lists, picking
from betaops.cohorts.views.frame import blueprint

__all__ = ["blueprint", "editing", "lists", "picking"]
