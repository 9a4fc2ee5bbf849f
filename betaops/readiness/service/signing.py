"""Signing a decision: one member, once, for one role; with enough signatures it is in force."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from betaops.accounts.models import Membership
from betaops.accounts.permissions import ROLES
from betaops.kernel.errors import Invalid, NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import policy, queries
from betaops.readiness.deciding.quorum import open_to
from betaops.readiness.events import DecisionSigned, DecisionTaken
from betaops.readiness.models import Decision, DecisionState, Signature, Stance


def sign(
    work: Work,
    program: Program,
    decision_id: UUID,
    stance: Stance,
    *,
    role: str = "",
    fills: str = "",
    reason: str = "",
) -> Signature:
    """Put this member's name under it. The edge has made sure that it is really they (a fresh session).

    `fills` is the role, of those that have to sign, for which they do; else `role` says in which capacity.
    """
    decision = work.lock(Decision, decision_id)
    if decision.program_id != program.id:
        raise NotFound
    member_id = _signer(work)
    if decision.state is DecisionState.WITHDRAWN:
        raise Refused("withdrawn", _("This decision was withdrawn."))
    given = queries.signatures(work.session, [decision.id])[decision.id]
    if any(each.user_id == member_id for each in given):
        raise Refused("already_signed", _("You have signed this decision already."))
    fills = fills or _own_role(decision, given, member_id)
    if fills:
        _check_role(work, decision, given, member_id, fills)
    capacity = (fills or role).strip()
    if not capacity:
        raise Invalid("role", _("Say in which role you sign."), field="role")
    if stance is Stance.DISSENT and not reason.strip():
        raise Invalid(
            "reason", _("Say why you disagree: the reason stays with the decision."), field="reason"
        )
    signature = Signature(
        decision_id=decision.id,
        user_id=member_id,
        name=work.actor.name,
        role=capacity,
        fills=fills,
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
    _put_into_force(work, decision, [*given, signature])
    return signature


def _signer(work: Work) -> UUID:
    """The member who acts. Their place is held until the end of the work: whoever is removed meanwhile has either signed
    before, as a member, or does not sign any more."""
    if work.actor.kind != "member" or work.actor.id is None:
        raise Refused("members_sign", _("Only a member can sign."))
    role = work.session.scalar(
        select(Membership.role).where(Membership.user_id == work.actor.id).with_for_update(read=True)
    )
    if role is None or policy.SIGN not in ROLES[role]:
        raise Refused("members_sign", _("Only a member who may sign decisions can sign."))
    return work.actor.id


def _own_role(decision: Decision, given: Sequence[Signature], member_id: UUID) -> str:
    """The role that they hold and have not signed for: as they sign once, it is for that one."""
    still_open = queries.quorum_of(decision, given).open_roles
    return next((role.name for role in still_open if role.user_id == member_id), "")


def _check_role(
    work: Work, decision: Decision, given: Sequence[Signature], member_id: UUID, fills: str
) -> None:
    if fills not in {role.name for role in queries.roles_of(decision)}:
        raise Invalid("fills", _("This decision asks for no such role."), field="fills")
    able = {each.user.id for each in queries.able_to_sign(work.session)}
    still_open = queries.quorum_of(decision, given).open_roles
    if fills not in {role.name for role in still_open}:
        raise Refused("role_signed", _("Somebody has signed for this role already."), field="fills")
    if fills not in {role.name for role in open_to(still_open, member_id, able)}:
        raise Refused(
            "role_of_another", _("Another member holds this role, or you hold another."), field="fills"
        )


def _put_into_force(work: Work, decision: Decision, given: Sequence[Signature]) -> None:
    if decision.state is not DecisionState.PROPOSED or not queries.quorum_of(decision, given).is_there:
        return
    decision.state, decision.in_force_at = DecisionState.IN_FORCE, work.now
    work.record(
        DecisionTaken(
            decision_id=decision.id,
            program_id=decision.program_id,
            choice=decision.choice.value,
            digest=decision.digest,
        )
    )
