"""Who may do what with expectations and decisions."""

from betaops.accounts.permissions import Permission
from betaops.readiness.models import Decision, DecisionState, Signature

SEE = Permission.READINESS_READ
CHANGE = Permission.READINESS_WRITE
#: Who has to sign. A program may be given this; signing itself is for people.
GATE = Permission.GATE_WRITE
SIGN = Permission.DECISION_SIGN
#: Telling testers what was decided.
TELL = Permission.MESSAGES_SEND


def may_be_signed(decision: Decision, signatures: list[Signature], user_id: object) -> bool:
    """Each member signs once, while the decision stands."""
    return decision.state is not DecisionState.WITHDRAWN and all(
        each.user_id != user_id for each in signatures
    )
