"""How all expectations of a program are judged, over the REST API."""

from datetime import datetime

from flask import Response
from pydantic import Field

from betaops.programs import queries as program_queries
from betaops.readiness import policy, queries, service
from betaops.readiness.api import blueprint
from betaops.readiness.api.shapes import InProgram
from betaops.readiness.judging.market import MOST_CATEGORIES, MOST_MARGINS, Margin
from betaops.readiness.models import GroundRules
from betaops.web.access import scope
from betaops.web.api import Body, Int, Shown, Text, shown
from betaops.web.application import reading, writing


class WrittenMargin(Body):
    """How the market spreads over one fact."""

    fact: Text = Field(
        min_length=3,
        max_length=240,
        description="As in cohort rules: `answer.plan`, `trait.…`, `cohort.coh_…`",
    )
    title: Text = Field("", max_length=200)
    is_behavioural: bool = Field(False, description="About what people do, not who they are")
    shares: dict[str, float] = Field(
        min_length=2, max_length=MOST_CATEGORIES, description="By category; they add up to 1"
    )


class WrittenGroundRules(Body):
    is_strict: bool = Field(False, description="Expectations share the error by Holm, not by Hochberg")
    margins: list[WrittenMargin] = Field(default_factory=list, max_length=MOST_MARGINS)
    reason: Text = Field("", max_length=2000, description="Why, where the criteria are sealed: required then")
    version: Int | None = Field(
        None, ge=0, le=2**31 - 1, description="Refused (409) when it is not the newest"
    )


class ShownMargin(Shown):
    fact: str
    title: str
    is_behavioural: bool
    shares: dict[str, float]


class ShownGroundRules(Shown):
    is_strict: bool
    margins: list[ShownMargin]
    version: int = Field(description="0 where nothing was ever said")
    changed_at: datetime | None
    changed_by: str


@blueprint.get("/programs/<program_id>/ground-rules", responses={200: ShownGroundRules})
@scope(policy.SEE)
def ground_rules(path: InProgram) -> Response:
    """Whether expectations are judged strictly, and for which market."""
    program = program_queries.program(reading(), path.program_id)
    return shown(_shown(queries.ground_rules(reading(), program.id)))


@blueprint.put("/programs/<program_id>/ground-rules", responses={200: ShownGroundRules})
@scope(policy.CHANGE)
def rule(path: InProgram, body: WrittenGroundRules) -> Response:
    """Say them anew; every expectation is judged at once."""
    program = program_queries.program(reading(), path.program_id)
    margins = [
        Margin(each.fact, each.title or each.fact.partition(".")[2], each.is_behavioural, each.shares)
        for each in body.margins
    ]
    row = service.rule(
        writing(),
        program,
        is_strict=body.is_strict,
        margins=margins,
        version=body.version,
        reason=body.reason,
    )
    return shown(_shown(row))


def _shown(row: GroundRules | None) -> ShownGroundRules:
    if row is None:
        return ShownGroundRules(is_strict=False, margins=[], version=0, changed_at=None, changed_by="")
    return ShownGroundRules(
        is_strict=row.is_strict,
        margins=[ShownMargin(**each) for each in row.margins],
        version=row.version,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )
