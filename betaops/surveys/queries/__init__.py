"""Surveys of one workspace, what was answered, and what the rooms above read of it."""

from betaops.surveys.queries.answers import item_answers, items, texts
from betaops.surveys.queries.doors import door
from betaops.surveys.queries.people import answered, count_unanswered, unanswered, waiting_for
from betaops.surveys.queries.responses import (
    count_responses,
    counts,
    export_rows,
    funnel,
    people_per_question,
    response,
    responses,
    tallies,
)
from betaops.surveys.queries.surveys import (
    find_surveys,
    links,
    live_version,
    live_version_id,
    published,
    survey,
    survey_in,
    survey_of_installation,
    survey_questions,
    survey_to_answer,
    surveys,
    trait_names,
    version,
    versions,
)

__all__ = [
    "answered",
    "count_responses",
    "count_unanswered",
    "counts",
    "door",
    "export_rows",
    "find_surveys",
    "funnel",
    "item_answers",
    "items",
    "links",
    "live_version",
    "live_version_id",
    "people_per_question",
    "published",
    "response",
    "responses",
    "survey",
    "survey_in",
    "survey_of_installation",
    "survey_questions",
    "survey_to_answer",
    "surveys",
    "tallies",
    "texts",
    "trait_names",
    "unanswered",
    "version",
    "versions",
    "waiting_for",
]
