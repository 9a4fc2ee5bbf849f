"""Cohorts themselves: made, changed, previewed, dropped."""

from flask import Response

from betaops.cohorts import policy, queries, rules, service
from betaops.cohorts.api import blueprint, shapes
from betaops.cohorts.models import Cohort
from betaops.kernel.errors import Invalid
from betaops.programs import queries as program_queries
from betaops.web.access import scope
from betaops.web.api import Paging, shown
from betaops.web.application import reading, writing


@blueprint.get("/programs/<program_id>/cohorts", responses={"200": shapes.CohortList})
@scope(policy.SEE)
def cohorts(path: shapes.InProgram, query: Paging) -> Response:
    """A program's cohorts, the oldest first."""
    program = program_queries.program(reading(), path.program_id)
    page = queries.listed(reading(), program.id, cursor=query.cursor, size=query.limit)
    items = [shapes.ShownCohort.of(sized.cohort, sized.size) for sized in page]
    return shown(shapes.CohortList(items=items, next=page.next))


@blueprint.post("/programs/<program_id>/cohorts", responses={"201": shapes.ShownCohort})
@scope(policy.MANAGE)
def make_cohort(path: shapes.InProgram, body: shapes.NewCohort) -> Response:
    cohort = service.create_cohort(
        writing(), path.program_id, name=body.name, description=body.description, rule=body.rule
    )
    return shown(_sized(cohort), 201)


@blueprint.post("/programs/<program_id>/cohorts/preview", responses={"200": shapes.ShownPreview})
@scope(policy.SEE)
def preview(path: shapes.InProgram, body: shapes.Asked) -> Response:
    """What a rule would come to. Nothing is saved; a sample without a seed is drawn by any."""
    session = writing().session
    program = program_queries.program(session, path.program_id)
    rule = rules.seeded(body.rule, lambda: "new")
    if problems := queries.problems(session, program.id, rule):
        raise Invalid("bad_rule", problems[0].sentence, field="rule")
    found = queries.preview(session, program.id, rule, writing().now)
    return shown(
        shapes.ShownPreview(
            looked_at=found.looked_at,
            matching=found.matching,
            passing=[
                shapes.ConditionCount(condition=each.condition, people=each.people) for each in found.passing
            ],
            emptied_by=found.emptied_by.part if found.emptied_by else None,
        )
    )


@blueprint.get("/cohorts/<cohort_id>", responses={"200": shapes.ShownCohort})
@scope(policy.SEE)
def cohort(path: shapes.OfCohort) -> Response:
    return shown(_sized(queries.cohort_by_id(reading(), path.cohort_id)))


@blueprint.patch("/cohorts/<cohort_id>", responses={"200": shapes.ShownCohort})
@scope(policy.MANAGE)
def change_cohort(path: shapes.OfCohort, body: shapes.CohortChange) -> Response:
    present = queries.cohort_by_id(reading(), path.cohort_id)
    changed = service.change_cohort(
        writing(),
        present.id,
        version=body.version,
        name=present.name if body.name is None else body.name,
        description=present.description if body.description is None else body.description,
        rule=present.rule if body.rule is None else body.rule,
    )
    return shown(_sized(changed))


@blueprint.delete("/cohorts/<cohort_id>", responses={"204": None})
@scope(policy.MANAGE)
def delete_cohort(path: shapes.OfCohort) -> Response:
    """Refused (409) while a flag, an expectation or another cohort needs it."""
    service.delete_cohort(writing(), path.cohort_id)
    return Response(status=204)


@blueprint.post("/cohorts/<cohort_id>/snapshot", responses={"201": shapes.ShownCohort})
@scope(policy.MANAGE)
def snapshot(path: shapes.OfCohort, body: shapes.NewSnapshot) -> Response:
    """A new cohort picked by hand: whoever is in this one now."""
    found = queries.cohort_by_id(reading(), path.cohort_id)
    return shown(_sized(service.snapshot(writing(), found.id, name=body.name)), 201)


def _sized(row: Cohort) -> shapes.ShownCohort:
    return shapes.ShownCohort.of(row, queries.size(reading(), row.id))
