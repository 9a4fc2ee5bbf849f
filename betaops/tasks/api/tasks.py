"""Tasks over the REST API."""

from typing import Any
from uuid import UUID

from flask import Response

from betaops.kernel import ids
from betaops.programs import queries as program_queries
from betaops.tasks import policy, queries, service
from betaops.tasks.api.shapes import (
    InProgram,
    NewRound,
    NewTask,
    OfTask,
    ShownTask,
    TaskChange,
    TaskList,
    blueprint,
    shown_task,
)
from betaops.tasks.models import Task
from betaops.web.access import scope
from betaops.web.api import Paging, shown
from betaops.web.application import reading, writing

#: Fields of the API that name other things, with the prefix of their ids and the field of `service.Draft`.
_NAMED = {"cohort": ("coh", "cohort_id"), "build": ("bld", "build_id"), "survey": ("svy", "survey_id")}
_PLAIN = ("title", "instructions", "why", "url", "target_seconds", "due_on")


@blueprint.get("/programs/<program_id>/tasks", responses={200: TaskList})
@scope(policy.SEE)
def tasks(path: InProgram, query: Paging) -> Response:
    """Tasks of a program in their order, with how far each is."""
    program = program_queries.program(reading(), path.program_id)
    page = queries.tasks_page(reading(), program.id, cursor=query.cursor, size=query.limit)
    progress = queries.progress(reading(), program.id, [each.id for each in page.items])
    items = [shown_task(each, _progress(each, progress)) for each in page.items]
    return shown(TaskList(items=items, next=page.next))


@blueprint.post("/programs/<program_id>/tasks", responses={201: ShownTask})
@scope(policy.WRITE)
def create_task(path: InProgram, body: NewTask) -> Response:
    """Write a task; a draft unless testers are asked at once."""
    program = program_queries.program(reading(), path.program_id)
    task = service.write(writing(), program, service.Draft(**_values(body.model_dump(exclude={"publish"}))))
    if body.publish:
        service.publish(writing(), task.id)
    return _one(task.id, 201)


@blueprint.get("/tasks/<task_id>", responses={200: ShownTask})
@scope(policy.SEE)
def task(path: OfTask) -> Response:
    """One task."""
    return _one(path.task_id)


@blueprint.patch("/tasks/<task_id>", responses={200: ShownTask})
@scope(policy.WRITE)
def change_task(path: OfTask, body: TaskChange) -> Response:
    """Say it anew, or put it elsewhere in the list."""
    task = queries.task(reading(), path.task_id)
    said = body.model_dump(exclude_unset=True, exclude={"version", "position"})
    if said or body.version is not None:
        present = {name: getattr(task, name) for name in _PLAIN}
        present |= {field: getattr(task, field) for _prefix, field in _NAMED.values()}
        kept = {
            name: value for name, value in _values(said).items() if value is not None or name not in _TEXTS
        }
        service.change(writing(), task.id, service.Draft(**(present | kept)), body.version)
    if body.position is not None:
        service.place(writing(), task.id, body.position)
    return _one(task.id)


#: Null leaves these as they are: a text is emptied by an empty one.
_TEXTS = frozenset({"title", "instructions", "why", "url"})


@blueprint.delete("/tasks/<task_id>", responses={204: None})
@scope(policy.WRITE)
def delete_task(path: OfTask) -> Response:
    """Only a draft; what testers were asked is closed instead."""
    service.delete_task(writing(), path.task_id)
    return Response(status=204)


@blueprint.post("/tasks/<task_id>/publication", responses={200: ShownTask})
@scope(policy.WRITE)
def publish_task(path: OfTask) -> Response:
    """Ask testers. Repeating changes nothing."""
    service.publish(writing(), path.task_id)
    return _one(path.task_id)


@blueprint.post("/tasks/<task_id>/closing", responses={200: ShownTask})
@scope(policy.WRITE)
def close_task(path: OfTask) -> Response:
    """Ask nobody any more. Repeating changes nothing."""
    service.close(writing(), path.task_id)
    return _one(path.task_id)


@blueprint.post("/tasks/<task_id>/rounds", responses={200: ShownTask})
@scope(policy.WRITE)
def move_task_on(path: OfTask, body: NewRound) -> Response:
    """Have it be about another build: a retest asks everybody again."""
    build_id = ids.decode("bld", body.build) if body.build else None
    service.move_on(writing(), path.task_id, build_id=build_id, is_retest=body.retest, round=body.round)
    return _one(path.task_id)


def _values(said: dict[str, Any]) -> dict[str, Any]:
    """What a caller said as fields of `service.Draft`."""
    found = {name: said[name] for name in _PLAIN if name in said}
    for name, (prefix, field) in _NAMED.items():
        if name in said:
            found[field] = ids.decode(prefix, said[name]) if said[name] else None
    return found


def _progress(task: Task, known: dict[UUID, queries.Progress]) -> queries.Progress | None:
    return known.get(task.id, queries.Progress()) if task.published_at is not None else None


def _one(task_id: UUID, status: int = 200) -> Response:
    task = queries.task(reading(), task_id)
    progress = queries.progress(reading(), task.program_id, [task.id])
    return shown(shown_task(task, _progress(task, progress)), status)
