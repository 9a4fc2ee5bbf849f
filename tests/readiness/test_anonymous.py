"""Anonymous surveys as evidence: counts, five at a time, with nobody attached."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from betaops.cohorts.models import Cohort
from betaops.enrollment.models import Enrollment, State
from betaops.enrollment.service import leaving
from betaops.kernel import ids
from betaops.kernel.errors import Invalid
from betaops.kernel.events import RecordedEvent
from betaops.kernel.jobs import Job
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import queries, service
from betaops.readiness.deciding.recommendation import Choice
from betaops.readiness.dossier import dossier
from betaops.readiness.measures import Sample
from betaops.readiness.models import Expectation, Reading, Voice
from betaops.readiness.tracing import ANONYMOUS
from betaops.readiness.verdict import Direction, Verdict
from betaops.readiness.verifying import disagreements
from betaops.surveys import respond
from betaops.surveys import service as survey_service
from betaops.surveys.jobs import announce_told
from betaops.surveys.models import Response, Survey
from tests.factories.accounts import a_user
from tests.factories.programs import a_program
from tests.factories.readiness import DEFINITION, a_top_box, an_expectation, decided_by, some_testers, top_box
from tests.factories.surveys import a_response, a_survey

Client = Callable[..., Any]

CSAT: dict[str, Any] = {
    "elements": [
        {"type": "rating", "name": "happy", "title": "How satisfied are you?", "rateMax": 5,
         "x-betaops": {"instrument": "csat"}},
    ]
}  # fmt: skip


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work, name="Lantern", capacity=300)


@pytest.fixture
def survey(work: Work, program: Program) -> Survey:
    return anonymous(work, program, DEFINITION)


def anonymous(work: Work, program: Program, definition: dict[str, Any]) -> Survey:
    found = a_survey(work, program=program, definition=definition, name="Said freely")
    make_anonymous(work, found)
    return found


def make_anonymous(work: Work, survey: Survey) -> None:
    survey_service.change_settings(
        work, survey.id, name=survey.name, origins=[], opens_at=None, closes_at=None, is_anonymous=True
    )


def expected(work: Work, program: Program, survey: Survey, **values: Any) -> Expectation:
    told = {"need": "Import is easy", "threshold": 0.7, "direction": Direction.AT_LEAST} | values
    return an_expectation(work, program, "survey_share", parameters=top_box(survey), **told)


def say(work: Work, survey: Survey, person: Enrollment | None, **answers: Any) -> Response:
    return a_response(work, survey, answers, enrollment=person)


def read(work: Work, program: Program, row: Expectation) -> Reading:
    work.session.flush()
    service.take_readings(work, program)
    return queries.latest_readings(work.session, program.id)[row.id]


def test_answers_count_five_at_a_time_and_nobody_is_attached(
    work: Work, program: Program, survey: Survey
) -> None:
    people = some_testers(work, program, 23)
    row = expected(work, program, survey)
    seen = []
    for number, person in enumerate(people):
        say(work, survey, person, **{"import": 5 if number % 4 else 2})
        reading = read(work, program, row)
        sample = Sample.of_json(reading.sample)
        told = (number + 1) // 5 * 5
        assert (sample.n, sample.asked, reading.outcome["waiting"]) == (told, 23, 23 - told)
        assert sample.is_anonymous
        seen.append((reading.verdict, reading.outcome, reading.sample))
    for at in range(1, len(seen)):
        assert seen[at] == seen[at - 1] or (at + 1) % 5 == 0, "it moves with the fifth alone"
    assert seen[-1][2]["counts"] == [5, 15]
    assert not {"weighted", "drift", "doubtful", "left"} & seen[-1][2].keys()


def test_a_verdict_is_reached_and_the_silent_could_turn_it(
    work: Work, program: Program, survey: Survey, member_client: Client
) -> None:
    people = some_testers(work, program, 80)
    row = expected(work, program, survey)
    for person in people[:60]:
        say(work, survey, person, **{"import": 5})
    assert read(work, program, row).verdict is Verdict.MET
    page = member_client().get(f"/console/programs/{program.slug}/readiness").text
    assert "Anonymous answers: one per person; they cannot be narrowed, weighted or paired." in page
    assert "It would fall if the 20 silent testers came out below" in page
    assert "No cohort, no group of loud reporters" not in page


def test_instruments_and_means_count_them_too(work: Work, program: Program) -> None:
    asked = anonymous(work, program, CSAT)
    people = some_testers(work, program, 10)
    row = an_expectation(
        work,
        program,
        "csat",
        threshold=0.5,
        parameters={
            "survey": ids.encode("svy", asked.id),
            "element": "happy",
            "title": "How satisfied are you?",
            "parts": [{"item": "happy", "codes": ["1", "2", "3", "4", "5"]}],
        },
    )
    mean = an_expectation(
        work,
        program,
        "survey_mean",
        threshold=3.0,
        parameters={
            "survey": ids.encode("svy", asked.id),
            "item": "happy",
            "title": "How satisfied are you?",
            "lowest": 1,
            "highest": 5,
        },
    )
    for number, person in enumerate(people[:6]):
        say(work, asked, person, happy=number % 5 + 1)
    assert (read(work, program, row).n, read(work, program, row).estimate) == (5, 0.4)
    assert (read(work, program, mean).n, read(work, program, mean).estimate) == (5, 3.0)


def test_who_leaves_the_question_out_is_not_silent(work: Work, program: Program, survey: Survey) -> None:
    people = some_testers(work, program, 8)
    row = expected(work, program, survey)
    for number, person in enumerate(people[:5]):
        say(work, survey, person, **({"import": 5} if number else {"lost": False}))
    sample = Sample.of_json(read(work, program, row).sample)
    assert (sample.n, sample.waiting, sample.excluded["skipped"]) == (4, 3, 1)


def test_public_links_do_not_count_and_are_named(work: Work, program: Program, survey: Survey) -> None:
    some_testers(work, program, 3)
    row = expected(work, program, survey)
    for _ in range(6):
        say(work, survey, None, **{"import": 5})
    reading = read(work, program, row)
    assert (reading.n, reading.sample["excluded"]["public"]) == (0, 5)


def test_whoever_answered_and_was_removed_is_still_among_those_asked(
    work: Work, program: Program, survey: Survey
) -> None:
    people = some_testers(work, program, 6)
    row = expected(work, program, survey)
    for person in people[:5]:
        say(work, survey, person, **{"import": 5})
    people[0].state = State.REMOVED
    sample = Sample.of_json(read(work, program, row).sample)
    assert (sample.n, sample.waiting) == (5, 1)


@pytest.mark.parametrize("whom", ["cohort", "wave", "build"])
def test_a_part_of_the_testers_is_refused_with_a_sentence(
    work: Work, program: Program, survey: Survey, whom: str
) -> None:
    cohort = Cohort(
        program_id=program.id, number=1 << 30, name="iOS", created_at=work.now, changed_at=work.now
    )
    work.add(cohort)
    work.session.flush()
    narrowed: dict[str, dict[str, Any]] = {
        "cohort": {"cohort_id": cohort.id},
        "wave": {"wave": 0},
        "build": {"build": "1.2"},
    }
    with pytest.raises(Invalid, match="not for a cohort, a wave or a build") as refused:
        expected(work, program, survey, **narrowed[whom])
    assert refused.value.values["field"] == whom


def test_the_form_says_why_nobodys_answers_can_be_picked(
    work: Work, program: Program, survey: Survey, member_client: Client
) -> None:
    cohort = Cohort(
        program_id=program.id, number=1 << 30, name="iOS", created_at=work.now, changed_at=work.now
    )
    work.add(cohort)
    where = (
        f"/console/programs/{program.slug}/readiness/expectations/new"
        f"?measure=survey_share&of={ids.encode('svy', survey.id)}:import"
    )
    pm = member_client("manager")
    page = pm.get(where)
    assert "This survey is anonymous: its answers count for everybody" in page.text
    assert ">iOS<" not in page.text
    sent = {
        "need": "Import is easy",
        "weight": "must",
        "counted": ["4", "5"],
        "direction": "at_least",
        "threshold": "70 %",
        "cohort": ids.encode("coh", cohort.id),
        "confidence": "0.95",
    }
    refused = pm.post(where, data=sent)
    assert refused.status_code == 422
    assert "not for a cohort, a wave or a build." in refused.text
    assert "Import is easy" in refused.text
    assert pm.post(where, data=sent | {"cohort": ""}).status_code == 303


def test_what_was_narrowed_before_the_survey_became_anonymous_counts_nothing(
    work: Work, program: Program
) -> None:
    asked = a_survey(work, program=program, definition=DEFINITION)
    cohort = Cohort(
        program_id=program.id, number=1 << 30, name="iOS", created_at=work.now, changed_at=work.now
    )
    work.add(cohort)
    work.session.flush()
    row = expected(work, program, asked, cohort_id=cohort.id)
    make_anonymous(work, asked)
    for person in some_testers(work, program, 5):
        say(work, asked, person, **{"import": 5})
    reading = read(work, program, row)
    assert (reading.n, reading.sample["excluded"]["narrowed"]) == (0, 5)


def test_other_measures_of_the_need_are_heard_beside_it(work: Work, program: Program, survey: Survey) -> None:
    row = expected(work, program, survey)
    people = some_testers(work, program, 60)
    for person in people:
        say(work, survey, person, **{"import": 1})
    named = a_survey(work, program=program, definition=DEFINITION)
    a_top_box(work, program, good=80, bad=0, survey=named)
    assert read(work, program, row).verdict is Verdict.CONTRADICTED


def test_a_dossier_holds_counts_alone_and_a_stranger_can_recompute_them(
    work: Work, program: Program, survey: Survey
) -> None:
    people = some_testers(work, program, 12)
    row = expected(work, program, survey)
    for person in people[:10]:
        say(work, survey, person, **{"import": 4})
    read(work, program, row)
    told: Any = dossier(queries.dossier_contents(work.session, program), at="2026-03-02T09:00:00Z")
    assert told["evidence"] == [
        {"expectation": ids.encode("exp", row.id), "withheld": ANONYMOUS, "scores": []}
    ]
    assert told["expectations"][0]["reading"]["sample"]["counts"] == [0, 10]
    assert list(disagreements(told)) == []
    told["expectations"][0]["reading"]["sample"]["counts"] = [10, 0]
    found = [each.place for each in disagreements(told)]
    assert any(place.startswith("/expectations/0/reading/outcome/") for place in found)
    told["evidence"][0] |= {"withheld": None, "scores": [["per_1", 0.0]]}
    assert "/evidence/0/withheld" in [each.place for each in disagreements(told)]


def test_a_decision_on_it_follows_nobody_who_withdraws(work: Work, program: Program, survey: Survey) -> None:
    people = some_testers(work, program, 60)
    row = expected(work, program, survey)
    for person in people:
        say(work, survey, person, **{"import": 5})
    read(work, program, row)
    program.seats_taken = len(people)
    owner = a_user(work)
    decision = service.propose(
        decided_by(work, owner.id, owner.name), program, Choice.GO, role="PM", seen=None
    )
    for person in people[:5]:
        leaving.erase(work, person.tester_id)
    assert read(work, program, row).n == 60, "nobody knows which answers would have to go"
    found = service.recheck(work, program)
    assert found is not None
    assert (found.people, found.gone, found.shifts, found.traced) == (0, 0, [], [])
    assert work.session.scalar(select(func.count()).select_from(Voice)) == 0
    assert decision.recommended is Choice.GO


def test_further_answers_are_announced_at_the_full_hour_and_the_program_is_read(
    work: Work, program: Program, survey: Survey
) -> None:
    """The moment of the fifth is not to be known, and what is recorded keeps its moment."""
    for number, person in enumerate(some_testers(work, program, 5)):
        say(work, survey, person, **{"import": 5})
        waiting = work.session.scalars(select(Job).where(Job.name == "surveys.announce_told")).all()
        assert len(waiting) == (number == 4)
    [job] = waiting
    assert (job.run_at.minute, job.run_at.second, job.run_at.microsecond) == (0, 0, 0)
    assert timedelta() < job.run_at - work.now <= timedelta(hours=1)
    announce_told(work, survey_id=str(survey.id))
    work.session.flush()
    [event] = work.session.scalars(
        select(RecordedEvent).where(RecordedEvent.kind == "anonymous_answers_told")
    )
    assert "response" not in str(event.data)


def test_a_response_that_a_member_takes_out_counts_no_more(
    work: Work, program: Program, survey: Survey
) -> None:
    row = expected(work, program, survey)
    said = [say(work, survey, person, **{"import": 5}) for person in some_testers(work, program, 10)]
    respond.withdraw(work, said[0].id)
    assert read(work, program, row).n == 9
    for each in said[1:6]:
        respond.withdraw(work, each.id)
    assert read(work, program, row).n == 0, "of fewer than five nothing is told"
