"""What became of a decision after it was signed."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from betaops.kernel import ids
from betaops.kernel.errors import NotFound
from betaops.programs.models import Program
from betaops.readiness.board import Row
from betaops.readiness.deciding.due import Standing
from betaops.readiness.deciding.hitches import Condition, Decided, Hitch, Must, hitches
from betaops.readiness.deciding.quorum import Given, Quorum, Role, quorum
from betaops.readiness.models import (
    Decision,
    DecisionState,
    Fulfilment,
    Lapse,
    Recheck,
    Signature,
    Stance,
    Voice,
    Waiver,
)
from betaops.readiness.queries.decisions import decision_that_stands, signatures
from betaops.readiness.queries.evidence import board
from betaops.readiness.queries.gate import gate, suspended_by


def standing(session: Session, decision: Decision | None) -> Standing | None:
    """With what it hangs on, for the overview."""
    if decision is None:
        return None
    given = signatures(session, [decision.id])[decision.id]
    return Standing(
        decision,
        quorum_of(decision, given),
        [each.condition for each in conditions(session, decision)],
        [rows[0] for rows in waivers(session, decision.id).values()],
        recheck(session, decision.id),
    )


def fulfilments(session: Session, decision_id: UUID) -> dict[int, Fulfilment]:
    """By the number of their condition."""
    found = session.scalars(select(Fulfilment).where(Fulfilment.decision_id == decision_id))
    return {each.number: each for each in found}


class Kept(NamedTuple):
    """A condition with what is known of it."""

    number: int
    condition: Condition
    fulfilment: Fulfilment | None


def conditions(session: Session, decision: Decision) -> list[Kept]:
    met = fulfilments(session, decision.id) if decision.conditions else {}
    return [
        Kept(
            number,
            Condition(each["text"], each["owner"], date.fromisoformat(each["due_on"]), number in met),
            met.get(number),
        )
        for number, each in enumerate(decision.conditions, start=1)
    ]


def waivers(session: Session, decision_id: UUID) -> dict[UUID, list[Waiver]]:
    """By expectation, each with its renewals, the last one first."""
    found: dict[UUID, list[Waiver]] = {}
    for row in session.scalars(
        select(Waiver)
        .where(Waiver.decision_id == decision_id)
        .order_by(Waiver.given_at.desc(), Waiver.id.desc())
    ):
        found.setdefault(row.expectation_id, []).append(row)
    return found


def waiver(session: Session, decision_id: UUID, waiver_id: UUID) -> Waiver:
    found = session.scalar(select(Waiver).where(Waiver.id == waiver_id, Waiver.decision_id == decision_id))
    if found is None:
        raise NotFound
    return found


def roles_of(decision: Decision) -> list[Role]:
    """Those that have to sign it."""
    return [
        Role(each["name"], ids.decode("usr", each["user"]) if each["user"] else None, each["holder"])
        for each in decision.roles
    ]


def quorum_of(decision: Decision, signatures: Sequence[Signature]) -> Quorum:
    given = [Given(each.user_id, each.fills, each.stance is Stance.ASSENT) for each in signatures]
    return quorum(roles_of(decision), given, decision.signatures_needed)


def in_the_way(
    session: Session, program: Program, today: date, rows: Sequence[Row] | None = None
) -> list[Hitch]:
    """What keeps this program's features from being released, today."""
    rows = board(session, program.id) if rows is None else rows
    musts = [Must(row.expectation.id, row.expectation.need, row.verdict) for row in rows if row.is_must]
    found = decision_that_stands(session, program.id)
    decided = None if found is None else _decided(session, found)
    return hitches(musts, decided, suspended_by(session, program, gate(session, program, rows)), today)


def _decided(session: Session, decision: Decision) -> Decided:
    return Decided(
        decision.choice,
        decision.state is DecisionState.IN_FORCE,
        [each.condition for each in conditions(session, decision)],
        {key: rows[0].ends_on for key, rows in waivers(session, decision.id).items()},
    )


def lapses(session: Session, decision_id: UUID) -> Sequence[Lapse]:
    """What ran out, as it was noticed."""
    return session.scalars(
        select(Lapse).where(Lapse.decision_id == decision_id).order_by(Lapse.noticed_at, Lapse.id)
    ).all()


def recheck(session: Session, decision_id: UUID) -> Recheck | None:
    return session.scalar(select(Recheck).where(Recheck.decision_id == decision_id))


def voices(session: Session, decision_id: UUID) -> dict[UUID, dict[UUID, float]]:
    """The score of each tester whose answers a decision still rests on, by expectation."""
    found: dict[UUID, dict[UUID, float]] = {}
    rows: Any = session.execute(
        select(Voice.expectation_id, Voice.tester_id, Voice.score).where(Voice.decision_id == decision_id)
    )
    for expectation_id, tester_id, score in rows:
        found.setdefault(expectation_id, {})[tester_id] = score
    return found


def count_people(session: Session, decision_id: UUID) -> int:
    """How many testers a decision rests on, as far as they are still known."""
    counted = select(func.count(Voice.tester_id.distinct())).where(Voice.decision_id == decision_id)
    return session.scalar(counted) or 0


def voices_of(session: Session, tester_id: UUID) -> list[dict[str, Any]]:
    """What one tester counted for in decisions, as plain values."""
    rows = session.execute(
        select(Decision, Voice)
        .join(Voice, Voice.decision_id == Decision.id)
        .where(Voice.tester_id == tester_id)
        .order_by(Decision.created_at, Voice.id)
    )
    return [
        {
            "decided_at": decision.created_at.isoformat(),
            "expectation": ids.encode("exp", voice.expectation_id),
            "score": voice.score,
        }
        for decision, voice in rows
    ]
