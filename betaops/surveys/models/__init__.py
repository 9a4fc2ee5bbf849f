"""Surveys, their published versions, the links to them, and what people answered."""

from betaops.surveys.models.arms import SurveyAllotment, SurveyArm
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
from betaops.surveys.models.responses import (
    UNFINISHED,
    Answer,
    AnswerTag,
    Response,
    ResponseState,
    SurveyLedger,
)
from betaops.surveys.models.rollups import AnswerTally, QuestionTally, SurveyRollup, TailResponse
from betaops.surveys.models.surveys import (
    FOLLOWING,
    PublishedIsFinal,
    Survey,
    SurveyQuestion,
    SurveyState,
    SurveyVersion,
)
from betaops.surveys.models.uploads import SurveyUpload
from betaops.surveys.models.visits import Visit

__all__ = [
    "FOLLOWING",
    "UNFINISHED",
    "Answer",
    "AnswerTag",
    "AnswerTally",
    "Audience",
    "ContactRule",
    "Corner",
    "LinkKind",
    "PublishedIsFinal",
    "QuestionTally",
    "Quota",
    "Repeat",
    "Response",
    "ResponseState",
    "Shape",
    "Survey",
    "SurveyAllotment",
    "SurveyArm",
    "SurveyLedger",
    "SurveyLink",
    "SurveyPlacement",
    "SurveyQuestion",
    "SurveyRollup",
    "SurveyShowing",
    "SurveyState",
    "SurveyUpload",
    "SurveyVersion",
    "TailResponse",
    "UrlMatch",
    "Visit",
    "WhenFull",
]
