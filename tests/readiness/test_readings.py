from datetime import timedelta

from sqlalchemy import func, select

from betaops.enrollment.models import State
from betaops.enrollment.service import enrolling
from betaops.feedback.models import Severity
from betaops.feedback.models import State as ReportState
from betaops.kernel.db import scope_to
from betaops.kernel.events import RecordedEvent
from betaops.kernel.work import Work
from betaops.readiness import measures, queries, service
from betaops.readiness.deciding.recommendation import Weight
from betaops.readiness.models import Expectation, Reading
from betaops.readiness.verdict import Direction, Verdict
from betaops.surveys.models import ResponseState
from betaops.tasks import service as task_service
from betaops.tasks.models import OutcomeState
from tests.factories.enrollment import an_enrollment
from tests.factories.feedback import a_report
from tests.factories.programs import a_program
from tests.factories.readiness import (
    a_response,
    a_survey,
    a_top_box,
    about,
    an_expectation,
    answer_rating,
    some_testers,
    some_use,
    top_box,
)
from tests.factories.tasks import a_task, an_outcome


def last(work: Work, row: Expectation) -> Reading:
    return queries.latest_readings(work.session, row.program_id)[row.id]


def test_a_new_expectation_is_judged_at_once(work: Work) -> None:
    program = a_program(work)
    reading = last(work, a_top_box(work, program, good=20, bad=0))
    assert reading.verdict is Verdict.MET
    assert (reading.n, reading.estimate) == (20, 1.0)


def test_readings_follow_the_answers_and_keep_one_row_a_day(work: Work) -> None:
    program = a_program(work, capacity=300)
    survey = a_survey(work, program)
    row = a_top_box(work, program, good=6, bad=0, survey=survey)
    assert last(work, row).verdict is Verdict.INCONCLUSIVE
    answer_rating(work, survey, some_testers(work, program, 14), [5] * 14)
    service.take_readings(work, program)
    assert last(work, row).verdict is Verdict.MET
    work.now += timedelta(days=1)
    service.take_readings(work, program)
    service.take_readings(work, program)
    assert [
        past.n
        for past in queries.histories(work.session, program.id, (work.now - timedelta(days=9)).date())[row.id]
    ] == [20, 20]


def test_reading_again_without_news_changes_nothing(work: Work) -> None:
    program = a_program(work)
    row = a_top_box(work, program, good=10, bad=2)
    before = last(work, row).taken_at
    work.now += timedelta(minutes=5)
    service.take_readings(work, program)
    assert last(work, row).taken_at == before


def test_a_changed_verdict_is_an_event_and_an_unchanged_one_is_not(work: Work) -> None:
    program = a_program(work)
    survey = a_survey(work, program)
    a_top_box(work, program, good=3, bad=0, survey=survey)
    service.take_readings(work, program)
    answer_rating(work, survey, some_testers(work, program, 20), [5] * 20)
    service.take_readings(work, program)
    told = work.session.scalars(
        select(RecordedEvent).where(RecordedEvent.kind == "verdict_changed").order_by(RecordedEvent.id)
    ).all()
    assert [(each.data["former"], each.data["verdict"]) for each in told] == [
        ("", "inconclusive"),
        ("inconclusive", "met"),
    ]


def test_who_answered_twice_is_one_person(work: Work) -> None:
    program = a_program(work)
    first, second = a_survey(work, program), a_survey(work, program)
    enrollment = an_enrollment(work, program=program)
    a_response(work, first, enrollment, **{"import": 5})
    a_response(work, second, enrollment, **{"import": 1})
    scope = queries.scope(work.session, program, None)
    measure = measures.named("survey_mean")
    parameters = measure.read(about(first, "import") | {"lowest": 1, "highest": 5})
    assert measure.sample(work.session, scope, parameters).n == 1


def test_unfinished_withdrawn_and_test_answers_do_not_count(work: Work) -> None:
    program = a_program(work)
    survey = a_survey(work, program)
    for state in (ResponseState.PARTIAL, ResponseState.WITHDRAWN, ResponseState.TEST):
        a_response(work, survey, an_enrollment(work, program=program), state, **{"import": 1})
    row = a_top_box(work, program, good=9, bad=0, survey=survey)
    assert last(work, row).n == 9
    assert last(work, row).outcome["waiting"] == 3


