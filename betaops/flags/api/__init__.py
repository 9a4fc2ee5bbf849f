"""Flags over the REST API."""

from betaops.flags.api import flags, life, proposals
from betaops.flags.api.shapes import blueprint

__all__ = ["blueprint", "flags", "life", "proposals"]
