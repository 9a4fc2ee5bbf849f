"""Tasks: written, put in order, asked, moved on to another build, closed."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from betaops.cohorts import queries as cohort_queries
from betaops.kernel.errors import Invalid, NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.versions import edit, stamp
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.surveys import queries as survey_queries
from betaops.tasks import policy, queries
from betaops.tasks.events import TaskAdded, TaskChanged, TaskClosed, TaskDeleted, TaskMovedOn, TaskPublished
from betaops.tasks.models import Task, TaskState


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a task says, whom it asks, and what about."""

    title: str
    instructions: str = ""
    why: str = ""
    url: str = ""
    target_seconds: int | None = None
    due_on: date | None = None
    cohort_id: UUID | None = None
    build_id: UUID | None = None
    survey_id: UUID | None = None


def write(work: Work, program: Program, draft: Draft) -> Task:
    """A draft at the end of the list: nobody is asked until it is published."""
    work.lock(Program, program.id)
    last = work.session.scalar(select(func.max(Task.position)).where(Task.program_id == program.id))
    task = Task(
        program_id=program.id,
        position=(last or 0) + 1,
        created_at=work.now,
        changed_at=work.now,
        changed_by=work.actor.name,
        **_values(work, program, draft),
    )
    work.add(task)
    work.record(TaskAdded(task_id=task.id, program_id=program.id, title=task.title))
    return queries.task(work.session, task.id)


def change(work: Work, task_id: UUID, draft: Draft, version: int | None = None) -> Task:
    """Say it anew. Of a task that testers were asked, the build is changed by `move_on` alone."""
    task = work.lock(Task, task_id)
    program = program_queries.program(work.session, task.program_id)
    if task.state is not TaskState.DRAFT and draft.build_id != task.build_id:
        raise Refused(
            "build_by_round",
            _("Testers were asked already. Say whether they keep their outcomes: continue, or retest."),
            field="build",
        )
    changed = edit(work, task, version, **_values(work, program, draft))
    if changed:
        work.record(
            TaskChanged(task_id=task.id, program_id=task.program_id, title=task.title, changed=changed)
        )
    return queries.task(work.session, task.id)


def place(work: Work, task_id: UUID, position: int) -> Task:
    """Have it stand at this place of its program's list, the first being 1."""
    task = queries.task(work.session, task_id)
    work.lock(Program, task.program_id)
    order = [each for each in queries.tasks(work.session, task.program_id) if each.id != task.id]
    order.insert(max(0, position - 1), task)
    for number, each in enumerate(order, start=1):
        each.position = number
    work.session.flush()
    return task


def publish(work: Work, task_id: UUID) -> Task:
    """Ask testers from now on; a closed one is asked again, and who was done stays done."""
    task = work.lock(Task, task_id)
    if task.state is TaskState.PUBLISHED:
        return task
    program = program_queries.program(work.session, task.program_id)
    if program.is_over:
        raise Refused("program_is_over", _("This program is over. Nothing more is asked of its testers."))
    task.state, task.published_at = TaskState.PUBLISHED, task.published_at or work.now
    _note(work, task)
    work.record(TaskPublished(task_id=task.id, program_id=task.program_id, title=task.title))
    return task


def close(work: Work, task_id: UUID) -> Task:
    """Nobody is asked any more; outcomes stay."""
    task = work.lock(Task, task_id)
    if task.state is TaskState.CLOSED:
        return task
    if not task.may_become(TaskState.CLOSED):
        raise Refused("not_published", _("This task was never published. Delete it instead."))
    task.state, task.closed_at = TaskState.CLOSED, work.now
    _note(work, task)
    work.record(TaskClosed(task_id=task.id, program_id=task.program_id, title=task.title))
    return task


def move_on(
    work: Work, task_id: UUID, *, build_id: UUID | None, is_retest: bool, round: int | None = None
) -> Task:
    """Have the task be about another build.

    A retest begins a round: everybody is asked again, former outcomes are kept beside. Else whoever is done is not
    asked again. `round` is the one that whoever decides saw: sending the same twice begins one round.
    """
    task = work.lock(Task, task_id)
    if round is not None and round != task.round:
        raise Refused("another_round", _("Somebody began another round of this task meanwhile. Look again."))
    if task.state is TaskState.DRAFT:
        raise Refused("not_published", _("This task was never published. Edit it instead."))
    program = program_queries.program(work.session, task.program_id)
    if build_id is not None:
        queries.build(work.session, build_id, product_id=program.product_id)
    if not is_retest and build_id == task.build_id:
        return task
    task.build_id = build_id
    task.round += int(is_retest)
    _note(work, task)
    work.record(
        TaskMovedOn(
            task_id=task.id,
            program_id=task.program_id,
            title=task.title,
            build_id=build_id,
            round=task.round,
            is_retest=is_retest,
        )
    )
    return queries.task(work.session, task.id)


def delete_task(work: Work, task_id: UUID) -> None:
    """Only a draft; what testers were asked is closed instead."""
    task = work.lock(Task, task_id)
    if task.state is not TaskState.DRAFT:
        raise Refused("was_published", _("Testers were asked to do this. Close it; its outcomes stay."))
    work.record(TaskDeleted(task_id=task.id, program_id=task.program_id, title=task.title))
    work.delete(task)


def _note(work: Work, task: Task) -> None:
    task.version += 1
    stamp(work, task)
    work.session.flush()


def _values(work: Work, program: Program, draft: Draft) -> dict[str, Any]:
    title = policy.line(draft.title)
    if not title or len(title) > policy.LONGEST_TITLE:
        raise Invalid("no_title", _("Say in one line what there is to do."), field="title")
    if draft.target_seconds is not None and not 1 <= draft.target_seconds <= policy.LONGEST_TARGET:
        raise Invalid("bad_target", _("A target is between a second and a day."), field="target_minutes")
    _check_names(work, program, draft)
    return {
        "title": title,
        "instructions": policy.text(draft.instructions),
        "why": policy.text(draft.why),
        "url": policy.address(draft.url),
        "target_seconds": draft.target_seconds,
        "due_on": draft.due_on,
        "cohort_id": draft.cohort_id,
        "build_id": draft.build_id,
        "survey_id": draft.survey_id,
    }


def _check_names(work: Work, program: Program, draft: Draft) -> None:
    """Cohort, build and survey are of this program; a survey must have been published."""
    if draft.cohort_id is not None:
        cohort_queries.cohort(work.session, program.id, draft.cohort_id)
    if draft.build_id is not None:
        queries.build(work.session, draft.build_id, product_id=program.product_id)
    if draft.survey_id is not None:
        survey = survey_queries.survey(work.session, draft.survey_id)
        if survey.program_id != program.id:
            raise NotFound
        if survey.live_number is None:
            raise Refused(
                "survey_is_draft", _("Publish the survey first, then ask it after a task."), field="survey"
            )
