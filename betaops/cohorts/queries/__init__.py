"""Reading cohorts. Everything here sees one workspace: that of the session."""

from betaops.cohorts.queries.catalogue import Fact, catalogue, labels
from betaops.cohorts.queries.cohorts import (
    Member,
    Sized,
    candidates,
    changes,
    cohort,
    cohort_by_id,
    cohorts,
    cohorts_of,
    due_for_sweep,
    has_more_people,
    listed,
    members,
    names_by_tester,
    rule_cohorts,
    size,
)
from betaops.cohorts.queries.columns import moving, need
from betaops.cohorts.queries.facts import Known, known
from betaops.cohorts.queries.previews import Passing, Preview, preview

__all__ = [
    "Fact",
    "Known",
    "Member",
    "Passing",
    "Preview",
    "Sized",
    "candidates",
    "catalogue",
    "changes",
    "cohort",
    "cohort_by_id",
    "cohorts",
    "cohorts_of",
    "due_for_sweep",
    "has_more_people",
    "known",
    "labels",
    "listed",
    "members",
    "moving",
    "names_by_tester",
    "need",
    "preview",
    "rule_cohorts",
    "size",
]
