"""Everything that can be measured, by kind. A new measure is a class in a file and a line here."""

from betaops.readiness.measures.adoption import Adoption
from betaops.readiness.measures.anonymous import is_anonymous
from betaops.readiness.measures.base import Evidence, Group, Measure, Offer, Parameters, Sample
from betaops.readiness.measures.ces import Ces
from betaops.readiness.measures.critical_share import CriticalShare
from betaops.readiness.measures.csat import Csat
from betaops.readiness.measures.nps import Nps
from betaops.readiness.measures.open_blockers import OpenBlockers
from betaops.readiness.measures.participation import Participation
from betaops.readiness.measures.pmf import Pmf
from betaops.readiness.measures.retention import Retention
from betaops.readiness.measures.survey_mean import SurveyMean
from betaops.readiness.measures.survey_share import SurveyShare
from betaops.readiness.measures.sus import Sus
from betaops.readiness.measures.task_completion import TaskCompletion
from betaops.readiness.measures.task_in_time import TaskInTime
from betaops.readiness.measures.umux_lite import UmuxLite
from betaops.readiness.measures.usage_share import UsageShare

#: In the order in which they are offered. Kinds are kept in the database: never rename one.
KINDS: dict[str, Measure] = {
    measure.kind: measure
    for measure in (
        SurveyShare(),
        SurveyMean(),
        Nps(),
        Csat(),
        Ces(),
        Sus(),
        UmuxLite(),
        Pmf(),
        UsageShare(),
        Adoption(),
        Retention(),
        TaskCompletion(),
        TaskInTime(),
        Participation(),
        CriticalShare(),
        OpenBlockers(),
    )
}


def named(kind: str) -> Measure:
    """The measure of that kind; KeyError for a kind that was never there."""
    return KINDS[kind]


__all__ = ["KINDS", "Evidence", "Group", "Measure", "Offer", "Parameters", "Sample", "is_anonymous", "named"]
