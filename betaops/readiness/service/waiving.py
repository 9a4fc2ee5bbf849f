"""Must-haves that need not be met for a while: waived with the decision, renewed when the time is over."""

from datetime import date
from uuid import UUID

from betaops.kernel.errors import NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import queries
from betaops.readiness.events import NeedWaived
from betaops.readiness.models import Decision, DecisionState, Waiver
from betaops.readiness.service.proposal import Waived, check_waiver


def waive(work: Work, decision: Decision, waived: Waived) -> Waiver:
    row = Waiver(
        decision_id=decision.id,
        expectation_id=waived.expectation_id,
        need=waived.need,
        reason=waived.reason.strip(),
        ends_on=waived.ends_on,
        given_at=work.now,
        given_by=work.actor.name,
    )
    work.add(row)
    work.record(
        NeedWaived(
            decision_id=decision.id,
            program_id=decision.program_id,
            waiver_id=row.id,
            need=row.need,
            reason=row.reason,
            ends_on=row.ends_on.isoformat(),
        )
    )
    return row


def renew(
    work: Work, program: Program, decision_id: UUID, waiver_id: UUID, *, reason: str, ends_on: date
) -> Waiver:
    """Once more, until another day. One member does, signed in afresh: that it is waived at all, all have signed."""
    decision = work.lock(Decision, decision_id)
    if decision.program_id != program.id:
        raise NotFound
    former = queries.waiver(work.session, decision.id, waiver_id)
    if decision.state is not DecisionState.IN_FORCE:
        raise Refused("not_in_force", _("Only a decision in force has waivers to renew."))
    check_waiver(former.need, reason, ends_on, work.now.date())
    return waive(work, decision, Waived(former.expectation_id, former.need, reason, ends_on))
