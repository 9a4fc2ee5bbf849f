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
    listed,
    members,
    names_by_tester,
    rule_cohorts,
    rule_cohorts_everywhere,
    size,
)
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
    "known",
    "labels",
    "listed",
    "members",
    "names_by_tester",
    "preview",
    "rule_cohorts",
    "rule_cohorts_everywhere",
    "size",
]
