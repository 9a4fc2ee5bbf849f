"""Surveys over the REST API."""

from betaops.surveys.api import arms, exports, files, quotas, responses, surveys
from betaops.surveys.api.shapes import blueprint

__all__ = ["arms", "blueprint", "exports", "files", "quotas", "responses", "surveys"]
