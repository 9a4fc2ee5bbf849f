"""What time does to a decision, noticed once: conditions overdue, waivers over, a next look that is due, a suspension."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from sqlalchemy.exc import IntegrityError

from betaops.kernel import ids
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import queries
from betaops.readiness.deciding.recommendation import Choice
from betaops.readiness.events import DecisionLapsed, ProgramSuspended
from betaops.readiness.models import (
    CriterionKind,
    Decision,
    DecisionState,
    Lapse,
    LapseKind,
    Suspension,
)


class Due(NamedTuple):
    """Something whose day is over; `about` tells it from others of its kind, `text` is for people."""

    kind: LapseKind
    about: str
    text: str
    due_on: date


def watch(work: Work, program: Program) -> int:
    """Look at a program's decision and gate as of this moment; returns how much is new. May run as often as one likes.

    The gate itself asks anew each time (`queries.in_the_way`): nothing waits for this.
    """
    return _notice_lapses(work, program) + _suspend(work, program)


def _notice_lapses(work: Work, program: Program) -> int:
    standing = queries.decision_that_stands(work.session, program.id)
    if standing is None or standing.state is not DecisionState.IN_FORCE:
        return 0
    decision = work.lock(Decision, standing.id)
    if decision.state is not DecisionState.IN_FORCE:
        return 0
    known = {(each.kind, each.about, each.due_on) for each in queries.lapses(work.session, decision.id)}
    fresh = [due for due in _due(work, decision) if (due.kind, due.about, due.due_on) not in known]
    for due in fresh:
        row = Lapse(
            decision_id=decision.id,
            kind=due.kind,
            about=due.about,
            due_on=due.due_on,
            noticed_at=work.now,
        )
        work.add(row)
        work.record(
            DecisionLapsed(
                decision_id=decision.id,
                program_id=program.id,
                lapse_id=row.id,
                what=due.kind.value,
                about=due.text,
            )
        )
    return len(fresh)


def _due(work: Work, decision: Decision) -> Iterator[Due]:
    today = work.now.date()
    for kept in queries.conditions(work.session, decision):
        if kept.condition.is_overdue(today):
            yield Due(LapseKind.CONDITION, str(kept.number), kept.condition.text, kept.condition.due_on)
    for expectation_id, rows in queries.waivers(work.session, decision.id).items():
        if rows[0].ends_on < today:
            yield Due(LapseKind.WAIVER, ids.encode("exp", expectation_id), rows[0].need, rows[0].ends_on)
    look = decision.next_look_on
    if decision.choice is Choice.NO_GO and look is not None and look <= today:
        yield Due(LapseKind.NEXT_LOOK, "", look.isoformat(), look)


def _suspend(work: Work, program: Program) -> int:
    """A suspension criterion came true: from now on somebody has to resume, whatever becomes of it."""
    if queries.suspension(work.session, program.id) is not None:
        return 0
    because = [
        each.criterion.text
        for each in queries.gate(work.session, program)
        if each.holds and each.criterion.kind is CriterionKind.SUSPENSION
    ]
    if not because:
        return 0
    row = Suspension(program_id=program.id, began_at=work.now, because=because)
    try:
        with work.session.begin_nested():
            work.add(row)
    except IntegrityError:
        return 0  # another runner noticed it in the same moment
    work.record(ProgramSuspended(program_id=program.id, suspension_id=row.id, because="; ".join(because)))
    return 1
