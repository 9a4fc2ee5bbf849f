"""What testers may know of a decision, and who is told."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.enrollment.models import INSIDE, Enrollment, State, Tester
from betaops.kernel import ids
from betaops.messaging.queries import Recipient
from betaops.programs.models import Program
from betaops.readiness.models import Decision, DecisionState, Receipt, Voice
from betaops.readiness.taking_part import took_part
from betaops.readiness.verdict import Verdict

#: Who may still see the program.
_HEARS = (*INSIDE, State.COMPLETED)


class Heard(NamedTuple):
    """A need that somebody's answers counted in, with the verdict that was signed."""

    need: str
    verdict: Verdict


class Told(NamedTuple):
    """A decision as one tester may know it."""

    receipt: Receipt
    decision: Decision
    needs: list[Heard]


def receipt_of(session: Session, decision_id: UUID) -> Receipt | None:
    return session.scalar(select(Receipt).where(Receipt.decision_id == decision_id))


def told_to(session: Session, program_id: UUID, tester_id: UUID) -> Told | None:
    """The decision in force, where it is shared: with the needs in which this tester counted, where those are named."""
    row = session.execute(
        select(Receipt, Decision)
        .join(Decision, Decision.id == Receipt.decision_id)
        .where(Decision.program_id == program_id, Decision.state == DecisionState.IN_FORCE)
    ).one_or_none()
    if row is None:
        return None
    receipt, decision = row[0], row[1]
    return Told(receipt, decision, _heard(session, decision, tester_id) if receipt.names_needs else [])


def _heard(session: Session, decision: Decision, tester_id: UUID) -> list[Heard]:
    counted = set(
        session.scalars(
            select(Voice.expectation_id).where(Voice.decision_id == decision.id, Voice.tester_id == tester_id)
        )
    )
    return [
        Heard(item["need"], Verdict(item["reading"]["verdict"]))
        for item in decision.snapshot["expectations"]
        if item["reading"] is not None and ids.decode("exp", item["id"]) in counted
    ]


def people_to_tell(session: Session, program: Program) -> list[Recipient]:
    """Everybody who took part and may still see the program, by the order in which they came."""
    took = took_part(session, program.id, program.product_id)
    rows = session.execute(
        select(Enrollment, Tester)
        .join(Tester, Tester.id == Enrollment.tester_id)
        .where(
            Enrollment.program_id == program.id,
            Enrollment.state.in_(_HEARS),
        )
        .order_by(Enrollment.id)
    )
    return [Recipient(row[0], row[1]) for row in rows if row[1].id in took]


def still_to_tell(session: Session, enrollment_ids: Sequence[UUID]) -> list[Recipient]:
    """Those of them who may still see it; held until the end of the work, so that who is erased meanwhile either is
    forgotten with what was written to them, or is not written to."""
    rows = session.execute(
        select(Enrollment, Tester)
        .join(Tester, Tester.id == Enrollment.tester_id)
        .where(Enrollment.id.in_(enrollment_ids), Enrollment.state.in_(_HEARS))
        .order_by(Enrollment.id)
        .with_for_update(read=True, key_share=True, of=Tester)
    )
    return [Recipient(row[0], row[1]) for row in rows]
