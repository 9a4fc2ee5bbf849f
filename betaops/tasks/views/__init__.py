"""The console's pages about tasks and builds."""

from betaops.tasks.views import builds, editing, exporting, lists
from betaops.tasks.views.frame import blueprint

__all__ = ["blueprint", "builds", "editing", "exporting", "lists"]
