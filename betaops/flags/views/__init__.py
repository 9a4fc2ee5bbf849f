"""The console's pages about flags."""

from betaops.flags.views import (
    editing,
    features,
    guardrails,
    life,
    lists,
    person,
    proposals,
    revisions,
    rollouts,
    schedules,
)
from betaops.flags.views.frame import blueprint

__all__ = [
    "blueprint",
    "editing",
    "features",
    "guardrails",
    "life",
    "lists",
    "person",
    "proposals",
    "revisions",
    "rollouts",
    "schedules",
]
