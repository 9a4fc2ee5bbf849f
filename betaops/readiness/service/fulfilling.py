"""Conditions of a decision: marked as met, by whom and when, and reopened where that was too early."""

from uuid import UUID

from sqlalchemy.exc import IntegrityError

from betaops.kernel.errors import NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import queries
from betaops.readiness.events import ConditionMet, ConditionReopened
from betaops.readiness.models import Decision, DecisionState, Fulfilment


def fulfil(work: Work, program: Program, decision_id: UUID, number: int, *, note: str = "") -> Fulfilment:
    """The condition of that number is met. Said twice, the first stands."""
    decision = _of(work, program, decision_id, number)
    found = queries.fulfilments(work.session, decision.id).get(number)
    if found is not None:
        return found
    row = Fulfilment(
        decision_id=decision.id, number=number, met_at=work.now, met_by=work.actor.name, note=note.strip()
    )
    try:
        with work.session.begin_nested():
            work.add(row)
    except IntegrityError as error:
        raise Refused("met_already", _("Somebody has marked it as met already.")) from error
    work.record(
        ConditionMet(
            decision_id=decision.id,
            program_id=program.id,
            number=number,
            text=decision.conditions[number - 1]["text"],
        )
    )
    return row


def reopen(work: Work, program: Program, decision_id: UUID, number: int) -> None:
    """It is not met after all. Said twice, nothing happens."""
    decision = _of(work, program, decision_id, number)
    found = queries.fulfilments(work.session, decision.id).get(number)
    if found is None:
        return
    work.delete(found)
    work.record(
        ConditionReopened(
            decision_id=decision.id,
            program_id=program.id,
            number=number,
            text=decision.conditions[number - 1]["text"],
        )
    )


def _of(work: Work, program: Program, decision_id: UUID, number: int) -> Decision:
    decision = work.lock(Decision, decision_id)
    if decision.program_id != program.id or not 1 <= number <= len(decision.conditions):
        raise NotFound
    if decision.state is DecisionState.WITHDRAWN:
        raise Refused("withdrawn", _("This decision was withdrawn."))
    return decision