def test_answers_from_outside_the_scope_are_left_out_and_counted(work: Work) -> None:
    program = a_program(work)
    survey = a_survey(work, program)
    gone = an_enrollment(work, program=program)
    a_response(work, survey, gone, **{"import": 1})
    enrolling.change(work, gone.id, State.REMOVED)
    a_response(work, survey, None, **{"import": 5})
    row = a_top_box(work, program, good=2, bad=0, survey=survey)
    reading = last(work, row)
    assert reading.n == 2
    assert reading.sample["excluded"] == {"anonymous": 1, "outside": 1, "skipped": 0}


def test_a_score_and_a_mean_are_read_in_their_own_units(work: Work) -> None:
    program = a_program(work)
    survey = a_survey(work, program)
    for number in range(10):
        a_response(
            work,
            survey,
            an_enrollment(work, program=program),
            **{"import": 4, "nps": 10 if number < 6 else 7 if number < 8 else 3},
        )
    score = an_expectation(
        work, program, "nps", parameters=about(survey, "nps"), threshold=30.0, direction=Direction.AT_LEAST
    )
    mean = an_expectation(
        work,
        program,
        "survey_mean",
        need="It is pleasant",
        parameters=about(survey, "import") | {"lowest": 1, "highest": 5},
        threshold=2.0,
    )
    assert last(work, score).estimate == 40.0
    assert -100 <= (last(work, score).low or 0) < 40
    assert last(work, mean).estimate == 4.0
    assert last(work, mean).verdict is Verdict.MET


def test_use_counts_everybody_who_was_let_in(work: Work) -> None:
    program = a_program(work)
    people = [an_enrollment(work, program=program) for _ in range(10)]
    an_enrollment(work, program=program, state=State.APPLIED)
    for number, person in enumerate(people):
        some_use(work, program, person, "note_synced", 3 if number < 6 else 1, work.now.date())
    row = an_expectation(
        work,
        program,
        "usage_share",
        parameters={"event": "note_synced", "times": 3},
        threshold=0.3,
        direction=Direction.AT_LEAST,
    )
    reading = last(work, row)
    assert (reading.n, reading.estimate) == (10, 0.6)


def test_ten_reports_of_one_tester_are_one_tester_in_trouble(work: Work) -> None:
    program = a_program(work)
    people = [an_enrollment(work, program=program) for _ in range(8)]
    for _ in range(10):
        a_report(work, program=program, enrollment=people[0], severity=Severity.BLOCKER)
    row = an_expectation(work, program, "critical_share", threshold=0.5, direction=Direction.AT_MOST)
    reading = last(work, row)
    assert (reading.n, reading.estimate) == (8, 0.125)


def test_an_open_blocker_fails_a_count_and_its_fix_meets_it(work: Work) -> None:
    program = a_program(work)
    report = a_report(work, program=program, severity=Severity.BLOCKER)
    row = an_expectation(work, program)
    assert last(work, row).verdict is Verdict.NOT_MET
    from betaops.feedback import service as feedback

    feedback.change_state(work, report, ReportState.FIXED)
    service.take_readings(work, program)
    assert last(work, row).verdict is Verdict.MET


def test_taking_part_is_use_an_answer_a_tried_task_or_a_report(work: Work) -> None:
    program = a_program(work)
    survey, task = a_survey(work, program), a_task(work, program=program)
    used, answered, tried, stopped, reported, looked, declined, silent = (
        an_enrollment(work, program=program) for _ in range(8)
    )
    an_outcome(work, task, tried, OutcomeState.STARTED)
    an_outcome(work, task, stopped, OutcomeState.BLOCKED)
    an_outcome(work, task, declined, OutcomeState.OPTED_OUT)
    task_service.view(work, task.id, looked.id)
    some_use(work, program, used, "note_synced", 1, work.now.date())
    a_response(work, survey, answered, **{"import": 3})
    a_report(work, program=program, enrollment=reported)
    row = an_expectation(work, program, "participation", direction=Direction.AT_LEAST)
    assert last(work, row).estimate == 5 / 8
    assert silent.state is State.ACTIVE


def test_measures_of_one_need_that_disagree_contradict_each_other(work: Work) -> None:
    program = a_program(work)
    good = a_top_box(work, program, good=30, bad=0, need="Import is easy")
    bad = a_top_box(work, program, good=0, bad=30, need="Import is easy.")
    other = an_expectation(work, program)
    found = queries.latest_readings(work.session, program.id)
    assert found[good.id].verdict is Verdict.CONTRADICTED
    assert found[bad.id].verdict is Verdict.CONTRADICTED
    assert found[good.id].outcome["verdict"] == "met"
    assert found[other.id].verdict is Verdict.MET


