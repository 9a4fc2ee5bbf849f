"""The console's pages about reports: the triage list, one report, and writing one down for somebody."""

from betaops.feedback.views import exporting, lists, pictures, sorting, talking, writing
from betaops.feedback.views.frame import blueprint

__all__ = ["blueprint", "exporting", "lists", "pictures", "sorting", "talking", "writing"]
