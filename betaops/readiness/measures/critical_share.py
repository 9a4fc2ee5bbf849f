"""Share of testers who met at least one critical problem."""

from sqlalchemy.orm import Session

from betaops.feedback import queries as feedback_queries
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.readiness.measures.base import Evidence, Group, Measure, Parameters, Sample, shares
from betaops.readiness.scope import Scope
from betaops.readiness.verdict import Direction


class CriticalShare(Measure):
    """Of the testers who began, those behind a blocker or major bug, fixed since or not.

    One score a tester: ten reports of one person are one person in trouble.
    """

    kind = "critical_share"
    label = _l("Testers who hit a critical problem")
    hint = _l("Share of testers who began and reported, or stood behind, at least one blocker or major bug.")
    group = Group.FEEDBACK
    direction = Direction.AT_MOST
    threshold = 0.1

    def title(self, parameters: Parameters) -> str:
        return _("testers who hit at least one critical problem")

    def sample(self, session: Session, scope: Scope, parameters: Parameters) -> Sample:
        found = feedback_queries.testers_with_critical(session, scope.program_id)
        return shares(found, scope.started, {"removed": scope.removed})

    def evidence(self, parameters: Parameters) -> Evidence:
        return Evidence("feedback.reports", {"kind": "bug", "tab": "all"}, _("All bugs"))
