"""The console's pages about surveys."""

from betaops.surveys.views import (
    building,
    editing,
    exporting,
    journeys,
    lists,
    placing,
    previewing,
    publishing,
    results,
    settings,
    sharing,
)
from betaops.surveys.views.frame import blueprint

__all__ = [
    "blueprint",
    "building",
    "editing",
    "exporting",
    "journeys",
    "lists",
    "placing",
    "previewing",
    "publishing",
    "results",
    "settings",
    "sharing",
]
