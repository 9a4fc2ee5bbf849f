"""Flags over the REST API: switches, early access to them, and one person's values."""

from betaops.flags.api import exposures, features, flags, life, people, proposals, rolling
from betaops.flags.api.shapes import blueprint

__all__ = ["blueprint", "exposures", "features", "flags", "life", "people", "proposals", "rolling"]
