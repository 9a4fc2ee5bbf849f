"""What changes cohorts. Nobody commits here but the edge that called."""

from betaops.cohorts.service.changes import everybody_changed, facts_changed
from betaops.cohorts.service.cohorts import (
    change_cohort,
    cohort_named,
    create_cohort,
    delete_cohort,
    snapshot,
)
from betaops.cohorts.service.columns import forget, read_again
from betaops.cohorts.service.companies import add_companies, remove_companies
from betaops.cohorts.service.exceptions import end_exceptions, keep_in, keep_out
from betaops.cohorts.service.following import refresh_tester
from betaops.cohorts.service.laying import lay_out
from betaops.cohorts.service.lists import Taken, take_list, take_list_soon
from betaops.cohorts.service.members import (
    add_members,
    mark_swept,
    refresh_cohort,
    refresh_members,
    refresh_soon,
    remove_members,
    touch_program,
)
from betaops.cohorts.service.traits import set_trait, set_traits

__all__ = [
    "Taken",
    "add_companies",
    "add_members",
    "change_cohort",
    "cohort_named",
    "create_cohort",
    "delete_cohort",
    "end_exceptions",
    "everybody_changed",
    "facts_changed",
    "forget",
    "keep_in",
    "keep_out",
    "lay_out",
    "mark_swept",
    "read_again",
    "refresh_cohort",
    "refresh_members",
    "refresh_soon",
    "refresh_tester",
    "remove_companies",
    "remove_members",
    "set_trait",
    "set_traits",
    "snapshot",
    "take_list",
    "take_list_soon",
    "touch_program",
]
