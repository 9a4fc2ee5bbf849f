"""Builds and tasks, and what testers say of them."""

from itertools import count
from typing import Any

from betaops.enrollment.models import Enrollment
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.tasks import queries, service
from betaops.tasks.models import Build, BuildState, Outcome, OutcomeState, Task, TaskState
from tests.factories.programs import a_program

_numbers = count(1)


def a_build(
    work: Work, program: Program, *, name: str = "", state: BuildState = BuildState.LIVE, **more: Any
) -> Build:
    """Of the program's product, released unless it is to be a draft."""
    build = service.add_build(work, program.product_id, name=name or f"2.0-beta.{next(_numbers)}", **more)
    if state is not BuildState.DRAFT:
        service.release(work, build.id)
    if state is BuildState.RETIRED:
        service.retire(work, build.id)
    return build


def a_task(
    work: Work,
    *,
    program: Program | None = None,
    title: str = "Import your notes",
    state: TaskState = TaskState.PUBLISHED,
    **more: Any,
) -> Task:
    """`more` are fields of `service.Draft`."""
    program = program or a_program(work)
    task = service.write(work, program, service.Draft(title=title, **more))
    if state is not TaskState.DRAFT:
        service.publish(work, task.id)
    if state is TaskState.CLOSED:
        service.close(work, task.id)
    return queries.task(work.session, task.id)


def an_outcome(
    work: Work,
    task: Task,
    enrollment: Enrollment,
    state: OutcomeState = OutcomeState.COMPLETED,
    **more: Any,
) -> Outcome:
    """`more` are fields of `service.Said`."""
    return service.record(work, task.id, enrollment.id, service.Said(state=state, **more))
