"""The console's pages about flags."""

from betaops.flags.views import editing, guardrails, lists, rollouts, schedules
from betaops.flags.views.frame import blueprint

__all__ = ["blueprint", "editing", "guardrails", "lists", "rollouts", "schedules"]
