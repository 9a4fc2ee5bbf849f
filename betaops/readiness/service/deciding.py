"""Deciding: proposed on the evidence as it stands, signed by people, in force, withdrawn."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from betaops.kernel import ids
from betaops.kernel.errors import Invalid, NotFound, Refused, Stale
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import board, evidence, queries
from betaops.readiness.deciding.recommendation import Choice, signatures_needed
from betaops.readiness.events import DecisionProposed, DecisionWithdrawn
from betaops.readiness.models import Decision, DecisionState, Stance
from betaops.readiness.service import proposal, rechecking
from betaops.readiness.service.proposal import Condition, Waived
from betaops.readiness.service.signing import sign
from betaops.readiness.service.waiving import waive


class ProposedAlready(Refused):
    """The same member proposed the same; `decision_id` is the one that stands."""

    def __init__(self, decision_id: UUID) -> None:
        super().__init__("decision_stands", _("You have proposed this decision already."))
        self.decision_id = decision_id


def propose(
    work: Work,
    program: Program,
    choice: Choice,
    *,
    role: str = "",
    fills: str = "",
    seen: str | None,
    reason: str = "",
    conditions: Sequence[Condition] = (),
    waivers: Sequence[Waived] = (),
    next_look_on: date | None = None,
) -> Decision:
    """Decide on the readings as they stand and sign first; `seen` is the `evidence.fingerprint` of the page.

    `ProposedAlready` where this member has proposed just that and it stands: a second press, which leads to the first.
    In force with all signatures that it needs (`quorum`): the first is enough where no role has to sign and the rules
    recommend the same. `role` and `fills` as in `sign`.
    """
    wanted = proposal.Proposal(choice, reason, conditions, waivers, next_look_on)
    standing = queries.decision_that_stands(work.session, program.id)
    _lead_to_the_first(work, standing, wanted)
    rows = queries.board(work.session, program.id)
    items = [row.to_json() for row in rows]
    if seen is not None and seen != evidence.fingerprint(items):
        raise Stale(_("The readings changed while you were deciding. Look again, then sign."))
    recommended = board.recommended(rows)
    standings = queries.gate(work.session, program, rows)
    proposal.check(
        wanted,
        rows,
        recommended,
        unmet=[each.criterion.text for each in standings if proposal.is_unmet(each)],
        today=work.now.date(),
    )
    if standing is not None:
        raise _one_stands()
    roles = queries.roles_to_sign(work.session, program.id)
    snapshot = evidence.snapshot(
        items,
        program=ids.encode("prg", program.id),
        at=evidence.moment(work.now),
        recommended=recommended.value if recommended else None,
        gate=proposal.gate_json(standings, roles, waivers),
    )
    decision = Decision(
        program_id=program.id,
        choice=choice,
        recommended=recommended,
        reason=reason.strip(),
        conditions=wanted.conditions_json(),
        next_look_on=wanted.kept_next_look_on,
        snapshot=snapshot,
        digest=evidence.digest(snapshot),
        roles=[proposal.role_json(role) for role in roles],
        signatures_needed=signatures_needed(choice, recommended),
        created_at=work.now,
    )
    try:
        with work.session.begin_nested():
            work.add(decision)
    except IntegrityError as error:
        _lead_to_the_first(work, queries.decision_that_stands(work.session, program.id), wanted)
        raise _one_stands() from error
    work.record(
        DecisionProposed(
            decision_id=decision.id,
            program_id=program.id,
            choice=choice.value,
            recommended=recommended.value if recommended else "",
            digest=decision.digest,
        )
    )
    for waived in waivers:
        waive(work, decision, waived)
    rechecking.remember(work, program, decision)
    sign(work, program, decision.id, Stance.ASSENT, role=role, fills=fills, reason=reason)
    return decision


def withdraw(work: Work, program: Program, decision_id: UUID, reason: str) -> Decision:
    """It no longer counts; it stays to be read, with who withdrew it and why."""
    decision = work.lock(Decision, decision_id)
    if decision.program_id != program.id:
        raise NotFound
    if decision.state is DecisionState.WITHDRAWN:
        raise Refused("withdrawn", _("This decision was withdrawn already."))
    if not reason.strip():
        raise Invalid("reason", _("Say why it is withdrawn."), field="reason")
    decision.state, decision.withdrawn_at = DecisionState.WITHDRAWN, work.now
    decision.withdrawn_by, decision.withdrawn_reason = work.actor.name, reason.strip()
    work.record(
        DecisionWithdrawn(
            decision_id=decision.id,
            program_id=program.id,
            choice=decision.choice.value,
            reason=reason.strip(),
        )
    )
    return decision


def _lead_to_the_first(work: Work, standing: Decision | None, wanted: proposal.Proposal) -> None:
    """`ProposedAlready` where what stands is what this member proposes now."""
    if standing is None or not wanted.is_kept_in(standing):
        return
    first = next(iter(queries.signatures(work.session, [standing.id])[standing.id]), None)
    if first is not None and first.user_id == work.actor.id:
        raise ProposedAlready(standing.id)


def _one_stands() -> Refused:
    return Refused("decision_stands", _("A decision stands already. Withdraw it first; it stays to be read."))
