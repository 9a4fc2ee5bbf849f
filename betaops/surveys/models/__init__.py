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
from betaops.surveys.models.quotas import ContactRule, Quota, WhenFull
from betaops.surveys.models.responses import UNFINISHED, Answer, Response, ResponseState, SurveyLedger
from betaops.surveys.models.surveys import (
    FOLLOWING,
    PublishedIsFinal,
    Survey,
    SurveyQuestion,
    SurveyState,
    SurveyVersion,
)

__all__ = [
    "FOLLOWING",
    "UNFINISHED",
    "Answer",
    "Audience",
    "ContactRule",
    "Corner",
    "LinkKind",
    "PublishedIsFinal",
    "Quota",
    "Repeat",
    "Response",
    "ResponseState",
    "Shape",
    "Survey",
    "SurveyLedger",
    "SurveyLink",
    "SurveyPlacement",
    "SurveyQuestion",
    "SurveyShowing",
    "SurveyState",
    "SurveyVersion",
    "UrlMatch",
    "WhenFull",
]
