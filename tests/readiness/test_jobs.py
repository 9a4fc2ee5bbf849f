from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from betaops.enrollment.models import State
from betaops.feedback.models import Severity
from betaops.kernel.errors import NotFound
from betaops.kernel.ids import new_id
from betaops.kernel.jobs import Claimed, Job, Run
from betaops.kernel.work import Platform, Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Phase, Program
from betaops.readiness import jobs, queries, service
from betaops.readiness.deciding.checks import Check
from betaops.readiness.models import CriterionKind, Suspension
from betaops.readiness.verdict import Verdict
from betaops.surveys.events import SurveyAnswered
from tests.factories.enrollment import an_enrollment
from tests.factories.feedback import a_report
from tests.factories.programs import a_program
from tests.factories.readiness import a_response, a_survey, a_top_box, an_expectation


def waiting(work: Work) -> list[Job]:
    return list(work.session.scalars(select(Job).where(Job.name == "readiness.read", Job.state == "waiting")))


def test_a_hundred_answers_in_a_minute_are_read_once(work: Work) -> None:
    program = a_program(work)
    for _ in range(100):
        service.soon(work, program.id)
    assert len(waiting(work)) == 1


def answer_three_times(own: Work, programs: Sequence[UUID]) -> Sequence[None]:
    """Several answers to surveys of each program, as they come in together."""
    for program_id in programs:
        own.record_all(
            [
                SurveyAnswered(response_id=new_id(), survey_id=new_id(), program_id=program_id)
                for _ in range(3)
            ]
        )
    return [None] * len(programs)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_answers_that_come_together_ask_once_until_somebody_has_taken_that_up(
    work: Work, platform: Platform, run_jobs: Any
) -> None:
    workspace_id, program_id = work.workspace_id, a_program(work).id
    run_jobs()

    def rows(name: str, *states: str) -> int:
        found = select(func.count()).where(Job.name == name, Job.state.in_(states))
        count = work.session.scalar(found) or 0
        work.session.rollback()
        return count

    def asked() -> int:
        return rows("deliver:readiness.read_soon", "waiting", "done")

    before = asked()
    for _group in range(2):
        platform.ingest.write_one(workspace_id, answer_three_times, program_id)
    assert asked() == before + 1
    run_jobs()
    assert rows("readiness.read", "waiting") == 1
    platform.ingest.write_one(workspace_id, answer_three_times, program_id)
    assert asked() == before + 1, "one waits to be read, which will see these"
    run_jobs(ahead=timedelta(minutes=1))
    assert rows("readiness.read", "waiting") == 0
    platform.ingest.write_one(workspace_id, answer_three_times, program_id)
    assert asked() == before + 2


def test_an_answer_brings_the_readings_up_to_date(work: Work, run_jobs: Any, clock: Any) -> None:
    program = a_program(work)
    survey = a_survey(work, program)
    row = a_top_box(work, program, good=17, bad=0, survey=survey)
    person = an_enrollment(work, program=program)
    run_jobs()
    clock.shift(seconds=10)
    run_jobs()
    response = a_response(work, survey, person, **{"import": 5})
    work.record(
        SurveyAnswered(
            response_id=response.id,
            survey_id=survey.id,
            program_id=program.id,
            enrollment_id=person.id,
            tester_id=person.tester_id,
        )
    )
    run_jobs()
    clock.shift(seconds=10)
    run_jobs()
    reading = queries.latest_readings(work.session, program.id)[row.id]
    assert (reading.n, reading.verdict) == (18, Verdict.MET)


def test_a_new_blocker_is_known_within_seconds(work: Work, run_jobs: Any, clock: Any) -> None:
    program = a_program(work)
    an_enrollment(work, program=program, state=State.ACTIVE)
    row = an_expectation(work, program)
    assert queries.latest_readings(work.session, program.id)[row.id].verdict is Verdict.MET
    a_report(work, program=program, severity=Severity.BLOCKER)
    run_jobs()
    clock.shift(seconds=10)
    run_jobs()
    assert queries.latest_readings(work.session, program.id)[row.id].verdict is Verdict.NOT_MET


def test_every_program_under_way_is_read_by_itself(work: Work, run_jobs: Any, clock: Any) -> None:
    program = a_program(work)
    over = a_program(work, name="Over", phase=Phase.CLOSED)
    row = an_expectation(work, program)
    clock.shift(days=1)
    jobs.read_all(work)
    run_jobs()
    taken = [
        past.taken_on
        for past in queries.histories(work.session, program.id, work.now.date() - timedelta(days=5))[row.id]
    ]
    assert taken == [work.now.date() - timedelta(days=1), work.now.date()]
    assert all(
        job.args["program_id"] != str(over.id)
        for job in work.session.scalars(select(Job))
        if "program_id" in job.args
    )


def test_a_program_that_is_gone_is_no_error(work: Work) -> None:
    program = a_program(work)
    assert jobs.read(work, program_id=str(program.workspace_id)) == {"readings": 0}


def test_a_program_that_cannot_be_watched_holds_up_no_other(
    work: Work, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = [a_program(work) for _ in range(3)]
    for program in programs:
        service.add_criterion(work, program, CriterionKind.SUSPENSION, looked_up=Check.CRITERIA_SEALED)
        service.seal(work, program)
    work.session.commit()
    bad, gone = programs[0].id, programs[1].id
    real, seen = program_queries.program, list[UUID]()

    def program_of(session: Session, program_id: UUID) -> Program:
        if program_id == bad:
            raise RuntimeError("unreadable")
        if program_id == gone:
            raise NotFound
        return real(session, program_id)

    monkeypatch.setattr(jobs.program_queries, "program", program_of)
    monkeypatch.setattr(Run, "progress", lambda _run, done, _total: seen.append(done))
    with pytest.raises(RuntimeError, match="unreadable"):
        jobs.watch(Run(platform, Claimed(new_id(), "", {}, None, 1)))
    suspended = [each.program_id for each in work.session.scalars(select(Suspension))]
    assert suspended == [programs[2].id]
    assert seen
