"""Builds, tasks and outcomes over the REST API."""

from betaops.tasks.api import builds, outcomes, tasks
from betaops.tasks.api.shapes import blueprint

__all__ = ["blueprint", "builds", "outcomes", "tasks"]
