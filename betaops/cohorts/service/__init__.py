"""What changes cohorts. Nobody commits here but the edge that called."""

from betaops.cohorts.service.cohorts import (
    change_cohort,
    cohort_named,
    create_cohort,
    delete_cohort,
    snapshot,
)
from betaops.cohorts.service.columns import forget, read_again
from betaops.cohorts.service.following import refresh_tester
from betaops.cohorts.service.laying import lay_out
from betaops.cohorts.service.members import (
    add_members,
    mark_swept,
    refresh_cohort,
    refresh_members,
    refresh_soon,
    remove_members,
    touch_program,
)
from betaops.cohorts.service.traits import set_trait

__all__ = [
    "add_members",
    "change_cohort",
    "cohort_named",
    "create_cohort",
    "delete_cohort",
    "forget",
    "lay_out",
    "mark_swept",
    "read_again",
    "refresh_cohort",
    "refresh_members",
    "refresh_soon",
    "refresh_tester",
    "remove_members",
    "set_trait",
    "snapshot",
    "touch_program",
]
