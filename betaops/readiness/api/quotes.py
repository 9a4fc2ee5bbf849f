"""Quotes: passages of what testers wrote, for a need, as far as they allow it."""

from datetime import datetime
from typing import Any

from flask import Response
from pydantic import Field

from betaops.enrollment.quoting import Quoting
from betaops.feedback import policy as feedback_policy
from betaops.kernel import ids
from betaops.kernel.errors import Forbidden, Invalid, NotFound
from betaops.kernel.i18n import gettext as _
from betaops.programs import queries as program_queries
from betaops.readiness import policy, queries, service
from betaops.readiness.api import blueprint
from betaops.readiness.api.shapes import InProgram
from betaops.web.access import scope
from betaops.web.api import Body, Shown, Text, path_id, shown
from betaops.web.application import reading, viewer, writing


class OfQuote(InProgram):
    quote_id: path_id("quo") = Field(description="`quo_…`")  # type: ignore[valid-type]  # a type made by a function


class PickedQuote(Body):
    """From a report; the key needs to see reports as well."""

    expectation: Text = Field(description="`exp_…`: the need for which it speaks")
    report: Text = Field(description="`rpt_…`")
    passage: Text = Field(
        min_length=1,
        max_length=5000,
        description="Word for word; `[…]` where words are left out; 600 letters",
    )


class ShownQuote(Shown):
    id: str
    expectation: str
    need: str
    stands: bool = Field(description="Whether its author allows it now; else it has no words here")
    quoting: Quoting
    text: str
    name: str | None = Field(description="Null where they are quoted without it")
    report: str | None
    response: str | None = Field(description="`rsp_…`, where it is from an answer to a survey")
    picked_at: datetime
    picked_by: str


class QuoteList(Shown):
    items: list[ShownQuote]
    next: None = Field(None, description="All are in one list")


@blueprint.get("/programs/<program_id>/quotes", responses={200: QuoteList})
@scope(policy.SEE)
def quotes(path: InProgram) -> Response:
    """All that were picked, in the order of the needs. Without consent they have neither words nor a name."""
    program = program_queries.program(reading(), path.program_id)
    return shown(QuoteList(items=[_shown(each) for each in queries.picked(reading(), program.id)], next=None))


@blueprint.post("/programs/<program_id>/quotes", responses={201: ShownQuote})
@scope(policy.CHANGE)
def pick_quote(path: InProgram, body: PickedQuote) -> Response:
    """Quote a passage of a report; refused where its author does not allow it, or where they are not their words."""
    program = program_queries.program(reading(), path.program_id)
    if not viewer().can(feedback_policy.SEE):
        raise Forbidden
    row = service.pick(
        writing(),
        program,
        _decoded("exp", body.expectation, "expectation", _("This program has no such expectation.")),
        body.passage,
        report_id=_decoded("rpt", body.report, "report", _("This program has no such report.")),
    )
    made = next(each for each in queries.picked(writing().session, program.id) if each.quote.id == row.id)
    return shown(_shown(made), 201)


@blueprint.delete("/programs/<program_id>/quotes/<quote_id>", responses={204: None})
@scope(policy.CHANGE)
def let_quote_go(path: OfQuote) -> Response:
    """It is quoted no more, in papers that were handed out neither."""
    program = program_queries.program(reading(), path.program_id)
    service.let_go(writing(), program, path.quote_id)
    return Response(status=204)


def _decoded(prefix: str, text: str, field: str, sentence: str) -> Any:
    try:
        return ids.decode(prefix, text)
    except NotFound as error:
        raise Invalid(f"no_such_{field}", sentence, field=field) from error


def _shown(each: queries.Picked) -> ShownQuote:
    row = each.quote
    return ShownQuote(
        id=ids.encode("quo", row.id),
        expectation=ids.encode("exp", each.expectation.id),
        need=each.expectation.need,
        stands=each.stands,
        quoting=each.quoting,
        text=row.text if each.stands else "",
        name=each.by,
        report=ids.encode("rpt", row.report_id) if row.report_id else None,
        response=ids.encode("rsp", row.response_id) if row.response_id else None,
        picked_at=row.picked_at,
        picked_by=row.picked_by,
    )
