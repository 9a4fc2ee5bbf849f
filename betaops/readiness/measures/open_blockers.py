"""How many blocker bugs are open: a fact, not an estimate."""

from sqlalchemy.orm import Session

from betaops.feedback import queries as feedback_queries
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.kernel.i18n import ngettext
from betaops.readiness.figures import Unit
from betaops.readiness.measures.base import Evidence, Group, Measure, Parameters, Sample
from betaops.readiness.scope import Scope
from betaops.readiness.verdict import Direction


class OpenBlockers(Measure):
    kind = "open_blockers"
    label = _l("Open blocker bugs")
    hint = _l("Counted as they stand. Usually none is allowed.")
    unit = Unit.COUNT
    group = Group.FEEDBACK
    direction = Direction.AT_MOST
    threshold = 0

    def span(self, parameters: Parameters) -> tuple[float, float]:
        return 0.0, 10.0

    def title(self, parameters: Parameters) -> str:
        return _("open blocker bugs")

    def sample(self, session: Session, scope: Scope, parameters: Parameters) -> Sample:
        found = len(feedback_queries.open_blockers(session, scope.program_id))
        return Sample((), (), len(scope.started), value=found)

    def evidence(self, parameters: Parameters) -> Evidence:
        return Evidence("feedback.reports", {"severity": "blocker"}, _("Open blockers"))

    def told(self, value: int) -> str:
        return (
            ngettext("%(num)s blocker is open", "%(num)s blockers are open", value)
            if value
            else _("no blocker is open")
        )
