"""The console's pages about surveys."""

from betaops.surveys.views import (
    building,
    comparing,
    editing,
    exporting,
    lists,
    placing,
    previewing,
    publishing,
    results,
    settings,
    sharing,
    texts,
)
from betaops.surveys.views.frame import blueprint

__all__ = [
    "blueprint",
    "building",
    "comparing",
    "editing",
    "exporting",
    "lists",
    "placing",
    "previewing",
    "publishing",
    "results",
    "settings",
    "sharing",
    "texts",
]
