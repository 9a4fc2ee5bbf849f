"""Predictions and what came true, over the REST API."""

from datetime import date

from flask import Response
from pydantic import Field

from betaops.kernel import ids
from betaops.kernel.errors import NotFound
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.readiness import policy, queries, service
from betaops.readiness.api import blueprint
from betaops.readiness.api.shapes import InProgram
from betaops.readiness.models import Horizon, Source
from betaops.readiness.queries import Launched, Outturn
from betaops.web.access import scope
from betaops.web.api import Body, Shown, Text, shown
from betaops.web.application import reading, writing


class OfHorizon(InProgram):
    days: int = Field(ge=30, le=90, description="30 or 90")


class WrittenReality(Body):
    expectation: Text = Field(max_length=40, description="`exp_…`, as in the decision's snapshot")
    value: float = Field(
        ge=-1e9,
        le=1e9,
        strict=True,
        allow_inf_nan=False,
        description="In the measure's unit; a share from 0 to 1",
    )
    note: Text = Field("", max_length=500)


class WrittenRealities(Body):
    values: list[WrittenReality] = Field(min_length=1, max_length=200)


class ShownReality(Shown):
    days: int
    value: float
    source: Source
    note: str
    is_met: bool
    is_inside: bool | None = Field(description="Whether it lay in the range; null where there was none")
    error: float | None = Field(description="Reality less the estimate")
    brier: float | None = Field(description="Squared distance between the chance and what happened")


class ShownPrediction(Shown):
    expectation: str
    need: str
    estimate: float | None
    low: float | None
    high: float | None
    threshold: float
    chance: float | None = Field(description="Of crossing the line, as the answers implied it")
    realities: list[ShownReality]


class ShownCalibration(Shown):
    decision: str
    launched_on: date
    due_on: dict[int, date] = Field(description="By horizon, in days")
    predictions: list[ShownPrediction]


@blueprint.get("/programs/<program_id>/calibration", responses={200: ShownCalibration})
@scope(policy.SEE)
def calibration(path: InProgram) -> Response:
    """What the GO in force predicted, and what came true; 404 without one."""
    program = program_queries.program(reading(), path.program_id)
    found = queries.launched(reading(), program.id)
    if found is None:
        raise NotFound
    return shown(_shown(found, queries.outturns(reading(), found.decision)))


@blueprint.put("/programs/<program_id>/calibration/<days>", responses={200: ShownCalibration})
@scope(policy.CHANGE)
def note_reality(path: OfHorizon, body: WrittenRealities) -> Response:
    """What came true after so many days; what was said of the same expectation is replaced."""
    program: Program = program_queries.program(reading(), path.program_id)
    values = [service.Value(each.expectation, each.value, each.note) for each in body.values]
    service.note_reality(writing(), program, path.days, values)
    found = queries.launched(writing().session, program.id)
    if found is None:
        raise NotFound
    return shown(_shown(found, queries.outturns(writing().session, found.decision)))


def _shown(found: Launched, outturns: list[Outturn]) -> ShownCalibration:
    return ShownCalibration(
        decision=ids.encode("dec", found.decision.id),
        launched_on=found.launched_on,
        due_on={int(days): found.due_on(days) for days in Horizon},
        predictions=[
            ShownPrediction(
                expectation=each.key,
                need=each.row.expectation.need,
                estimate=each.prediction.estimate,
                low=each.prediction.low,
                high=each.prediction.high,
                threshold=each.prediction.threshold,
                chance=each.prediction.chance,
                realities=_realities(each),
            )
            for each in outturns
        ],
    )


def _realities(outturn: Outturn) -> list[ShownReality]:
    return [
        ShownReality(days=days, value=each.value, source=each.source, note=each.note, **score._asdict())
        for days, each in sorted(outturn.realities.items())
        if (score := outturn.score(days)) is not None
    ]
