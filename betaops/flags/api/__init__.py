"""Flags over the REST API."""

from betaops.flags.api import rolling
from betaops.flags.api.flags import blueprint

__all__ = ["blueprint", "rolling"]
