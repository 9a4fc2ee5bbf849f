"""All tasks of a program and how far each is; one task with everybody; one person with all tasks."""

from uuid import UUID

from flask import render_template, request

from betaops.enrollment.queries import testers as tester_queries
from betaops.tasks import findings, policy, queries, words
from betaops.tasks.models import TaskState
from betaops.tasks.queries import Answered
from betaops.tasks.views.frame import blueprint, program_of, tabs, task_of
from betaops.web.access import needs
from betaops.web.application import reading
from betaops.web.forms import EmptyForm


@blueprint.get("/tasks")
@needs(policy.SEE)
def index(slug: str) -> str:
    """In their order; closed ones apart."""
    program = program_of(slug)
    everything = queries.tasks(reading(), program.id)
    return render_template(
        "tasks/index.html",
        program=program,
        tabs=tabs(slug, "tasks"),
        tasks=[each for each in everything if each.state is not TaskState.CLOSED],
        closed=[each for each in everything if each.state is TaskState.CLOSED],
        progress=queries.progress(reading(), program.id),
        nothing=queries.Progress(),
        words=words,
        build=queries.current_build(reading(), program.product_id),
        empty_form=EmptyForm(),
    )


@blueprint.get("/tasks/<id(tsk):task_id>")
@needs(policy.SEE)
def task(slug: str, task_id: UUID) -> str:
    """What it says, how far it is, and everybody whom it concerns."""
    program = program_of(slug)
    row = task_of(program, task_id)
    session = reading()
    answered = next((each for each in Answered if each == request.args.get("answered")), Answered.SAID)
    return render_template(
        "tasks/task.html",
        program=program,
        task=row,
        words=words,
        answered=answered,
        progress=queries.progress(session, program.id, [row.id]).get(row.id, queries.Progress()),
        effort=queries.effort(session, row),
        rounds=queries.former_rounds(session, row),
        people=queries.people(session, row.id, answered=answered, cursor=request.args.get("cursor")),
        former=queries.former_states(session, row),
        findings=findings.of(session, row, slug),
    )


@blueprint.get("/tasks/people/<id(enr):enrollment_id>")
@needs(policy.SEE)
def person(slug: str, enrollment_id: UUID) -> str:
    """What one tester was given, and what they said of it."""
    program = program_of(slug)
    enrollment = tester_queries.enrollment(reading(), program.id, enrollment_id)
    return render_template(
        "tasks/person.html",
        program=program,
        enrollment=enrollment,
        words=words,
        given=queries.given(reading(), enrollment),
        outcomes=queries.outcomes_of(reading(), enrollment.id),
    )
