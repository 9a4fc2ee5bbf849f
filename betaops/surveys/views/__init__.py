"""The console's pages about surveys."""

from betaops.surveys.views import (
    building,
    comparing,
    editing,
    embedding,
    exporting,
    importing,
    journeys,
    lists,
    placing,
    previewing,
    publishing,
    quotas,
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
    "embedding",
    "exporting",
    "importing",
    "journeys",
    "lists",
    "placing",
    "previewing",
    "publishing",
    "quotas",
    "results",
    "settings",
    "sharing",
    "texts",
    "translations",
]
