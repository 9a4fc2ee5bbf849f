"""Tasks are written, put in order, asked, moved on to another build, closed, thrown away."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from betaops.cohorts import queries as cohort_queries
from betaops.kernel import ids
from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import gettext as _
from betaops.programs.models import Program
from betaops.surveys import queries as survey_queries
from betaops.surveys.models import SurveyState
from betaops.tasks import policy, queries, service, words
from betaops.tasks.forms import RoundForm, TaskForm
from betaops.tasks.models import BuildState, Task, TaskState
from betaops.tasks.views.frame import (
    blueprint,
    chosen,
    program_of,
    task_of,
    to_list_or_task,
    to_task,
    version_of,
)
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.forms import refusals


@blueprint.route("/tasks/new", methods=["GET", "POST"])
@needs(policy.WRITE)
def new(slug: str) -> Response | tuple[str, int]:
    """A draft, or asked at once where the other button was pressed."""
    program = program_of(slug)
    form = TaskForm()
    _offer(form, program)
    if form.validate_on_submit():
        with refusals(form):
            row = service.write(writing(), program, _draft(form))
            if request.form.get("then") == "publish":
                service.publish(writing(), row.id)
            flash(_("The task is written.") if row.state is TaskState.DRAFT else _("Testers are asked now."))
            return to_task(slug, row.id)
    return _form(program, form, None), 422 if form.errors else 200


@blueprint.route("/tasks/<id(tsk):task_id>/edit", methods=["GET", "POST"])
@needs(policy.WRITE)
def edit(slug: str, task_id: UUID) -> Response | tuple[str, int]:
    program = program_of(slug)
    row = task_of(program, task_id)
    form = TaskForm()
    _offer(form, program, row)
    form.build.validate_choice = row.state is TaskState.DRAFT
    if not form.is_submitted():
        form.fill(row, _chosen(row))
    elif form.validate():
        if row.state is not TaskState.DRAFT:
            form.build.data = _chosen(row)["build"]
        with refusals(form):
            service.change(writing(), row.id, _draft(form), version_of(form.version.data))
            flash(_("Saved."))
            return to_task(slug, row.id)
        form.version.data = str(queries.task(reading(), row.id).version)
    return _form(program, form, row), 422 if form.errors else 200


def _form(program: Program, form: TaskForm, task: Task | None) -> str:
    return render_template("tasks/edit.html", program=program, form=form, task=task, words=words)


def _offer(form: TaskForm, program: Program, task: Task | None = None) -> None:
    session = reading()
    builds = queries.builds(session, program.product_id)
    surveys = survey_queries.surveys(session, program.id)
    form.offer(
        [
            (ids.encode("coh", each.cohort.id), each.cohort.name)
            for each in cohort_queries.cohorts(session, program.id)
        ],
        [
            (ids.encode("bld", each.id), each.name)
            for each in builds
            if each.state is not BuildState.RETIRED or (task is not None and task.build_id == each.id)
        ],
        [
            (ids.encode("svy", each.id), each.name)
            for each in surveys
            if each.live_number is not None
            and (each.state is not SurveyState.ARCHIVED or (task is not None and task.survey_id == each.id))
        ],
    )


def _chosen(task: Task) -> dict[str, str]:
    """Cohort, build and survey of a task as in addresses."""
    pairs = {
        "cohort": ("coh", task.cohort_id),
        "build": ("bld", task.build_id),
        "survey": ("svy", task.survey_id),
    }
    return {name: ids.encode(prefix, row_id) if row_id else "" for name, (prefix, row_id) in pairs.items()}


def _draft(form: TaskForm) -> service.Draft:
    return service.Draft(
        title=form.title.data or "",
        instructions=form.instructions.data or "",
        why=form.why.data or "",
        url=form.url.data or "",
        target_seconds=form.target_seconds,
        due_on=form.due_on.data,
        cohort_id=_named("coh", form.cohort.data),
        build_id=_named("bld", form.build.data),
        survey_id=_named("svy", form.survey.data),
    )


def _named(prefix: str, text: str | None) -> UUID | None:
    """None for nothing; what no page offers is not found."""
    return ids.decode(prefix, text) if text else None


@blueprint.post("/tasks/<id(tsk):task_id>/publication")
@needs(policy.WRITE)
def publish(slug: str, task_id: UUID) -> Response:
    """Ask testers."""
    row = task_of(program_of(slug), task_id)
    service.publish(writing(), row.id)
    flash(_("Testers are asked now."))
    return to_list_or_task(slug, task_id)


@blueprint.post("/tasks/<id(tsk):task_id>/closing")
@needs(policy.WRITE)
def close(slug: str, task_id: UUID) -> Response:
    """Ask nobody any more."""
    row = task_of(program_of(slug), task_id)
    service.close(writing(), row.id)
    flash(_("Nobody is asked any more. What was said stays."))
    return to_list_or_task(slug, task_id)


@blueprint.post("/tasks/<id(tsk):task_id>/deletion")
@needs(policy.WRITE)
def delete(slug: str, task_id: UUID) -> Response:
    row = task_of(program_of(slug), task_id)
    service.delete_task(writing(), row.id)
    flash(_("The draft is gone."))
    return redirect(url_for("tasks.index", slug=slug), 303)


@blueprint.post("/tasks/<id(tsk):task_id>/position")
@needs(policy.WRITE)
def place(slug: str, task_id: UUID) -> Response:
    """Before or behind its neighbour among those that are not closed."""
    program = program_of(slug)
    everything = queries.tasks(reading(), program.id)
    order = [each.id for each in everything]
    shown = [each.id for each in everything if each.state is not TaskState.CLOSED]
    if task_id not in shown:
        raise NotFound
    beside = shown.index(task_id) + (-1 if request.form.get("to") == "up" else 1)
    if 0 <= beside < len(shown):
        service.place(writing(), task_id, order.index(shown[beside]) + 1)
    return redirect(url_for("tasks.index", slug=slug), 303)


@blueprint.route("/tasks/<id(tsk):task_id>/round", methods=["GET", "POST"])
@needs(policy.WRITE)
def move_on(slug: str, task_id: UUID) -> Response | tuple[str, int]:
    """To another build: who is done stays done, or everybody is asked again."""
    program = program_of(slug)
    row = task_of(program, task_id)
    if row.state is TaskState.DRAFT:
        return redirect(url_for("tasks.edit", slug=slug, task_id=task_id), 303)
    current = queries.current_build(reading(), program.product_id)
    form = RoundForm()
    builds = [
        each for each in queries.builds(reading(), program.product_id) if each.state is not BuildState.RETIRED
    ]
    form.offer([(ids.encode("bld", each.id), each.name) for each in builds])
    if not form.is_submitted():
        form.build.data = ids.encode("bld", current.id) if current is not None else ""
        form.round.data = str(row.round)
    elif form.validate():
        with refusals(form):
            moved = service.move_on(
                writing(),
                row.id,
                build_id=chosen("bld", form.build.data),
                is_retest=form.how.data == "retest",
                round=version_of(form.round.data),
            )
            name = moved.build.name if moved.build is not None else _("whatever they have")
            if form.how.data == "retest":
                flash(
                    _("Everybody is asked again: round %(round)s, %(build)s.", round=moved.round, build=name)
                )
            else:
                flash(_("The task is about %(build)s now. Who is done is not asked again.", build=name))
            return to_task(slug, row.id)
        form.round.data = str(queries.task(reading(), row.id).round)
    page = render_template(
        "tasks/round.html",
        program=program,
        task=row,
        form=form,
        words=words,
        progress=queries.progress(reading(), program.id, [row.id]).get(row.id, queries.Progress()),
    )
    return page, 422 if form.errors else 200
