"""The console's pages about reports: the triage list, one report, and writing one down for somebody."""

from betaops.feedback.views import dashboard, exporting, lists, pictures, sorting, talking, writing
from betaops.feedback.views.frame import blueprint

__all__ = ["blueprint", "dashboard", "exporting", "lists", "pictures", "sorting", "talking", "writing"]