def test_a_wish_does_not_make_the_must_haves_harder_to_prove(work: Work) -> None:
    program = a_program(work, capacity=300)
    must = a_top_box(work, program, good=14, bad=0)
    assert last(work, must).verdict is Verdict.MET
    a_top_box(work, program, good=3, bad=0, need="It is fast", weight=Weight.SHOULD)
    service.take_readings(work, program)
    assert last(work, must).verdict is Verdict.MET
    a_top_box(work, program, good=3, bad=0, need="It is safe", weight=Weight.MUST)
    assert last(work, must).verdict is Verdict.INCONCLUSIVE
    assert (last(work, must).outcome["n_expectations"], last(work, must).outcome["share_met"]) == (2, 2)


def test_musts_that_are_all_met_alone_are_met_together(work: Work) -> None:
    program = a_program(work, capacity=300)
    rows = [a_top_box(work, program, good=18, bad=0, need=need) for need in ("It is fast", "It is safe")]
    assert [last(work, row).verdict for row in rows] == [Verdict.MET] * 2
    assert [last(work, row).outcome["share_met"] for row in rows] == [1, 1]


def test_participation_is_counted_by_week_from_the_first_tester_on(work: Work) -> None:
    program = a_program(work)
    began = work.now
    work.now = began - timedelta(days=15)
    people = [an_enrollment(work, program=program) for _ in range(4)]
    some_use(work, program, people[0], "note_synced", 1, work.now.date())
    work.now = began
    some_use(work, program, people[1], "note_synced", 1, work.now.date())
    some_use(work, program, people[2], "note_synced", 1, work.now.date())
    service.count_weeks(work, program)
    service.count_weeks(work, program)
    weeks = queries.weeks(work.session, program.id)
    assert [week.took_part for week in (weeks[0], weeks[-1])] == [1, 2]
    assert {week.enrolled for week in weeks} == {4}
    assert all(week.starts_on.weekday() == 0 for week in weeks)


def test_another_workspaces_rows_are_not_there(work: Work) -> None:
    program = a_program(work)
    row = a_top_box(work, program, good=3, bad=1)
    work.session.commit()
    scope_to(work.session, row.id)  # some other id
    assert queries.expectations(work.session, program.id) == []
    assert queries.latest_readings(work.session, program.id) == {}
    assert work.session.scalar(select(func.count()).select_from(Reading)) == 0
    scope_to(work.session, row.workspace_id)


def test_a_question_asks_only_its_own_survey(work: Work) -> None:
    program = a_program(work)
    one, other = a_survey(work, program), a_survey(work, program)
    a_response(work, other, an_enrollment(work, program=program), **{"import": 1})
    measure = measures.named("survey_share")
    sample = measure.sample(
        work.session, queries.scope(work.session, program, None), measure.read(top_box(one))
    )
    assert sample.n == 0


def test_who_finished_without_being_asked_is_not_silent(work: Work) -> None:
    program = a_program(work)
    survey = a_survey(work, program)
    a_response(work, survey, an_enrollment(work, program=program), nps=9)
    an_enrollment(work, program=program)
    reading = last(work, a_top_box(work, program, good=5, bad=0, survey=survey))
    assert reading.sample["excluded"]["skipped"] == 1
    assert (reading.n, reading.outcome["waiting"]) == (5, 1)


def test_a_row_of_a_matrix_is_measured_by_itself(work: Work) -> None:
    program = a_program(work)
    survey = a_survey(
        work,
        program,
        {
            "pages": [
                {
                    "elements": [
                        {
                            "type": "matrix",
                            "name": "satisfied",
                            "title": "How satisfied are you with",
                            "columns": [1, 2, 3, 4, 5],
                            "rows": [{"value": "speed", "text": "Speed"}, {"value": "sync", "text": "Sync"}],
                        }
                    ]
                }
            ]
        },
    )
    measure = measures.named("survey_share")
    offers = {offer.label: offer for offer in measure.offers(work.session, program)}
    assert set(offers) == {"How satisfied are you with Speed", "How satisfied are you with Sync"}
    a_response(work, survey, an_enrollment(work, program=program), rows={"speed": 5, "sync": 1}, satisfied=[])
    scope = queries.scope(work.session, program, None)
    for label, counts in (("Speed", (0, 1)), ("Sync", (1, 0))):
        parameters = measure.read(offers[f"How satisfied are you with {label}"].parameters)
        assert measure.sample(work.session, scope, parameters).counts == counts
