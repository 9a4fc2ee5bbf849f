"""Doing a task, as testers do it on a phone."""

import pytest

from betaops.enrollment.models import State as EnrollmentState
from betaops.enrollment.service import enrolling
from betaops.feedback import queries as feedback_queries
from betaops.kernel.ids import encode
from betaops.programs.models import Phase
from betaops.tasks import queries, service
from betaops.tasks.models import OutcomeState, TaskState
from tests.factories.cohorts import a_cohort
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.factories.surveys import a_survey
from tests.factories.tasks import a_build, a_task, an_outcome
from tests.support.browsers import forms_of


@pytest.fixture
def program(work):
    return a_program(work)


@pytest.fixture
def me(work, program):
    return an_enrollment(work, program=program, mail="ana@example.com", name="Ana Ruiz")


@pytest.fixture
def browser(tester_client, me):
    return tester_client(me)


@pytest.fixture
def base(program):
    return f"/portal/{program.slug}/tasks"


def at(base, task, *more):
    return "/".join([base, encode("tsk", task.id), *more])


def fields_of(page, action):
    return next(form.fields for form in forms_of(page.text) if form.action.endswith(action))


def state_of(work, task, me):
    outcome = queries.outcome(work.session, task, me.id)
    return None if outcome is None else outcome.state


def test_two_taps_from_the_first_page_to_done(work, program, me, base, browser):
    task = a_task(work, program=program)
    assert at(base, task) in browser.get(f"/portal/{program.slug}").text
    done = browser.submit(at(base, task), action="/completion")
    assert done.status_code == 303
    assert "Done. Thank you" in browser.get(done.location).text
    assert state_of(work, task, me) is OutcomeState.COMPLETED
    assert at(base, task) not in browser.get(f"/portal/{program.slug}").text


def test_looking_at_it_is_known_and_pressing_twice_changes_nothing(work, program, me, base, browser):
    task = a_task(work, program=program)
    fields = fields_of(browser.get(at(base, task)), "/completion")
    assert state_of(work, task, me) is OutcomeState.VIEWED
    for _time in range(2):
        assert browser.post(at(base, task, "start"), data=fields).status_code == 303
    assert "You started" in browser.get(at(base, task)).text
    for _time in range(2):
        assert browser.post(at(base, task, "completion"), data=fields).status_code == 303
    browser.post(at(base, task, "start"), data=fields)
    assert state_of(work, task, me) is OutcomeState.COMPLETED


def test_what_stopped_somebody_goes_into_a_report(work, program, me, base, browser):
    task = a_task(work, program=program, build_id=a_build(work, program, name="2.0-beta.3").id)
    silent = browser.submit(at(base, task), {"stopped-note": " "}, action="/block")
    assert silent.status_code == 422
    assert "Say in a few words what stopped you." in silent.text
    browser.submit(at(base, task), {"stopped-note": "The dialog <hangs>."}, action="/block")
    page = browser.get(at(base, task))
    assert "The dialog &lt;hangs&gt;." in page.text
    report = f"/portal/{program.slug}/reports/new?kind=bug&task={encode('tsk', task.id)}"
    assert report.replace("&", "&amp;") in page.text
    browser.submit(report, {}, action="/new", content_type="multipart/form-data")
    (seen,) = feedback_queries.own_reports(work.session, me.id)
    assert seen.report.title == "Stopped at “Import your notes”"
    assert (seen.report.body, seen.report.app_version) == ("The dialog <hangs>.", "2.0-beta.3")
    assert feedback_queries.task_of(work.session, seen.report.id) is task
    mine = browser.get(f"/portal/{program.slug}/reports/{encode('rpt', seen.report.id)}").text
    assert "You wrote it about the task “Import your notes”." in mine


def test_a_report_and_the_task_that_it_came_from_lead_to_each_other(
    work, program, me, browser, member_client
):
    task = a_task(work, program=program)
    an_outcome(work, task, me, OutcomeState.BLOCKED, note="It hangs.")
    place = f"/portal/{program.slug}/reports/new?kind=bug&task={encode('tsk', task.id)}"
    wrong = browser.submit(place, {"title": ""}, action="/new", content_type="multipart/form-data")
    assert wrong.status_code == 422
    assert "About the task “Import your notes”." in wrong.text
    browser.submit(place, {}, action="/new", content_type="multipart/form-data")
    (seen,) = feedback_queries.own_reports(work.session, me.id)
    console = member_client("manager")
    base = f"/console/programs/{program.slug}"
    report, here = (
        f"{base}/feedback/{encode('rpt', seen.report.id)}",
        f"{base}/tasks/{encode('tsk', task.id)}",
    )
    assert here in console.get(report).text
    page = console.get(here).text
    assert "Reports from it" in page
    assert report in page


def test_the_task_of_somebody_else_is_not_told_to_a_report_form(work, program, me, browser):
    task = a_task(work, program=program, cohort_id=a_cohort(work, program=program).id, title="Secret plan")
    form = browser.get(f"/portal/{program.slug}/reports/new?kind=bug&task={encode('tsk', task.id)}")
    assert form.status_code == 200
    assert "Secret plan" not in form.text


def test_somebody_opts_out_and_changes_their_mind(work, program, me, base, browser):
    task = a_task(work, program=program)
    browser.submit(at(base, task), {"out-note": "No time."}, action="/opt-out")
    page = browser.get(at(base, task))
    assert "No time." in page.text
    browser.submit(at(base, task), action="/completion")
    assert state_of(work, task, me) is OutcomeState.COMPLETED
    browser.submit(at(base, task), action="/start")
    assert state_of(work, task, me) is OutcomeState.STARTED


