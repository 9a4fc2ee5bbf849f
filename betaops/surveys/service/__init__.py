"""What changes surveys. Nobody commits here but the edge that called."""

from betaops.surveys.service.allotting import put_into_arms, tell_arms
from betaops.surveys.service.arms import add_arm, change_arm, delete_arm
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
    obstacles,
    obstacles_of_draft,
    tell_product,
)
from betaops.surveys.service.publishing import Review, digest, is_live, publish, review
from betaops.surveys.service.quotas import add_quota, change_quota, close_full, delete_quota
from betaops.surveys.service.rollups import count_in, count_out, fold, mend
from betaops.surveys.service.tagging import LONGEST_TAG, tag_answer, tag_answers, untag_answer

__all__ = [
    "LONGEST_TAG",
    "Review",
    "add_arm",
    "add_quota",
    "begin_placement",
    "change_arm",
    "change_placement",
    "change_quota",
    "change_settings",
    "change_state",
    "close_full",
    "count_in",
    "count_out",
    "create_survey",
    "delete_arm",
    "delete_quota",
    "delete_survey",
    "digest",
    "edit_draft",
    "fold",
    "is_live",
    "mend",
    "note_earlier_answers",
    "obstacles",
    "obstacles_of_draft",
    "publish",
    "put_into_arms",
    "review",
    "tag_answer",
    "tag_answers",
    "tell_arms",
    "tell_product",
    "untag_answer",
]
