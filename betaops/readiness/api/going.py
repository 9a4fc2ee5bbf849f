"""How a program goes: its people by how far they got, engagement, success and impact."""

from datetime import datetime

from flask import Response
from pydantic import Field

from betaops.kernel import clock
from betaops.programs import queries as program_queries
from betaops.readiness import policy, queries
from betaops.readiness.api import blueprint, shapes
from betaops.web.access import scope
from betaops.web.api import Shown, shown
from betaops.web.application import reading


class ShownPeople(Shown):
    """How many got how far; each includes those who went further."""

    applied: int
    accepted: int
    activated: int
    took_part: int
    answered: int
    silent: int = Field(description="In the program, without a sign of life for 7 days")


class ShownEngagement(Shown):
    grade: str = Field(description="`A+`, `A`, `B`, `C`, `D`, `D-`, `F`")
    mark: float = Field(description="0 to 1")
    shares: dict[str, float] = Field(
        description="Of testers in for a week: `lately` took part in the last 7 days, `replied` ever answered a "
        "survey, `heard` ever reported"
    )


class ShownSuccess(Shown):
    """In points, 0 to 100."""

    value: float
    low: float
    high: float
    impact: float = Field(description="What addressing reports added")
    speakers: int


class ShownGoing(Shown):
    """As it was counted at `counted_at`; how each is computed stands on the program's overview."""

    people: ShownPeople
    engagement: ShownEngagement | None = Field(None, description="None while too few are in for a week")
    success: ShownSuccess | None = Field(None, description="None while too few spoke, or engagement is F")
    counted_at: datetime


@blueprint.get("/programs/<program_id>/going", responses={200: ShownGoing})
@scope(policy.SEE)
def going(path: shapes.InProgram) -> Response:
    """How a program goes, in numbers: its people, engagement, success and impact."""
    program = program_queries.program(reading(), path.program_id)
    found = queries.going(reading(), program, clock.now())
    engagement, success = found.engagement, found.told_success
    return shown(
        ShownGoing(
            people=ShownPeople(**found.people._asdict()),
            engagement=ShownEngagement(
                grade=engagement.grade,
                mark=engagement.mark,
                shares={mark.part.share.value: mark.share for mark in engagement.marks},
            )
            if engagement is not None
            else None,
            success=ShownSuccess(
                value=success.value,
                low=success.low,
                high=success.high,
                impact=success.impact,
                speakers=success.speakers,
            )
            if success is not None
            else None,
            counted_at=found.counted_at,
        )
    )