def test_how_easy_it_was_is_one_tap(work, program, me, base, browser):
    task = a_task(work, program=program)
    an_outcome(work, task, me)
    browser.submit(at(base, task), {"ease": "6"}, action="/ease")
    assert queries.outcome(work.session, task, me.id).ease == 6
    wrong = browser.submit(at(base, task), {"ease": "9"}, action="/ease")
    assert (wrong.status_code, "Choose one of the seven." in wrong.text) == (422, True)


def test_the_survey_after_it_is_there_at_once_and_on_the_first_page(work, program, me, base, browser):
    survey = a_survey(work, program=program)
    task = a_task(work, program=program, survey_id=survey.id)
    link = f"/portal/surveys/{encode('svy', survey.id)}"
    assert link not in browser.get(at(base, task)).text
    done = browser.submit(at(base, task), action="/completion")
    assert link in browser.get(done.location).text
    assert link in browser.get(f"/portal/{program.slug}").text
    assert browser.get(link).status_code == 303


def test_the_current_build_says_what_is_new_and_what_to_try(work, program, base, browser):
    a_build(
        work,
        program,
        name="2.0-beta.4",
        notes="- Faster *sync*",
        to_try="The tunnel.",
        url="https://get.example",
    )
    page = browser.get(base)
    for words in ("2.0-beta.4", "<em>sync</em>", "The tunnel.", 'href="https://get.example"'):
        assert words in page.text


def test_a_page_of_a_former_round_is_told_so(work, program, me, base, browser):
    task = a_task(work, program=program)
    fields = fields_of(browser.get(at(base, task)), "/completion")
    service.move_on(work, task.id, build_id=None, is_retest=True)
    late = browser.post(at(base, task, "completion"), data=fields)
    assert (late.status_code, "asked anew" in late.text) == (409, True)
    assert state_of(work, task, me) is None


def test_whoever_is_too_late_is_told_so_and_not_that_there_is_no_such_task(work, program, me, base, browser):
    task = a_task(work, program=program)
    page = browser.get(at(base, task))
    service.close(work, task.id)
    late = browser.post(at(base, task, "completion"), data=fields_of(page, "/completion"))
    assert (late.status_code, "not asked any more" in late.text) == (409, True)
    stopped = fields_of(page, "/block") | {"stopped-note": "The button is grey."}
    again = browser.post(at(base, task, "block"), data=stopped)
    assert (again.status_code, "not asked any more" in again.text) == (409, True)
    assert state_of(work, task, me) is OutcomeState.VIEWED


@pytest.mark.parametrize(
    ("verb", "name", "typed"),
    [("block", "stopped-note", "The button is grey."), ("opt-out", "out-note", "No time.")],
)
def test_a_form_of_a_former_round_keeps_what_was_typed(work, program, me, base, browser, verb, name, typed):
    task = a_task(work, program=program)
    fields = fields_of(browser.get(at(base, task)), f"/{verb}")
    service.move_on(work, task.id, build_id=None, is_retest=True)
    late = browser.post(at(base, task, verb), data=fields | {name: typed})
    assert (late.status_code, "asked anew" in late.text, typed in late.text) == (422, True, True)
    assert state_of(work, task, me) is None


def test_the_ease_of_a_former_round_is_told_so(work, program, me, base, browser):
    task = a_task(work, program=program)
    an_outcome(work, task, me)
    fields = fields_of(browser.get(at(base, task)), "/ease")
    service.move_on(work, task.id, build_id=None, is_retest=True)
    late = browser.post(at(base, task, "ease"), data=fields | {"ease": "6"})
    assert (late.status_code, "asked anew" in late.text) == (409, True)


@pytest.mark.parametrize("why", ["draft", "closed", "not in the cohort", "another program"])
def test_a_task_that_somebody_is_not_given_is_not_there(work, program, base, browser, why):
    state = {"draft": TaskState.DRAFT, "closed": TaskState.CLOSED}.get(why, TaskState.PUBLISHED)
    owner = a_program(work, name="Other") if why == "another program" else program
    cohort = a_cohort(work, program=program).id if why == "not in the cohort" else None
    task = a_task(work, program=owner, state=state, cohort_id=cohort)
    assert browser.get(at(base, task)).status_code == 404
    token = forms_of(browser.get(f"/portal/{program.slug}").text)[-1].fields["csrf_token"]
    for verb in ("start", "completion", "block", "opt-out", "ease"):
        assert browser.post(at(base, task, verb), data={"csrf_token": token}).status_code == 404


def test_whoever_finished_sees_what_they_did_and_does_nothing_more(work, program, tester_client, base):
    finished = an_enrollment(work, program=program)
    task, open_task = a_task(work, program=program), a_task(work, program=program, title="Share a note")
    an_outcome(work, task, finished)
    enrolling.change(work, finished.id, EnrollmentState.COMPLETED)
    browser = tester_client(finished)
    page = browser.get(base)
    assert ("Import your notes" in page.text, "Share a note" in page.text) == (True, False)
    assert "/completion" not in browser.get(at(base, open_task)).text


def test_a_program_that_is_over_asks_nothing(work, program, me, base, browser):
    task = a_task(work, program=program)
    program.phase = Phase.CLOSED
    assert at(base, task) not in browser.get(base).text
