"""The console's pages about surveys."""

from betaops.surveys.views import (
    building,
    comparing,
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
    texts,
    translations,
)
from betaops.surveys.views.frame import blueprint

__all__ = [
    "blueprint",
    "building",
    "comparing",
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
    "texts",
    "translations",
]
