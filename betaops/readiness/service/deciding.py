"""Deciding: proposed on the evidence as it stands, signed by people, in force, withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from betaops.kernel import ids
from betaops.kernel.errors import Invalid, NotFound, Refused, Stale
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import board, evidence, queries
from betaops.readiness.events import DecisionProposed, DecisionSigned, DecisionTaken, DecisionWithdrawn
from betaops.readiness.models import Decision, DecisionState, Signature, Stance
from betaops.readiness.recommendation import Choice, is_against, signatures_needed


@dataclass(frozen=True)
class Condition:
    """What a conditional go hangs on: what, who sees to it, until when."""

    text: str
    owner: str
    due_on: date


def propose(
    work: Work,
    program: Program,
    choice: Choice,
    *,
    role: str,
    seen: str | None,
    reason: str = "",
    conditions: Sequence[Condition] = (),
    next_look_on: date | None = None,
) -> Decision:
    """Decide on the readings as they stand and sign first; `seen` is the `evidence.fingerprint` of the page.

    In force at once where the rules recommend the same, else after a second member's signature.
    """
    rows = queries.board(work.session, program.id)
    items = [row.to_json() for row in rows]
    if seen is not None and seen != evidence.fingerprint(items):
        raise Stale(_("The readings changed while you were deciding. Look again, then sign."))
    recommended = board.recommended(rows)
    _check(work, choice, recommended, reason, conditions, next_look_on)
    if queries.decision_that_stands(work.session, program.id) is not None:
        raise _one_stands()
    snapshot = evidence.snapshot(
        items,
        program=ids.encode("prg", program.id),
        at=evidence.moment(work.now),
        recommended=recommended.value if recommended else None,
    )
    decision = Decision(
        program_id=program.id,
        choice=choice,
        recommended=recommended,
        reason=reason.strip(),
        conditions=[
            {"text": each.text.strip(), "owner": each.owner.strip(), "due_on": each.due_on.isoformat()}
            for each in conditions
        ],
        next_look_on=next_look_on if choice is Choice.NO_GO else None,
        snapshot=snapshot,
        digest=evidence.digest(snapshot),
        signatures_needed=signatures_needed(choice, recommended),
        created_at=work.now,
    )
    try:
        with work.session.begin_nested():
            work.add(decision)
    except IntegrityError as error:
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
    sign(work, program, decision.id, Stance.ASSENT, role=role, reason=reason)
    return decision


def sign(
    work: Work, program: Program, decision_id: UUID, stance: Stance, *, role: str, reason: str = ""
) -> Signature:
    """Put this member's name under it. The edge has made sure that it is really they (a fresh session)."""
    if work.actor.kind != "member" or work.actor.id is None:
        raise Refused("members_sign", _("Only a member can sign."))
    decision = work.lock(Decision, decision_id)
    if decision.program_id != program.id:
        raise NotFound
    if decision.state is DecisionState.WITHDRAWN:
        raise Refused("withdrawn", _("This decision was withdrawn."))
    if not role.strip():
        raise Invalid("role", _("Say in which role you sign."), field="role")
    if stance is Stance.DISSENT and not reason.strip():
        raise Invalid("reason", _("Say why you dissent: the reason stays with the decision."), field="reason")
    given = queries.signatures(work.session, [decision.id])[decision.id]
    if any(each.user_id == work.actor.id for each in given):
        raise Refused("already_signed", _("You have signed this decision already."))
    signature = Signature(
        decision_id=decision.id,
        user_id=work.actor.id,
        name=work.actor.name,
        role=role.strip(),
        stance=stance,
        reason=reason.strip(),
        signed_at=work.now,
    )
    try:
        with work.session.begin_nested():
            work.add(signature)
    except IntegrityError as error:
        raise Refused("already_signed", _("You have signed this decision already.")) from error
    work.record(
        DecisionSigned(
            decision_id=decision.id, program_id=program.id, signature_id=signature.id, stance=stance.value
        )
    )
    assents = sum(each.stance is Stance.ASSENT for each in [*given, signature])
    if decision.state is DecisionState.PROPOSED and assents >= decision.signatures_needed:
        decision.state, decision.in_force_at = DecisionState.IN_FORCE, work.now
        work.record(
            DecisionTaken(
                decision_id=decision.id,
                program_id=program.id,
                choice=decision.choice.value,
                digest=decision.digest,
            )
        )
    return signature


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


def _check(
    work: Work,
    choice: Choice,
    recommended: Choice | None,
    reason: str,
    conditions: Sequence[Condition],
    next_look_on: date | None,
) -> None:
    if is_against(choice, recommended) and not reason.strip():
        raise Invalid(
            "reason",
            _("The rules recommend otherwise: say why you decide against them. A second member signs too."),
            field="reason",
        )
    if choice is Choice.CONDITIONAL and not conditions:
        raise Invalid(
            "conditions", _("Name at least one condition, with its owner and date."), field="conditions"
        )
    if choice is not Choice.CONDITIONAL and conditions:
        raise Invalid("conditions", _("Only a conditional go has conditions."), field="conditions")
    for each in conditions:
        if not each.text.strip() or not each.owner.strip():
            raise Invalid("conditions", _("Every condition needs an owner and a date."), field="conditions")
        if each.due_on < work.now.date():
            raise Invalid("conditions", _("A condition's date lies ahead."), field="conditions")
    if choice is Choice.NO_GO and next_look_on is not None and next_look_on < work.now.date():
        raise Invalid("next_look_on", _("The next look lies ahead."), field="next_look_on")


def _one_stands() -> Refused:
    return Refused("decision_stands", _("A decision stands already. Withdraw it first; it stays to be read."))
