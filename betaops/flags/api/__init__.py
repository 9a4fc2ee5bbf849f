"""Flags over the REST API."""

from betaops.flags.api import exposures, flags, life, proposals
from betaops.flags.api.shapes import blueprint

__all__ = ["blueprint", "exposures", "flags", "life", "proposals"]
