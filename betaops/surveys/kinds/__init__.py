"""The kinds of questions that are asked, and what an answer to each may be. Pure."""

from betaops.surveys.kinds.base import Kind, Row, Wrong
from betaops.surveys.kinds.boolean import Boolean
from betaops.surveys.kinds.choice import One, Several
from betaops.surveys.kinds.compound import Compound
from betaops.surveys.kinds.expression import Expression
from betaops.surveys.kinds.file import Files
from betaops.surveys.kinds.matrix import Matrix
from betaops.surveys.kinds.picture import Pictures
from betaops.surveys.kinds.ranking import Ranking
from betaops.surveys.kinds.rating import Rating
from betaops.surveys.kinds.slider import Slider
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
    "tagbox": Several(),
    "buttongroup": One(),
    "imagepicker": Pictures(),
    "ranking": Ranking(),
    "slider": Slider(),
    "expression": Expression(),
    "multipletext": Compound(),
    "paneldynamic": Compound(),
    "matrixdynamic": Compound(),
    "matrixdropdown": Compound(),
    "file": Files(),
}

__all__ = ["KINDS", "Kind", "Row", "Wrong"]
