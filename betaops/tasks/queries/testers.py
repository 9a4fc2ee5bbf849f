"""Tasks as one tester has them: in the portal, on their page in the console, in their own export."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from betaops.cohorts.models import CohortMember
from betaops.enrollment.models import Enrollment
from betaops.kernel.errors import NotFound
from betaops.programs.models import Program
from betaops.surveys import queries as survey_queries
from betaops.surveys.models import Survey
from betaops.tasks.models import SETTLED, Build, Outcome, Task, TaskState


class Given(NamedTuple):
    """A task before one tester's eyes, and what became of it in its present round."""

    task: Task
    outcome: Outcome | None

    @property
    def is_settled(self) -> bool:
        return self.outcome is not None and self.outcome.is_settled

    @property
    def is_open(self) -> bool:
        """Asked of them now, and not settled. Needs the task's `build` loaded."""
        return self.task.is_asked and not self.is_settled


def given(session: Session, enrollment: Enrollment) -> list[Given]:
    """What this person is asked, and what they have settled, in the order of the tasks."""
    member = select(CohortMember.id).where(
        CohortMember.cohort_id == Task.cohort_id, CohortMember.tester_id == enrollment.tester_id
    )
    rows = session.execute(
        select(Task, Outcome)
        .outerjoin(Build, Build.id == Task.build_id)
        .outerjoin(
            Outcome,
            and_(
                Outcome.task_id == Task.id,
                Outcome.enrollment_id == enrollment.id,
                Outcome.round == Task.round,
            ),
        )
        .options(contains_eager(Task.build))
        .where(
            Task.program_id == enrollment.program_id,
            Task.state != TaskState.DRAFT,
            or_(Outcome.state.in_(SETTLED), Task.cohort_id.is_(None), member.exists()),
        )
        .order_by(Task.position, Task.id)
    ).all()
    everything = [Given(*row) for row in rows]
    return [each for each in everything if each.is_open or each.is_settled]


def given_one(session: Session, enrollment: Enrollment, task_id: UUID) -> Given:
    """One of `given`; anything else is not there for this person."""
    found = next((each for each in given(session, enrollment) if each.task.id == task_id), None)
    if found is None:
        raise NotFound
    return found


def former(session: Session, enrollment_id: UUID, task: Task) -> Sequence[Outcome]:
    """What became of a task with one person in rounds before, the newest first."""
    return session.scalars(
        select(Outcome)
        .options(joinedload(Outcome.build))
        .where(
            Outcome.task_id == task.id,
            Outcome.enrollment_id == enrollment_id,
            Outcome.round < task.round,
            Outcome.state.in_(SETTLED),
        )
        .order_by(Outcome.round.desc())
    ).all()


def survey_after(session: Session, enrollment: Enrollment, task: Task, now: datetime) -> Survey | None:
    """The survey that this person is asked after the task and has not answered."""
    if task.survey_id is None:
        return None
    waiting = survey_queries.waiting_for(session, enrollment, now)
    return next((survey for survey, _response in waiting if survey.id == task.survey_id), None)


def outcomes_of(session: Session, enrollment_id: UUID) -> Sequence[Outcome]:
    """All that one person said of tasks in a program, the latest first, each with its task and build."""
    return session.scalars(
        select(Outcome)
        .options(joinedload(Outcome.task), joinedload(Outcome.build))
        .where(Outcome.enrollment_id == enrollment_id, Outcome.state.in_(SETTLED))
        .order_by(Outcome.ended_at.desc(), Outcome.id.desc())
    ).all()


def written_by(session: Session, tester_id: UUID) -> list[dict[str, Any]]:
    """Everything that is kept of a person here, in every program and round, as plain values."""
    rows = session.execute(
        select(Outcome, Task.title, Program.name, Build.name)
        .join(Enrollment, Enrollment.id == Outcome.enrollment_id)
        .join(Task, Task.id == Outcome.task_id)
        .join(Program, Program.id == Task.program_id)
        .outerjoin(Build, Build.id == Outcome.build_id)
        .where(Enrollment.tester_id == tester_id)
        .order_by(Outcome.id)
    )
    return [_written(outcome, task, program, build) for outcome, task, program, build in rows]


def _written(outcome: Outcome, task: str, program: str, build: str | None) -> dict[str, Any]:
    return {
        "program": program,
        "task": task,
        "build": build,
        "round": outcome.round,
        "state": outcome.state.value,
        "note": outcome.note,
        "ease": outcome.ease,
        **{
            moment: at.isoformat() if (at := getattr(outcome, moment)) else None
            for moment in ("viewed_at", "started_at", "ended_at")
        },
    }
