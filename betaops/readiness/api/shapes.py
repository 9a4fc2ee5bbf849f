"""What is sent and shown over the REST API; nothing of a row goes out that is not named here."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from pydantic import Field

from betaops.kernel import ids
from betaops.kernel.errors import Invalid, NotFound
from betaops.kernel.i18n import gettext as _
from betaops.readiness import measures
from betaops.readiness.board import Row
from betaops.readiness.deciding.recommendation import Weight
from betaops.readiness.models import (
    Amendment,
    AmendmentKind,
    CriteriaSeal,
    Expectation,
    Reading,
)
from betaops.readiness.service.expecting import Draft
from betaops.readiness.verdict import Direction, Verdict
from betaops.web.api import Body, Int, Shown, Text, path_id

_MEASURES = ", ".join(f"`{kind}`" for kind in measures.KINDS)


class InProgram(Shown):
    program_id: path_id("prg") = Field(description="`prg_…`")  # type: ignore[valid-type]  # a type made by a function


class OfExpectation(InProgram):
    expectation_id: path_id("exp") = Field(description="`exp_…`")  # type: ignore[valid-type]  # a type made by a function


class Why(Shown):
    reason: Text = Field("", max_length=2000, description="Required where the criteria are sealed")


class WrittenExpectation(Body):
    """A need in the customer's words, what shows it, and the line it has to cross."""

    need: Text = Field(min_length=1, max_length=2000, pattern=r"\S")
    source: Text = Field("", max_length=300, description="Where the need was heard")
    weight: Weight = Weight.MUST
    measure: Text = Field(max_length=40, description=f"One of {_MEASURES}")
    parameters: dict[str, Any] = Field(
        default_factory=dict,
        description="What the measure needs to know; see the expectations that are there",
    )
    threshold: float = Field(
        ge=-1e9,
        le=1e9,
        strict=True,
        allow_inf_nan=False,
        description="A share from 0 to 1, points, a mean, or a count",
    )
    direction: Direction = Direction.AT_LEAST
    cohort: Text | None = Field(None, description="`coh_…`; without it everybody in the program")
    wave: Int | None = Field(
        None, ge=0, description="Only answers of that wave of the survey; 0: outside waves"
    )
    build: Text | None = Field(
        None, max_length=60, description="Only what came while testers used that build (`$app_version`)"
    )
    confidence: float = Field(0.95, gt=0.5, lt=1, strict=True, description="One-sided")
    closes_on: date | None = Field(None, description="Read for good after this day (UTC)")
    closes_at: Int | None = Field(
        None, ge=1, le=1_000_000, description="Read for good once so many people count"
    )
    least_answered: float = Field(
        0.0, ge=0, le=1, strict=True, description="The share of those asked who must have answered"
    )
    reason: Text = Field("", max_length=2000, description="Why, where the criteria are sealed: required then")


class ChangedExpectation(WrittenExpectation):
    version: Int | None = Field(
        None, ge=1, le=2**31 - 1, description="Refused (409) when it is not the newest"
    )


class ShownExpectation(Shown):
    id: str
    program: str
    need: str
    source: str
    weight: Weight
    measure: str
    parameters: dict[str, Any]
    threshold: float
    direction: Direction
    cohort: str | None
    wave: int | None
    build: str | None
    confidence: float
    closes_on: date | None
    closes_at: int | None
    least_answered: float
    amended_at: datetime | None
    position: int
    version: int
    created_at: datetime
    changed_at: datetime
    changed_by: str
    #: As in the list of readings; null until the first.
    verdict: Verdict | None
    sentence: str


class ExpectationList(Shown):
    items: list[ShownExpectation]
    next: str | None


class ShownReading(Shown):
    taken_on: date
    taken_at: datetime
    version: int
    verdict: Verdict
    n: int
    estimate: float | None
    low: float | None
    high: float | None
    outcome: dict[str, Any] = Field(
        description="On the score scale, 0 to 1, with all that the verdict rests on"
    )
    sample: dict[str, Any] = Field(description="Counts per level, and who was left out")


class ReadingList(Shown):
    items: list[ShownReading]
    next: str | None


class ShownAmendment(Shown):
    expectation: str | None = Field(description="Null where it is about how all are judged")
    kind: AmendmentKind
    need: str
    changes: list[dict[str, Any]] = Field(description="`what`, `before` and `after` of each")
    reason: str
    by: str
    at: datetime
    verdict: Verdict | None = Field(description="What was found until then")


class ShownCriteria(Shown):
    sealed_at: datetime
    criteria: list[dict[str, Any]]
    ground_rules: dict[str, Any] | None = Field(description="How all were judged; null in older seals")
    digest: str = Field(description="SHA-256 of both as canonical JSON, in hex")
    amendments: list[ShownAmendment]


def draft_of(body: WrittenExpectation) -> Draft:
    try:
        cohort_id = ids.decode("coh", body.cohort) if body.cohort else None
    except NotFound as error:
        raise Invalid("cohort", _("This program has no such cohort."), field="cohort") from error
    return Draft(
        need=body.need,
        source=body.source,
        weight=body.weight,
        measure=body.measure,
        parameters=body.parameters,
        threshold=body.threshold,
        direction=body.direction,
        cohort_id=cohort_id,
        wave=body.wave,
        build=body.build,
        confidence=body.confidence,
        closes_on=body.closes_on,
        closes_at=body.closes_at,
        least_answered=body.least_answered,
    )


def shown_expectation(row: Expectation, last: Reading | None) -> ShownExpectation:
    return ShownExpectation(
        id=ids.encode("exp", row.id),
        program=ids.encode("prg", row.program_id),
        need=row.need,
        source=row.source,
        weight=row.weight,
        measure=row.measure,
        parameters=row.parameters,
        threshold=row.threshold,
        direction=row.direction,
        cohort=ids.encode("coh", row.cohort_id) if row.cohort_id else None,
        wave=row.wave,
        build=row.build,
        confidence=row.confidence,
        closes_on=row.closes_on,
        closes_at=row.closes_at,
        least_answered=row.least_answered,
        amended_at=row.amended_at,
        position=row.position,
        version=row.version,
        created_at=row.created_at,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
        verdict=last.verdict if last is not None else None,
        sentence=Row(row, last).sentence,
    )


def shown_criteria(seal: CriteriaSeal, amendments: Sequence[Amendment]) -> ShownCriteria:
    return ShownCriteria(
        sealed_at=seal.sealed_at,
        criteria=seal.criteria,
        ground_rules=seal.ground_rules,
        digest=seal.digest,
        amendments=[
            ShownAmendment(
                expectation=ids.encode("exp", each.expectation_id) if each.expectation_id else None,
                kind=each.kind,
                need=each.need,
                changes=each.changes,
                reason=each.reason,
                by=each.by,
                at=each.at,
                verdict=each.verdict,
            )
            for each in amendments
        ],
    )


def shown_reading(row: Reading) -> ShownReading:
    return ShownReading(
        taken_on=row.taken_on,
        taken_at=row.taken_at,
        version=row.version,
        verdict=row.verdict,
        n=row.n,
        estimate=row.estimate,
        low=row.low,
        high=row.high,
        outcome=row.outcome,
        sample=row.sample,
    )
