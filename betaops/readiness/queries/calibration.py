"""Predictions of decisions beside what came true."""

from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from betaops.kernel import ids
from betaops.programs.models import Program
from betaops.readiness import board
from betaops.readiness.board import Row
from betaops.readiness.deciding.calibration import Prediction, Score, chance, due_on, score
from betaops.readiness.deciding.recommendation import Choice
from betaops.readiness.models import Decision, Horizon, Launch, Reality
from betaops.readiness.queries.decisions import decision_that_stands
from betaops.usage.models import UsageDaily


class Outturn(NamedTuple):
    """One expectation of a decision, what was predicted, and what came true by horizon."""

    #: `exp_…`
    key: str
    row: Row
    prediction: Prediction
    realities: dict[int, Reality]

    def score(self, days: int) -> Score | None:
        found = self.realities.get(days)
        return None if found is None else score(self.prediction, found.value)


class Launched(NamedTuple):
    """A decision that ships, and since when it does."""

    decision: Decision
    launch: Launch | None
    launched_on: date

    def due_on(self, days: int) -> date:
        return due_on(self.launched_on, days)


def launched(session: Session, program_id: UUID) -> Launched | None:
    """The GO in force, conditional or not; it ships on the day that a member said, else on the day it came into force."""
    found = decision_that_stands(session, program_id)
    if found is None or found.in_force_at is None or found.choice is Choice.NO_GO:
        return None
    launch = session.scalar(select(Launch).where(Launch.decision_id == found.id))
    return Launched(found, launch, launch.launched_on if launch else found.in_force_at.date())


def outturns(session: Session, decision: Decision) -> list[Outturn]:
    """In the decision's order."""
    realities: dict[UUID, dict[int, Reality]] = {}
    for each in session.scalars(select(Reality).where(Reality.decision_id == decision.id)):
        realities.setdefault(each.expectation_id, {})[each.days] = each
    return [_outturn(item, realities) for item in decision.snapshot["expectations"]]


def _outturn(item: dict[str, Any], realities: dict[UUID, dict[int, Reality]]) -> Outturn:
    row = board.of_snapshot(item)
    return Outturn(item["id"], row, prediction_of(row), realities.get(ids.decode("exp", item["id"]), {}))


def prediction_of(row: Row) -> Prediction:
    """What its reading says of the time to come. A count says what it was: it has no range, and implies no chance."""
    told, expectation = row.reading, row.expectation
    if told is None:
        return Prediction(None, None, None, expectation.threshold, expectation.direction, None)
    is_counted = row.measure.is_counted
    return Prediction(
        told.estimate,
        None if is_counted or told.estimate is None else told.low,
        None if is_counted or told.estimate is None else told.high,
        expectation.threshold,
        expectation.direction,
        None
        if is_counted
        else chance(
            told.sample["levels"],
            told.sample["counts"],
            row.measure.to_score(expectation.threshold, row.parameters),
            expectation.direction,
        ),
    )


class Scored(NamedTuple):
    """A score with the program and the measure that it belongs to."""

    program: str
    measure: str
    days: int
    score: Score


def scores(session: Session) -> list[Scored]:
    """Every prediction of the workspace that was held against reality; those of withdrawn decisions were predictions too."""
    rows = session.execute(
        select(Decision, Program.name)
        .join(Program, Program.id == Decision.program_id)
        .where(Decision.id.in_(select(Reality.decision_id)))
        .order_by(Program.name, Decision.created_at)
    ).all()
    return [
        Scored(name, outturn.row.expectation.measure, days, found)
        for decision, name in rows
        for outturn in outturns(session, decision)
        for days in Horizon
        if (found := outturn.score(days)) is not None
    ]


def overdue_horizons(session: Session, program_id: UUID, today: date) -> list[tuple[int, date]]:
    """(days, when they were over) of horizons that have come and of which not everything is known."""
    found = launched(session, program_id)
    if found is None:
        return []
    come = [int(days) for days in Horizon if found.due_on(days) <= today]
    if not come:
        return []
    counted = (
        select(Reality.days, func.count())
        .where(Reality.decision_id == found.decision.id)
        .group_by(Reality.days)
    )
    known: dict[int, int] = dict(session.execute(counted).all())
    wanted = len(found.decision.snapshot["expectations"])
    return [(days, found.due_on(days)) for days in come if known.get(days, 0) < wanted]


def share_doing(
    session: Session, product_id: UUID, event: str, times: int, since: date, until: date
) -> float | None:
    """Of everybody who used the product on these days (the last one included), the share who did `event` so often; None
    where nobody used it."""
    in_time = (UsageDaily.product_id == product_id, UsageDaily.day >= since, UsageDaily.day <= until)
    users = session.scalar(select(func.count(UsageDaily.tester_id.distinct())).where(*in_time)) or 0
    doing = (
        select(UsageDaily.tester_id)
        .where(*in_time, UsageDaily.name == event)
        .group_by(UsageDaily.tester_id)
        .having(func.sum(UsageDaily.events) >= times)
        .subquery()
    )
    did = session.scalar(select(func.count()).select_from(doing)) or 0
    return did / users if users else None


def last_day(launched_on: date, days: int) -> date:
    """Of a window of so many days that begins with the launch."""
    return launched_on + timedelta(days=days - 1)
