"""The kinds of questions that are asked, and what an answer to each may be. Pure."""

from betaops.surveys.kinds.base import Kind, Row, Wrong
from betaops.surveys.kinds.boolean import Boolean
from betaops.surveys.kinds.choice import One, Several
from betaops.surveys.kinds.matrix import Matrix
from betaops.surveys.kinds.rating import Rating
from betaops.surveys.kinds.text import Comment, Text

KINDS: dict[str, Kind] = {
    "text": Text(),
    "comment": Comment(),
    "radiogroup": One(),
    "dropdown": One(),
    "checkbox": Several(),
    "boolean": Boolean(),
    "rating": Rating(),
    "matrix": Matrix(),
}

__all__ = ["KINDS", "Kind", "Row", "Wrong"]
