"""Tasks and builds, as a member writes and reads them."""

from uuid import uuid4

import pytest

from betaops.kernel.ids import encode, new_id
from betaops.tasks import queries, service
from betaops.tasks.models import BuildState, OutcomeState, TaskState
from betaops.usage import service as usage
from betaops.usage.capture import Captured
from tests.factories.cohorts import a_cohort
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.factories.surveys import a_survey
from tests.factories.tasks import a_build, a_task, an_outcome
from tests.support.queries import counted

COMPLETED, BLOCKED, OPTED_OUT = OutcomeState.COMPLETED, OutcomeState.BLOCKED, OutcomeState.OPTED_OUT


@pytest.fixture
def program(work):
    return a_program(work)


@pytest.fixture
def manager(member_client):
    return member_client("manager")


@pytest.fixture
def base(program):
    return f"/console/programs/{program.slug}"


def at(base, task, *more):
    return "/".join([base, "tasks", encode("tsk", task.id), *more])


def test_an_empty_room_says_what_a_task_is_and_how_to_begin(base, manager, member_client):
    page = manager.get(f"{base}/tasks")
    assert "No tasks yet" in page.text
    assert f"{base}/tasks/new" in page.text
    assert f"{base}/tasks/new" not in member_client("viewer").get(f"{base}/tasks").text


def test_a_task_is_written_and_asked_in_one_go(work, program, base, manager):
    cohort, build, survey = (
        a_cohort(work, program=program),
        a_build(work, program),
        a_survey(work, program=program),
    )
    answer = manager.submit(
        f"{base}/tasks/new",
        {
            "title": "Share a note", "instructions": "With *somebody*.", "why": "It failed before.",
            "url": "https://app.example", "target_minutes": "1,5", "due_on": "2030-01-31",
            "cohort": encode("coh", cohort.id), "build": encode("bld", build.id), "survey": encode("svy", survey.id),
            "then": "publish",
        },
    )  # fmt: skip
    assert answer.status_code == 303, answer.text
    (task,) = queries.tasks(work.session, program.id)
    assert (task.state, task.target_seconds, str(task.due_on)) == (TaskState.PUBLISHED, 90, "2030-01-31")
    assert (task.cohort_id, task.build_id, task.survey_id) == (cohort.id, build.id, survey.id)
    assert "<em>somebody</em>" in manager.get(answer.location).text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"title": " "}, "Say in one line what there is to do."),
        ({"title": "x" * 201}, "Keep it under 200 letters."),
        ({"url": "javascript:alert(1)"}, "Write a whole address"),
        ({"target_minutes": "soon"}, "Write a number of minutes"),
        ({"target_minutes": "999999"}, "Write a number of minutes"),
        ({"due_on": "tomorrow"}, "Not a valid date value."),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_is_kept(work, program, base, manager, typed, sentence):
    answer = manager.submit(f"{base}/tasks/new", {"title": "Fine", "why": "Typed with care", **typed})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Typed with care" in answer.text
    assert queries.tasks(work.session, program.id) == []


def test_an_edit_over_a_newer_one_is_refused_and_kept(work, program, base, manager):
    task = a_task(work, program=program)
    stale = str(task.version)
    service.change(work, task.id, service.Draft(title="Theirs"))
    answer = manager.submit(at(base, task, "edit"), {"title": "Mine", "version": stale})
    assert (answer.status_code, "Mine" in answer.text) == (422, True)
    assert queries.task(work.session, task.id).title == "Theirs"
    manager.submit(at(base, task, "edit"), {"title": "Mine"})
    assert queries.task(work.session, task.id).title == "Mine"


def test_the_list_shows_how_far_each_is_and_leads_to_the_people(work, program, base, manager):
    people = [an_enrollment(work, program=program, name=f"Person {number}") for number in range(4)]
    task = a_task(work, program=program)
    for person, state in zip(people, (COMPLETED, BLOCKED, OPTED_OUT), strict=False):
        an_outcome(work, task, person, state, note="Because of <this>.")
    page = manager.get(f"{base}/tasks")
    assert f"{at(base, task)}?answered=blocked" in page.text
    assert "3 of 4 have said something" in page.text
    blocked = manager.get(f"{at(base, task)}?answered=blocked")
    assert ("Person 1" in blocked.text, "Person 0" in blocked.text) == (True, False)
    assert "Because of &lt;this&gt;." in blocked.text
    assert "Person 3" in manager.get(f"{at(base, task)}?answered=silent").text


def test_the_list_asks_the_same_of_the_database_however_long_it_is(work, database, program, base, manager):
    for number in range(2):
        a_task(work, program=program, title=f"Task {number}", build_id=a_build(work, program).id)
    manager.get(f"{base}/tasks")
    with counted(database) as few:
        manager.get(f"{base}/tasks")
    for number in range(6):
        a_task(work, program=program, title=f"More {number}", build_id=a_build(work, program).id)
    with counted(database) as many:
        manager.get(f"{base}/tasks")
    assert len(many) == len(few)


def test_tasks_change_places_among_those_that_are_shown(work, program, base, manager):
    one, closed, two = (a_task(work, program=program, title=each) for each in ("one", "closed", "two"))
    service.close(work, closed.id)
    manager.submit(f"{base}/tasks", {"to": "up"}, action=at(base, two, "position"))
    order = [each.title for each in queries.tasks(work.session, program.id)]
    assert order.index("two") < order.index("one")
    manager.submit(f"{base}/tasks", {"to": "up"}, action=at(base, two, "position"))
    assert [each.title for each in queries.tasks(work.session, program.id)] == order
    assert one.title == "one"


def test_a_task_is_closed_and_asked_again(work, program, base, manager):
    task = a_task(work, program=program)
    manager.submit(at(base, task), action="/closing")
    assert queries.task(work.session, task.id).state is TaskState.CLOSED
    assert "1 closed" in manager.get(f"{base}/tasks").text
    manager.submit(at(base, task), action="/publication")
    assert queries.task(work.session, task.id).state is TaskState.PUBLISHED
    draft = a_task(work, program=program, state=TaskState.DRAFT)
    gone = at(base, draft)
    assert manager.submit(gone, action="/deletion").status_code == 303
    assert manager.get(gone).status_code == 404


def test_a_retest_says_what_goes_and_keeps_the_former_round(work, program, base, manager):
    me, task = an_enrollment(work, program=program, name="Ana Ruiz"), a_task(work, program=program)
    an_outcome(work, task, me, BLOCKED, note="Hangs.")
    build = a_build(work, program, name="2.0-beta.9")
    undecided = manager.submit(at(base, task, "round"), {"how": None})
    assert (undecided.status_code, "Choose one of the two." in undecided.text) == (422, True)
    first = manager.submit(at(base, task, "round"), {"how": "retest", "build": encode("bld", build.id)})
    assert first.status_code == 303
    again = manager.submit(
        at(base, task, "round"), {"how": "retest", "build": encode("bld", build.id), "round": "1"}
    )
    assert (again.status_code, "another round" in again.text) == (422, True)
    page = manager.get(f"{at(base, task)}?answered=silent")
    assert ("Former rounds" in page.text, "before: Blocked" in page.text) == (True, True)
    assert queries.task(work.session, task.id).round == 2


def test_builds_are_written_released_and_retired(work, program, base, manager):
    assert "No builds yet" in manager.get(f"{base}/builds").text
    manager.submit(f"{base}/builds/new", {"name": "2.0", "notes": "- Faster\n- Smaller"})
    (build,) = queries.builds(work.session, program.product_id)
    assert build.state is BuildState.DRAFT
    assert "Faster · Smaller" in manager.get(f"{base}/builds").text
    one = f"{base}/builds/{encode('bld', build.id)}"
    manager.submit(f"{base}/builds", action=f"{one}/release")
    assert "Current" in manager.get(f"{base}/builds").text
    manager.submit(f"{base}/builds", action=f"{one}/retirement")
    work.session.refresh(build)
    assert build.state is BuildState.RETIRED
    twice = manager.submit(f"{base}/builds/new", {"name": "2.0"})
    assert (twice.status_code, "There is a build of this name already." in twice.text) == (422, True)
    manager.submit(f"{one}/edit", {"name": "2.0.1"})
    work.session.refresh(build)
    assert build.name == "2.0.1"


def test_a_persons_page_leads_to_their_tasks(work, program, base, manager):
    me, task = an_enrollment(work, program=program, name="Ana Ruiz"), a_task(work, program=program)
    an_outcome(work, task, me, BLOCKED, note="The dialog hangs.")
    theirs = f"{base}/tasks/people/{encode('enr', me.id)}"
    page = manager.get(f"{base}/testers/{encode('enr', me.id)}")
    assert theirs in page.text
    assert "Was blocked on the task “Import your notes”" in page.text
    assert "The dialog hangs." in manager.get(theirs).text


def test_what_is_not_there_is_not_found(work, program, base, manager):
    other = a_task(work, program=a_program(work, name="Other"))
    for path in (at(base, other), at(base, other, "edit"), at(base, other, "round")):
        assert manager.get(path).status_code == 404
    assert manager.get(f"{base}/builds/{encode('bld', new_id())}/edit").status_code == 404
    strange = manager.submit(f"{base}/tasks/new", {"title": "x", "cohort": encode("coh", new_id())})
    assert (strange.status_code, "Not a valid choice." in strange.text) == (422, True)


def test_a_viewer_reads_and_changes_nothing(work, program, base, member_client):
    task = a_task(work, program=program)
    viewer = member_client("viewer")
    page = viewer.get(at(base, task))
    assert page.status_code == 200
    assert "/closing" not in page.text
    assert viewer.get(f"{base}/tasks/new").status_code == 403


def test_everybody_goes_into_a_sheet_that_computes_nothing(work, program, base, manager, member_client):
    people = [an_enrollment(work, program=program, name=name) for name in ("Ana Ruiz", "Ben Okafor")]
    task = a_task(work, program=program)
    an_outcome(work, task, people[0], BLOCKED, note="=1+1")
    sheet = manager.get(at(base, task, "export.csv"))
    lines = sheet.data.decode("utf-8-sig").splitlines()
    assert lines[1].startswith("Ana Ruiz,")
    assert "Blocked,'=1+1" in lines[1]
    assert (len(lines), lines[2].startswith("Ben Okafor,")) == (3, True)
    assert member_client("viewer").get(at(base, task, "export.csv")).status_code == 403


def test_what_the_product_tells_of_is_made_a_build_with_one_button(
    work, program, base, manager, member_client
):
    me = an_enrollment(work, program=program)
    event = Captured(uuid4(), encode("tst", me.tester_id), "opened", work.now, {"$app_version": "2.1 <b>"})
    usage.take(work, program.product_id, [event])
    page = manager.get(f"{base}/builds").text
    assert "Seen, not announced" in page
    assert "2.1 &lt;b&gt;" in page
    assert "/builds/seen" not in member_client("viewer").get(f"{base}/builds").text
    assert manager.submit(f"{base}/builds", action="/builds/seen").status_code == 303
    (build,) = queries.builds(work.session, program.product_id)
    assert (build.name, build.state) == ("2.1 <b>", BuildState.DRAFT)
    assert "Seen, not announced" not in manager.get(f"{base}/builds").text
    assert manager.post(f"{base}/builds/seen", data={"version": "9"}).status_code == 404


def test_a_build_says_what_the_product_calls_it(work, program, base, manager):
    manager.submit(f"{base}/builds/new", {"name": "Autumn", "app_version": "2.1"})
    (build,) = queries.builds(work.session, program.product_id)
    assert (build.app_version, build.version_key) == ("2.1", "2.1")
    refused = manager.submit(f"{base}/builds/new", {"name": "v2.1"})
    assert refused.status_code == 422
    assert "is the version of the build Autumn already" in refused.text
    assert "v2.1" in refused.text
