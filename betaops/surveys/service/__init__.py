"""What changes surveys. Nobody commits here but the edge that called."""

from betaops.surveys.service.building import (
    change_settings,
    change_state,
    create_survey,
    delete_survey,
    edit_draft,
)
from betaops.surveys.service.placing import (
    begin_placement,
    change_placement,
    note_earlier_answers,
    tell_product,
)
from betaops.surveys.service.publishing import digest, is_live, publish, review
from betaops.surveys.service.rollups import count_in, count_out, fold, mend
from betaops.surveys.service.tagging import LONGEST_TAG, tag_answer, tag_answers, untag_answer

__all__ = [
    "LONGEST_TAG",
    "begin_placement",
    "change_placement",
    "change_settings",
    "change_state",
    "count_in",
    "count_out",
    "create_survey",
    "delete_survey",
    "digest",
    "edit_draft",
    "fold",
    "is_live",
    "mend",
    "note_earlier_answers",
    "publish",
    "review",
    "tag_answer",
    "tag_answers",
    "tell_product",
    "untag_answer",
]
