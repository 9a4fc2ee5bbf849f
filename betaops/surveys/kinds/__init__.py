"""The kinds of questions that are asked, and what an answer to each may be. Pure."""

from collections.abc import Mapping
from typing import Any

from betaops.surveys.definition import Question
from betaops.surveys.expressions.values import is_empty
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
from betaops.surveys.localised import DEFAULT

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


def answer_words(question: Question, answers: Mapping[str, Any], language: str = DEFAULT) -> str:
    """The answer as a person reads it, with the free text beside it; empty where there is none."""
    value, comment = answers.get(question.key), answers.get(question.comment_key)
    words = "" if is_empty(value) else KINDS[question.kind].words(question, value, language)
    return f"{words} ({comment})" if comment else words


__all__ = ["KINDS", "Kind", "Row", "Wrong", "answer_words"]
