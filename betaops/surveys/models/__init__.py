"""Surveys, their published versions, the links to them, and what people answered."""

from betaops.surveys.models.links import LinkKind, SurveyLink
from betaops.surveys.models.placements import (
    Audience,
    Corner,
    Repeat,
    Shape,
    SurveyPlacement,
    SurveyShowing,
    UrlMatch,
)
from betaops.surveys.models.responses import UNFINISHED, Answer, Response, ResponseState
from betaops.surveys.models.surveys import (
    FOLLOWING,
    PublishedIsFinal,
    Survey,
    SurveyQuestion,
    SurveyState,
    SurveyVersion,
)
from betaops.surveys.models.visits import Visit

__all__ = [
    "FOLLOWING",
    "UNFINISHED",
    "Answer",
    "Audience",
    "Corner",
    "LinkKind",
    "PublishedIsFinal",
    "Repeat",
    "Response",
    "ResponseState",
    "Shape",
    "Survey",
    "SurveyLink",
    "SurveyPlacement",
    "SurveyQuestion",
    "SurveyShowing",
    "SurveyState",
    "SurveyVersion",
    "UrlMatch",
    "Visit",
]
