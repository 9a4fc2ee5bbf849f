"""The console's pages about surveys."""

from betaops.surveys.views import (
    building,
    editing,
    embedding,
    exporting,
    lists,
    placing,
    previewing,
    publishing,
    quotas,
    results,
    settings,
    sharing,
)
from betaops.surveys.views.frame import blueprint

__all__ = [
    "blueprint",
    "building",
    "editing",
    "embedding",
    "exporting",
    "lists",
    "placing",
    "previewing",
    "publishing",
    "quotas",
    "results",
    "settings",
    "sharing",
]
