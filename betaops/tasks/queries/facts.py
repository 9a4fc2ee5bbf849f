"""What cohort rules read of tasks, and what tasks need of cohorts."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.cohorts.doings import Doings
from betaops.cohorts.models import Cohort
from betaops.enrollment.models import Enrollment
from betaops.kernel.i18n import gettext as _
from betaops.kernel.ids import encode
from betaops.programs.models import Program
from betaops.tasks.models import SETTLED, Outcome, OutcomeState, Task, TaskState


def fact_names(task_id: UUID, state: OutcomeState) -> tuple[str, str]:
    """Under which names an outcome counts: of any task, and of this one."""
    return state.value, f"{state.value}.{encode('tsk', task_id)}"


def doings(
    session: Session, program_id: UUID, tester_ids: Sequence[UUID], names: Collection[str]
) -> dict[UUID, dict[str, Doings]]:
    """What became of tasks with each of these people, by `fact_names` and day: facts for cohort rules.

    Rounds count each for itself: who was blocked and completes the retest has both behind them.
    """
    found: dict[UUID, dict[str, Counter[date]]] = defaultdict(lambda: defaultdict(Counter))
    for tester_id, task_id, state, ended_at in session.execute(
        select(Enrollment.tester_id, Outcome.task_id, Outcome.state, Outcome.ended_at)
        .join(Enrollment, Enrollment.id == Outcome.enrollment_id)
        .where(
            Enrollment.program_id == program_id,
            Enrollment.tester_id.in_(tester_ids),
            Outcome.state.in_(SETTLED),
        )
    ):
        day = ended_at.date() if ended_at is not None else date.min
        for name in fact_names(task_id, state):
            found[tester_id][name][day] += 1
    return {
        tester_id: {name: Doings.of(days.items()) for name, days in by_name.items()}
        for tester_id, by_name in found.items()
    }


def names(session: Session, program: Program) -> Mapping[str, str]:
    """Whole names of facts about single tasks, in words: `cohorts.providers.Namer`."""
    rows = session.execute(
        select(Task.id, Task.title)
        .where(Task.program_id == program.id, Task.state != TaskState.DRAFT)
        .order_by(Task.position, Task.id)
    ).all()
    return {
        f"task.{fact_names(row.id, state)[1]}": _said(state, row.title) for state in SETTLED for row in rows
    }


def _said(state: OutcomeState, title: str) -> str:
    if state is OutcomeState.COMPLETED:
        return _("completed “%(task)s”", task=title)
    if state is OutcomeState.BLOCKED:
        return _("was blocked on “%(task)s”", task=title)
    return _("opted out of “%(task)s”", task=title)


def users_of_cohort(session: Session, cohort: Cohort) -> Sequence[Any]:
    """Tasks that only its people are asked."""
    titles = session.scalars(select(Task.title).where(Task.cohort_id == cohort.id).order_by(Task.position))
    return [_("the task “%(task)s”", task=title[:80]) for title in titles]
