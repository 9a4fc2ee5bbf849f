"""The console's pages about surveys."""

from betaops.surveys.views import (
    building,
    editing,
    exporting,
    importing,
    lists,
    placing,
    previewing,
    publishing,
    results,
    settings,
    sharing,
    translations,
)
from betaops.surveys.views.frame import blueprint

__all__ = [
    "blueprint",
    "building",
    "editing",
    "exporting",
    "importing",
    "lists",
    "placing",
    "previewing",
    "publishing",
    "results",
    "settings",
    "sharing",
    "translations",
]
