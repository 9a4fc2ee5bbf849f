"""The sample's expectations for Aurora Notes 2.0, read each evening as the evidence came in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, update
from sqlalchemy.orm import Session

from betaops.enrollment.models import Enrollment
from betaops.feedback.models import OPEN, Report
from betaops.feedback.models import State as ReportState
from betaops.kernel import ids
from betaops.kernel.work import Actor, Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.readiness import measures, queries, sample_gate, service
from betaops.readiness.deciding.recommendation import Weight
from betaops.readiness.service.expecting import Draft
from betaops.readiness.service.reading import judge, keep
from betaops.readiness.verdict import Direction
from betaops.surveys.models import Response, ResponseState
from betaops.usage.models import UsageDaily

if TYPE_CHECKING:
    from betaops.accounts.sample import World

#: Days ago on which the expectations were written: before the first answer.
WRITTEN = 20.0
#: Evenings on which readings were taken.
EVENINGS = 18
#: From now until the day after which expectations are read for good.
UNTIL_THE_CLOSE = timedelta(days=6)


def plant(world: "World") -> None:
    """Five needs, eighteen evenings of readings, participation by week, and a gate."""
    with world.work() as work:
        program = program_queries.program(work.session, world.facts["program_id"])
        if queries.expectations(work.session, program.id):
            return
        drafts = _drafts(work, program, world.facts["survey_id"])
        work.actor = Actor("member", world.facts.get("owner_id"), "Mara Klein")
        work.now = world.ago(WRITTEN)
        for draft in drafts:
            service.write(work, program, replace(draft, closes_on=(world.now + UNTIL_THE_CLOSE).date()))
        service.seal(work, program)
        sample_gate.set_up(work, program)
        for evening in range(EVENINGS, 0, -1):
            with _as_of(work.session, program, world.ago(evening)):
                judged = judge(work, program)
            work.now = world.ago(evening)
            keep(work, program, judged)
            if evening == sample_gate.REVIEWED:
                sample_gate.review(work, program, world.ago)
        work.now = world.now
        service.take_readings(work, program)
        service.count_weeks(work, program)
        service.count_people(work, program)


def _drafts(work: Work, program: Program, survey_id: Any) -> list[Draft]:
    share, score = measures.named("survey_share"), measures.named("nps")
    survey = ids.encode("svy", survey_id)

    def asked(measure: measures.Measure, question: str) -> dict[str, Any]:
        offer = measure.offer(work.session, program, f"{survey}:{question}")
        if offer is None:
            raise LookupError(f"the sample's survey has no question {question!r}")
        return offer.parameters

    return [
        Draft(
            need="Sync never loses a note",
            source="Charter; twelve interviews with Pro customers",
            measure="open_blockers",
            threshold=0,
            direction=Direction.AT_MOST,
            parameters={},
        ),
        Draft(
            need="Import is easy",
            source="Forty-two requests to support since 1.9",
            measure="survey_share",
            threshold=0.6,
            direction=Direction.AT_LEAST,
            parameters=asked(share, "import_easy"),
        ),
        Draft(
            need="The new editor is at least as good as the old one",
            source="Interview with Ana Ruiz",
            measure="survey_share",
            threshold=0.7,
            direction=Direction.AT_LEAST,
            parameters=asked(share, "satisfaction:editor"),
        ),
        Draft(
            need="I would recommend it to a colleague",
            source="Market document, goal for 2.0",
            weight=Weight.SHOULD,
            measure="nps",
            threshold=25,
            direction=Direction.AT_LEAST,
            parameters=asked(score, "nps"),
        ),
        Draft(
            need="It becomes part of my week",
            source="Market document, goal for 2.0",
            weight=Weight.SHOULD,
            measure="usage_share",
            threshold=0.6,
            direction=Direction.AT_LEAST,
            parameters={"event": "note created", "times": 3},
        ),
    ]


@contextmanager
def _as_of(session: Session, program: Program, moment: datetime) -> Iterator[None]:
    """Inside, the database is as it was at that moment, as far as expectations look; afterwards as before."""
    savepoint = session.begin_nested()
    quietly = {"synchronize_session": False}
    for statement in (
        update(Response).where(Response.finished_at > moment).values(state=ResponseState.STARTED),
        update(Report)
        .where(Report.program_id == program.id, Report.created_at > moment, Report.state.in_(OPEN))
        .values(state=ReportState.CLOSED),
        update(Report)
        .where(
            Report.program_id == program.id,
            Report.created_at <= moment,
            Report.state.in_((ReportState.FIXED, ReportState.CLOSED)),
            func.coalesce(Report.fixed_at, Report.closed_at) > moment,
        )
        .values(state=ReportState.IN_PROGRESS),
        update(Enrollment)
        .where(Enrollment.program_id == program.id, Enrollment.accepted_at > moment)
        .values(accepted_at=None),
        delete(UsageDaily).where(UsageDaily.product_id == program.product_id, UsageDaily.day > moment.date()),
    ):
        session.execute(statement, execution_options=quietly)
    try:
        yield
    finally:
        savepoint.rollback()
