"""Outcomes of tasks over the REST API: the product under test reports them here."""

from flask import Response

from betaops.enrollment.models import Enrollment
from betaops.enrollment.queries import testers as tester_queries
from betaops.kernel import ids
from betaops.kernel.errors import Invalid, NotFound
from betaops.kernel.i18n import gettext as _
from betaops.tasks import policy, queries, service
from betaops.tasks.api.shapes import (
    NewOutcome,
    OfTask,
    OutcomeList,
    OutcomeQuery,
    ShownOutcome,
    blueprint,
    shown_outcome,
)
from betaops.tasks.models import Source, Task
from betaops.web.access import scope
from betaops.web.api import shown
from betaops.web.application import reading, writing


@blueprint.get("/tasks/<task_id>/outcomes", responses={200: OutcomeList})
@scope(policy.SEE)
def outcomes(path: OfTask, query: OutcomeQuery) -> Response:
    """Of every round, the newest first."""
    task = queries.task(reading(), path.task_id)
    page = queries.outcomes(
        reading(), task.id, state=query.state, round=query.round, cursor=query.cursor, size=query.limit
    )
    items = [shown_outcome(each.outcome, each.tester_id) for each in page.items]
    return shown(OutcomeList(items=items, next=page.next))


@blueprint.post("/tasks/<task_id>/outcomes", responses={200: ShownOutcome})
@scope(policy.RECORD)
def record_outcome(path: OfTask, body: NewOutcome) -> Response:
    """What became of it with one tester in the present round. Repeating changes nothing; saying something else does."""
    task = queries.task(reading(), path.task_id)
    enrollment = _whom(task, body)
    said = service.Said(
        state=body.state,
        note=body.note,
        ease=body.ease,
        started_at=body.started_at,
        ended_at=body.ended_at,
    )
    outcome = service.record(writing(), task.id, enrollment.id, said, round=body.round, source=Source.API)
    return shown(shown_outcome(outcome, enrollment.tester_id))


def _whom(task: Task, body: NewOutcome) -> Enrollment:
    """Exactly one of the two names says whom; 404 for nobody of this program."""
    if bool(body.enrollment) is bool(body.distinct_id):
        raise Invalid(
            "name_one", _("Name the tester by “enrollment” or by “distinct_id”."), field="enrollment"
        )
    if body.enrollment:
        return tester_queries.enrollment(reading(), task.program_id, ids.decode("enr", body.enrollment))
    tester = tester_queries.tester_by_distinct_id(reading(), body.distinct_id or "")
    place = tester_queries.place_of(reading(), task.program_id, tester.id) if tester is not None else None
    if place is None:
        raise NotFound("not_in_program", _("Nobody with this id has a place in the program."))
    return place
