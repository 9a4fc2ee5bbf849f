"""Surveys over the REST API."""

from betaops.surveys.api import exports, responses, surveys
from betaops.surveys.api.shapes import blueprint

__all__ = ["blueprint", "exports", "responses", "surveys"]
