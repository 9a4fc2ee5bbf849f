"""The endpoints of expectations, readings and criteria."""

from flask import Response

from betaops.kernel.errors import NotFound
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.readiness import policy, queries, service
from betaops.readiness.api import blueprint, shapes
from betaops.readiness.models import Expectation
from betaops.web.access import scope
from betaops.web.api import Paging, shown
from betaops.web.application import reading, writing


@blueprint.get("/programs/<program_id>/expectations", responses={200: shapes.ExpectationList})
@scope(policy.SEE)
def expectations(path: shapes.InProgram, query: Paging) -> Response:
    """Expectations of a program in their order, each with its last verdict."""
    program = program_queries.program(reading(), path.program_id)
    page = queries.expectation_page(reading(), program.id, cursor=query.cursor, size=query.limit)
    readings = queries.latest_readings(reading(), program.id)
    return shown(
        shapes.ExpectationList(
            items=[shapes.shown_expectation(each, readings.get(each.id)) for each in page.items],
            next=page.next,
        )
    )


@blueprint.post("/programs/<program_id>/expectations", responses={201: shapes.ShownExpectation})
@scope(policy.CHANGE)
def create(path: shapes.InProgram, body: shapes.WrittenExpectation) -> Response:
    """Add an expectation; it is judged at once."""
    program = program_queries.program(reading(), path.program_id)
    row = service.add(writing(), program, shapes.draft_of(body), reason=body.reason)
    return shown(_now(program, row), 201)


@blueprint.get(
    "/programs/<program_id>/expectations/<expectation_id>", responses={200: shapes.ShownExpectation}
)
@scope(policy.SEE)
def expectation(path: shapes.OfExpectation) -> Response:
    """One expectation with its last verdict."""
    program = program_queries.program(reading(), path.program_id)
    return shown(_now(program, queries.expectation(reading(), program.id, path.expectation_id)))


@blueprint.put(
    "/programs/<program_id>/expectations/<expectation_id>", responses={200: shapes.ShownExpectation}
)
@scope(policy.CHANGE)
def change(path: shapes.OfExpectation, body: shapes.ChangedExpectation) -> Response:
    """Say it anew; it is judged at once."""
    program = program_queries.program(reading(), path.program_id)
    draft = shapes.draft_of(body)
    row = service.change(
        writing(), program, path.expectation_id, draft, version=body.version, reason=body.reason
    )
    return shown(_now(program, row))


@blueprint.delete("/programs/<program_id>/expectations/<expectation_id>", responses={204: None})
@scope(policy.CHANGE)
def remove(path: shapes.OfExpectation, query: shapes.Why) -> Response:
    """Remove it with its readings; decisions keep what they were signed on."""
    program = program_queries.program(reading(), path.program_id)
    service.remove(writing(), program, path.expectation_id, reason=query.reason)
    return Response(status=204)


@blueprint.get(
    "/programs/<program_id>/expectations/<expectation_id>/readings", responses={200: shapes.ReadingList}
)
@scope(policy.SEE)
def readings(path: shapes.OfExpectation, query: Paging) -> Response:
    """The last reading of each day, the newest first."""
    row = queries.expectation(reading(), path.program_id, path.expectation_id)
    page = queries.reading_page(reading(), row.id, cursor=query.cursor, size=query.limit)
    return shown(
        shapes.ReadingList(items=[shapes.shown_reading(each) for each in page.items], next=page.next)
    )


@blueprint.get("/programs/<program_id>/criteria", responses={200: shapes.ShownCriteria})
@scope(policy.SEE)
def criteria(path: shapes.InProgram) -> Response:
    """What was sealed when the program started, with its hash, and what was amended since; 404 before."""
    program = program_queries.program(reading(), path.program_id)
    seal = queries.seal(reading(), program.id)
    if seal is None:
        raise NotFound
    return shown(shapes.shown_criteria(seal, queries.amendments(reading(), program.id)))


def _now(program: Program, row: Expectation) -> shapes.ShownExpectation:
    return shapes.shown_expectation(row, queries.latest_readings(reading(), program.id).get(row.id))
