"""Surveys over the REST API."""

from betaops.surveys.api import exports, files, quotas, responses, surveys
from betaops.surveys.api.shapes import blueprint

__all__ = ["blueprint", "exports", "files", "quotas", "responses", "surveys"]
