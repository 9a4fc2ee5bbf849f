"""Tasks of a program, and how far they are."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, and_, case, cast, false, func, or_, select
from sqlalchemy.orm import Session, joinedload

from betaops.cohorts.models import CohortMember
from betaops.enrollment.models import INSIDE, Enrollment
from betaops.kernel.errors import NotFound
from betaops.kernel.paging import Page, keyset
from betaops.programs.models import Program
from betaops.tasks.models import SETTLED, Outcome, OutcomeState, Task

_ALL = (joinedload(Task.build), joinedload(Task.cohort), joinedload(Task.survey))


def task(session: Session, task_id: UUID, *, program_id: UUID | None = None) -> Task:
    """One of this workspace (and program, where given), with its build, cohort and survey."""
    found = session.scalar(
        select(Task).options(*_ALL).where(Task.id == task_id).execution_options(populate_existing=True)
    )
    if found is None or (program_id is not None and found.program_id != program_id):
        raise NotFound
    return found


def tasks(session: Session, program_id: UUID) -> Sequence[Task]:
    """Of one program in their order, each with its build, cohort and survey."""
    return session.scalars(
        select(Task).options(*_ALL).where(Task.program_id == program_id).order_by(Task.position, Task.id)
    ).all()


def tasks_page(session: Session, program_id: UUID, *, cursor: str | None, size: int) -> Page[Task]:
    """In their order."""
    return keyset(
        session,
        select(Task).options(*_ALL).where(Task.program_id == program_id),
        order=[(Task.position, "asc"), (Task.id, "asc")],
        cursor=cursor,
        size=size,
    )


def anywhere(session: Session, words: str, limit: int) -> list[tuple[Task, Program]]:
    """Tasks of any program by words of their title, the newest first; none without words."""
    if not words.strip():
        return []
    found = select(Task, Program).join(Program, Program.id == Task.program_id)
    found = found.where(*(Task.title.icontains(word, autoescape=True) for word in words.split()[:8]))
    rows = session.execute(found.order_by(Task.created_at.desc(), Task.id.desc()).limit(limit))
    return [(row[0], row[1]) for row in rows]


class Progress(NamedTuple):
    """How far a task's present round is: people. `asked` are those who are asked or were."""

    completed: int = 0
    blocked: int = 0
    opted_out: int = 0
    #: Asked, and have neither done it nor said anything, whether they looked or not.
    silent: int = 0
    #: Of the silent, those who said that they start.
    started: int = 0

    @property
    def asked(self) -> int:
        return self.completed + self.blocked + self.opted_out + self.silent


def is_asked() -> ColumnElement[bool]:
    """Whether the person of an enrollment is among those of a task: a condition over `Enrollment` and `Task`."""
    member = select(CohortMember.id).where(
        CohortMember.cohort_id == Task.cohort_id, CohortMember.tester_id == Enrollment.tester_id
    )
    return and_(Enrollment.state.in_(INSIDE), or_(Task.cohort_id.is_(None), member.exists()))


def involved(*columns: Any) -> Select[Any]:
    """Everybody whom a task concerns in its present round: asked now, or with an outcome that says something."""
    found: Select[Any] = (
        select(*columns)
        .select_from(Task)
        .join(Enrollment, Enrollment.program_id == Task.program_id)
        .outerjoin(
            Outcome,
            and_(
                Outcome.task_id == Task.id,
                Outcome.enrollment_id == Enrollment.id,
                Outcome.round == Task.round,
            ),
        )
        .where(or_(is_asked(), Outcome.state.in_(SETTLED)))
    )
    return found


def silent(session: Session, task: Task) -> Sequence[UUID]:
    """Enrollments of those who are asked and have not settled it in its present round."""
    found = involved(Enrollment.id).where(Task.id == task.id, is_asked(), _is_unsettled())
    return session.scalars(found.order_by(Enrollment.id)).all()


def _is_unsettled() -> ColumnElement[bool]:
    return or_(Outcome.id.is_(None), Outcome.state.not_in(SETTLED))


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(cast(case((condition, 1), else_=0), Integer)), 0)


def progress(
    session: Session, program_id: UUID, task_ids: Sequence[UUID] | None = None
) -> dict[UUID, Progress]:
    """By task. A draft has asked nobody."""
    statement = involved(
        Task.id,
        _sum(Outcome.state == OutcomeState.COMPLETED),
        _sum(Outcome.state == OutcomeState.BLOCKED),
        _sum(Outcome.state == OutcomeState.OPTED_OUT),
        _sum(_is_unsettled()),
        _sum(func.coalesce(Outcome.state == OutcomeState.STARTED, false())),
    ).where(Task.program_id == program_id, Task.published_at.is_not(None))
    if task_ids is not None:
        statement = statement.where(Task.id.in_(task_ids))
    rows = session.execute(statement.group_by(Task.id)).all()
    return {row[0]: Progress(*map(int, row[1:])) for row in rows}
