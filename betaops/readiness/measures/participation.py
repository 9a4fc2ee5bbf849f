"""Share of testers who take part: use, answers, tasks or reports."""

from sqlalchemy.orm import Session

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.readiness.measures.base import Evidence, Group, Measure, Parameters, Sample, shares
from betaops.readiness.scope import Scope
from betaops.readiness.taking_part import took_part


class Participation(Measure):
    """At any time in the program. The usual range in betas is 30–40 % in a week."""

    kind = "participation"
    label = _l("Testers who took part")
    hint = _l(
        "Share of testers who used the product, answered a survey, tried a task or reported something at least once."
    )
    group = Group.USE
    threshold = 0.5

    def title(self, parameters: Parameters) -> str:
        return _("testers who took part at least once")

    def sample(self, session: Session, scope: Scope, parameters: Parameters) -> Sample:
        active = took_part(session, scope.program_id, scope.product_id) & scope.testers
        return shares(active, scope.testers, {"removed": scope.removed})

    def evidence(self, parameters: Parameters) -> Evidence:
        return Evidence("testers.index", {}, _("All testers"))
