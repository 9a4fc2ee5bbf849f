"""Tasks from their first word to what became of them."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from betaops import wiring
from betaops.cohorts import service as cohort_service
from betaops.enrollment.models import State as EnrollmentState
from betaops.enrollment.service import leaving
from betaops.kernel.errors import Invalid, NotFound, Refused, Stale
from betaops.kernel.events import history
from betaops.programs.models import Phase
from betaops.surveys import queries as survey_queries
from betaops.tasks import queries, service
from betaops.tasks.events import OutcomeRecorded
from betaops.tasks.models import BuildState, Outcome, OutcomeState, Source, TaskState
from tests.factories.cohorts import a_cohort
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.factories.surveys import a_survey
from tests.factories.tasks import a_build, a_task, an_outcome

COMPLETED, BLOCKED, OPTED_OUT = OutcomeState.COMPLETED, OutcomeState.BLOCKED, OutcomeState.OPTED_OUT


@pytest.fixture
def program(work):
    return a_program(work)


@pytest.fixture
def me(work, program):
    return an_enrollment(work, program=program)


def said_of(work, outcome):
    rows = history(work.session, work.workspace_id, outcome.id, kinds=[OutcomeRecorded.kind])
    return [(row.data["former"], row.data["state"]) for row in reversed(rows)]


class TestBuilds:
    def test_the_one_released_last_is_the_current_one(self, work, program):
        first, second = a_build(work, program), a_build(work, program, state=BuildState.DRAFT)
        assert queries.current_build(work.session, program.product_id) is first
        work.now += timedelta(days=1)
        service.release(work, second.id)
        assert queries.current_build(work.session, program.product_id) is second
        service.retire(work, second.id)
        assert queries.current_build(work.session, program.product_id) is first

    def test_a_name_is_given_once_in_a_product(self, work, program):
        build = a_build(work, program, name="2.0")
        other = a_build(work, a_program(work, name="Other"), name="2.0")
        assert other.id != build.id
        with pytest.raises(Invalid):
            a_build(work, program, name=" 2.0 ")
        service.change_build(work, build.id, name="2.0", notes="Faster.")
        assert build.notes == "Faster."

    @pytest.mark.parametrize(
        "url", ["javascript:alert(1)", "aurora", "https://", "data://x/y", "https://a b"]
    )
    def test_a_link_is_a_whole_address_that_runs_no_script(self, work, program, url):
        with pytest.raises(Invalid):
            a_build(work, program, url=url)

    def test_an_apps_own_address_is_one(self, work, program):
        assert a_build(work, program, url="aurora://notes/import").url == "aurora://notes/import"

    def test_only_what_was_never_released_is_deleted(self, work, program):
        draft = a_build(work, program, state=BuildState.DRAFT)
        task = a_task(work, program=program, build_id=draft.id, state=TaskState.DRAFT)
        with pytest.raises(Refused):
            service.delete_build(work, draft.id)
        service.delete_task(work, task.id)
        service.delete_build(work, draft.id)
        with pytest.raises(Refused):
            service.delete_build(work, a_build(work, program).id)


class TestTasks:
    def test_they_stand_in_the_order_that_they_are_given(self, work, program):
        one, two, three = (a_task(work, program=program, title=each) for each in ("one", "two", "three"))
        service.place(work, three.id, 1)
        assert [each.title for each in queries.tasks(work.session, program.id)] == ["three", "one", "two"]
        service.place(work, three.id, 99)
        service.place(work, one.id, 0)
        assert queries.tasks(work.session, program.id) == [one, two, three]

    def test_a_change_over_a_newer_version_is_refused(self, work, program):
        task = a_task(work, program=program)
        seen = task.version
        service.change(work, task.id, service.Draft(title="Import two notes"), seen)
        with pytest.raises(Stale):
            service.change(work, task.id, service.Draft(title="Import three notes"), seen)

    def test_nothing_of_another_program_can_be_named(self, work, program):
        other = a_program(work, name="Other")
        cohort, build, survey = (
            a_cohort(work, program=other),
            a_build(work, other),
            a_survey(work, program=other),
        )
        for strange in ({"cohort_id": cohort.id}, {"build_id": build.id}, {"survey_id": survey.id}):
            with pytest.raises(NotFound):
                a_task(work, program=program, **strange)

    def test_a_survey_that_is_still_a_draft_is_not_asked_after_a_task(self, work, program):
        survey = a_survey(work, program=program, is_published=False)
        with pytest.raises(Refused):
            a_task(work, program=program, survey_id=survey.id)

    def test_a_draft_is_deleted_and_what_was_asked_is_closed_and_asked_again(self, work, program):
        task = a_task(work, program=program)
        with pytest.raises(Refused):
            service.delete_task(work, task.id)
        service.close(work, task.id)
        service.publish(work, task.id)
        assert task.state is TaskState.PUBLISHED
        draft = a_task(work, program=program, state=TaskState.DRAFT)
        with pytest.raises(Refused):
            service.close(work, draft.id)
        service.delete_task(work, draft.id)

    def test_the_build_of_what_was_asked_changes_only_by_moving_on(self, work, program):
        task, build = a_task(work, program=program), a_build(work, program)
        with pytest.raises(Refused):
            service.change(work, task.id, service.Draft(title=task.title, build_id=build.id))

    def test_a_program_that_is_over_asks_nothing_more(self, work, program):
        task = a_task(work, program=program, state=TaskState.DRAFT)
        program.phase = Phase.CLOSED
        with pytest.raises(Refused):
            service.publish(work, task.id)

    def test_a_cohort_that_a_task_needs_is_not_deleted(self, work, program):
        wiring.connect()
        cohort = a_cohort(work, program=program)
        a_task(work, program=program, cohort_id=cohort.id)
        with pytest.raises(Refused, match="Import your notes"):
            cohort_service.delete_cohort(work, cohort.id)


class TestAnotherBuild:
    @pytest.fixture
    def done(self, work, program, me):
        task = a_task(work, program=program, build_id=a_build(work, program).id)
        an_outcome(work, task, me, BLOCKED, note="The dialog hangs.")
        return task

    def test_to_continue_asks_nobody_again_who_is_done(self, work, program, me, done):
        build = a_build(work, program)
        service.move_on(work, done.id, build_id=build.id, is_retest=False)
        (given,) = queries.given(work.session, me)
        assert (given.is_open, given.outcome.state, given.task.build) == (False, BLOCKED, build)

    def test_a_retest_asks_everybody_again_and_keeps_what_was_said(self, work, program, me, done):
        build = a_build(work, program)
        service.move_on(work, done.id, build_id=build.id, is_retest=True)
        (given,) = queries.given(work.session, me)
        assert (given.is_open, given.outcome) == (True, None)
        an_outcome(work, done, me, COMPLETED)
        states = [
            (each.outcome.round, each.outcome.state) for each in queries.outcomes(work.session, done.id)
        ]
        assert states == [(2, COMPLETED), (1, BLOCKED)]
        (former,) = queries.former_rounds(work.session, done)
        assert (former.number, former.completed, former.blocked) == (1, 0, 1)

    def test_the_same_retest_sent_twice_begins_one_round(self, work, program, done):
        service.move_on(work, done.id, build_id=done.build_id, is_retest=True, round=1)
        with pytest.raises(Refused, match="another round"):
            service.move_on(work, done.id, build_id=done.build_id, is_retest=True, round=1)
        assert queries.task(work.session, done.id).round == 2

    def test_what_is_said_of_a_former_round_is_not_counted_for_this_one(self, work, me, done):
        service.move_on(work, done.id, build_id=done.build_id, is_retest=True)
        with pytest.raises(Refused, match="anew"):
            service.record(work, done.id, me.id, service.Said(state=COMPLETED), round=1)


class TestOutcomes:
    def test_time_on_task_is_known_from_the_start_to_the_end(self, work, program, me):
        task = a_task(work, program=program, target_seconds=60)
        service.start(work, task.id, me.id)
        work.now += timedelta(seconds=45)
        service.start(work, task.id, me.id)
        outcome = an_outcome(work, task, me)
        assert outcome.seconds == 45
        effort = queries.effort(work.session, task)
        assert (effort.timed, effort.median_seconds, effort.in_time) == (1, 45, 1)

    def test_without_a_start_no_time_is_made_up(self, work, program, me):
        assert an_outcome(work, a_task(work, program=program), me).seconds is None

    def test_the_same_said_twice_is_one_outcome_and_one_event(self, work, program, me):
        task = a_task(work, program=program)
        first = an_outcome(work, task, me, BLOCKED, note="Hangs.")
        work.now += timedelta(minutes=5)
        again = an_outcome(work, task, me, BLOCKED, note="Hangs.")
        assert (again.id, again.ended_at) == (first.id, work.now - timedelta(minutes=5))
        assert said_of(work, first) == [("", "blocked")]

    def test_another_mind_is_one_outcome_whose_history_is_kept(self, work, program, me):
        task = a_task(work, program=program)
        service.start(work, task.id, me.id)
        blocked = an_outcome(work, task, me, BLOCKED, note="Hangs.")
        work.now += timedelta(days=2)
        done = an_outcome(work, task, me, COMPLETED)
        assert (done.id, done.note, done.seconds) == (blocked.id, "", None)
        assert said_of(work, done) == [("", "started"), ("started", "blocked"), ("blocked", "completed")]

    def test_trying_again_takes_the_time_anew(self, work, program, me):
        task = a_task(work, program=program)
        an_outcome(work, task, me, BLOCKED, note="Hangs.")
        assert service.start(work, task.id, me.id).state is BLOCKED
        assert service.start(work, task.id, me.id, again=True).state is OutcomeState.STARTED
        work.now += timedelta(seconds=30)
        assert an_outcome(work, task, me).seconds == 30

    def test_only_what_was_completed_is_rated(self, work, program, me):
        task = a_task(work, program=program)
        an_outcome(work, task, me, BLOCKED, note="Hangs.")
        with pytest.raises(Refused):
            service.rate(work, task.id, me.id, 3)
        an_outcome(work, task, me)
        assert service.rate(work, task.id, me.id, 7).ease == 7
        with pytest.raises(Invalid):
            service.rate(work, task.id, me.id, 8)
        an_outcome(work, task, me, OPTED_OUT)
        assert queries.effort(work.session, task).rated == 0

    def test_looking_at_it_is_kept_once_and_undoes_nothing(self, work, program, me):
        task = a_task(work, program=program)
        service.view(work, task.id, me.id)
        outcome = queries.outcome(work.session, task, me.id)
        assert (outcome.state, outcome.viewed_at) == (OutcomeState.VIEWED, work.now)
        an_outcome(work, task, me)
        service.view(work, task.id, me.id)
        assert outcome.state is COMPLETED

    def test_the_database_keeps_one_outcome_a_person_task_and_round(self, work, program, me):
        task = a_task(work, program=program)
        an_outcome(work, task, me)
        with pytest.raises(IntegrityError), work.session.begin_nested():
            work.add(Outcome(task_id=task.id, enrollment_id=me.id, round=1, state=OutcomeState.VIEWED))

    @pytest.mark.parametrize(
        "said",
        [
            {"state": OutcomeState.VIEWED},
            {"state": BLOCKED, "ease": 3},
            {"state": COMPLETED, "ease": 0},
            {"state": COMPLETED, "ended_at": timedelta(hours=1)},
            {"state": COMPLETED, "started_at": timedelta(hours=-1), "ended_at": timedelta(hours=-2)},
            {"state": OPTED_OUT, "note": "x" * 2_001},
        ],
        ids=str,
    )
    def test_what_cannot_be_is_refused(self, work, program, me, said):
        moments = {name: work.now + value for name, value in said.items() if isinstance(value, timedelta)}
        with pytest.raises(Invalid):
            an_outcome(work, a_task(work, program=program), me, **{**said, **moments})

    @pytest.mark.parametrize(
        "why", ["draft", "closed", "build to come", "build retired", "left", "not in the cohort"]
    )
    def test_nobody_does_what_they_are_not_asked(self, work, program, me, why):
        state = {"draft": TaskState.DRAFT, "closed": TaskState.CLOSED}.get(why, TaskState.PUBLISHED)
        more = {}
        if why == "not in the cohort":
            more["cohort_id"] = a_cohort(work, program=program).id
        if why.startswith("build"):
            build = BuildState.DRAFT if why == "build to come" else BuildState.RETIRED
            more["build_id"] = a_build(work, program, state=build).id
        if why == "left":
            me = an_enrollment(work, program=program, state=EnrollmentState.WITHDRAWN)
        task = a_task(work, program=program, state=state, **more)
        with pytest.raises(Refused):
            an_outcome(work, task, me)
        assert work.session.scalar(select(Outcome.id)) is None

    def test_nobody_outside_the_program_has_an_outcome(self, work, program):
        stranger = an_enrollment(work, program=a_program(work, name="Other"))
        with pytest.raises(NotFound):
            an_outcome(work, a_task(work, program=program), stranger)

    def test_whoever_completes_is_asked_the_survey_and_nobody_else(self, work, program, me):
        survey = a_survey(work, program=program)
        task = a_task(work, program=program, survey_id=survey.id)
        an_outcome(work, task, me, BLOCKED, note="Hangs.")
        assert survey_queries.waiting_for(work.session, me, work.now) == []
        for _time in range(2):
            an_outcome(work, task, me)
        ((waiting, _response),) = survey_queries.waiting_for(work.session, me, work.now)
        assert waiting.id == survey.id
        assert queries.survey_after(work.session, me, task, work.now).id == survey.id

    def test_an_outcome_keeps_the_build_that_people_had(self, work, program, me):
        build, task = a_build(work, program), a_task(work, program=program)
        assert an_outcome(work, task, me).build_id == build.id


class TestProgress:
    def test_everybody_asked_is_counted_once(self, work, program):
        cohort_people = [an_enrollment(work, program=program) for _ in range(5)]
        an_enrollment(work, program=program)
        cohort = a_cohort(work, program=program, members=cohort_people)
        task = a_task(work, program=program, cohort_id=cohort.id)
        draft = a_task(work, program=program, state=TaskState.DRAFT)
        for person, state in zip(cohort_people, (COMPLETED, COMPLETED, BLOCKED, OPTED_OUT), strict=False):
            an_outcome(work, task, person, state, note="Because.")
        service.start(work, task.id, cohort_people[4].id)
        found = queries.progress(work.session, program.id)
        assert found[task.id] == queries.Progress(completed=2, blocked=1, opted_out=1, silent=1, started=1)
        assert (found[task.id].asked, draft.id in found) == (5, False)

    def test_the_list_of_people_says_the_same_as_the_numbers(self, work, program, me):
        task = a_task(work, program=program)
        silent = an_enrollment(work, program=program)
        an_outcome(work, task, me)
        by_answer = {
            answered: [
                each.enrollment.id for each in queries.people(work.session, task.id, answered=answered)
            ]
            for answered in queries.Answered
        }
        assert by_answer[queries.Answered.COMPLETED] == [me.id]
        assert by_answer[queries.Answered.SILENT] == [silent.id]
        assert len(queries.people(work.session, task.id)) == 2

    def test_who_left_after_it_was_done_stays_counted(self, work, program, me):
        task = a_task(work, program=program)
        an_outcome(work, task, me)
        leaving.withdraw(work, me.id, reason="")
        assert queries.progress(work.session, program.id)[task.id] == queries.Progress(completed=1)


def test_what_a_person_said_goes_with_them(work, program, me):
    an_outcome(
        work,
        a_task(work, program=program),
        me,
        BLOCKED,
        note="My boss Jo came in.",
    )
    assert queries.written_by(work.session, me.tester_id)[0]["note"] == "My boss Jo came in."
    leaving.erase(work, me.tester_id)
    assert work.session.scalar(select(Outcome.id)) is None


def test_the_product_can_say_when_it_began_and_ended(work, program, me):
    task = a_task(work, program=program)
    ended = work.now - timedelta(minutes=1)
    outcome = service.record(
        work, task.id, me.id,
        service.Said(state=COMPLETED, started_at=ended - timedelta(seconds=90), ended_at=ended),
        source=Source.API,
    )  # fmt: skip
    assert (outcome.seconds, outcome.source) == (90, Source.API)
