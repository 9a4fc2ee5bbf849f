"""Builds, tasks and outcomes over the REST API."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from betaops.accounts.permissions import Permission
from betaops.accounts.service import keys
from betaops.enrollment.service import testers
from betaops.kernel.ids import encode
from betaops.tasks import queries
from betaops.tasks.models import BuildState, Source, TaskState
from betaops.usage import service as usage
from betaops.usage.capture import Captured
from tests.factories.cohorts import a_cohort
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.factories.surveys import a_survey
from tests.factories.tasks import a_build, a_task, an_outcome

ALL = {Permission.TASKS_READ, Permission.TASKS_WRITE, Permission.OUTCOMES_WRITE}


@pytest.fixture
def program(work):
    return a_program(work)


@pytest.fixture
def path(program):
    return f"/programs/{encode('prg', program.id)}/tasks"


@pytest.fixture
def call(client, work):
    def send(method, path, *, scopes=ALL, query=None, **body):
        _row, key = keys.create_key(work, "CI", scopes)
        options = {"headers": {"Authorization": f"Bearer {key}"}, "query_string": query}
        if method not in ("get", "delete"):
            options["json"] = body
        return getattr(client, method)(f"/api/v1{path}", **options)

    return send


def of(task, *more):
    return "/".join(["/tasks", encode("tsk", task.id), *more])


def test_a_build_is_added_released_and_retired(work, program, call):
    builds = f"/products/{encode('prd', program.product_id)}/builds"
    made = call("post", builds, name="2.0", notes="- Faster")
    assert (made.status_code, made.json["state"], made.json["is_current"]) == (201, "draft", False)
    one = f"/builds/{made.json['id']}"
    released = call("post", f"{one}/release").json
    assert (released["state"], released["is_current"]) == ("live", True)
    assert call("post", f"{one}/release").json == released
    changed = call("patch", one, notes="", version=released["version"]).json
    assert (changed["notes"], changed["name"]) == ("", "2.0")
    assert call("patch", one, name="2.1", version=released["version"]).status_code == 409
    assert call("delete", one).status_code == 409
    assert call("post", f"{one}/retirement").json["state"] == "retired"
    second = call("post", builds, name="2.1", release=True).json
    assert [each["name"] for each in call("get", builds).json["items"]] == ["2.1", "2.0"]
    assert call("get", f"/builds/{second['id']}").json["is_current"]
    assert call("post", builds, name="2.1").status_code == 409


def test_versions_that_events_told_of_are_listed_until_they_are_builds(work, program, call):
    me = an_enrollment(work, program=program)
    event = Captured(uuid4(), encode("tst", me.tester_id), "opened", work.now, {"$app_version": "v2.1"})
    usage.take(work, program.product_id, [event])
    product = f"/products/{encode('prd', program.product_id)}"
    (seen,) = call("get", f"{product}/seen-builds").json["items"]
    assert (seen["version"], seen["people"]) == ("v2.1", 1)
    made = call("post", f"{product}/builds", name="Autumn", app_version="2.1.0").json
    assert made["app_version"] == "2.1.0"
    assert call("get", f"{product}/seen-builds").json["items"] == []
    assert call("post", f"{product}/builds", name="2.1").status_code == 409


def test_a_task_is_written_asked_and_closed(work, program, path, call):
    cohort, survey = a_cohort(work, program=program), a_survey(work, program=program)
    made = call(
        "post", path, title="Import your notes", why="It decides.", url="https://app.example", target_seconds=90,
        due_on="2030-01-31", cohort=encode("coh", cohort.id), survey=encode("svy", survey.id),
    )  # fmt: skip
    assert made.status_code == 201, made.text
    assert (made.json["state"], made.json["progress"], made.json["due_on"]) == ("draft", None, "2030-01-31")
    one = f"/tasks/{made.json['id']}"
    changed = call("patch", one, title="Import two notes", cohort=None, due_on=None).json
    assert (changed["title"], changed["why"], changed["cohort"], changed["due_on"]) == (
        "Import two notes", "It decides.", None, None,
    )  # fmt: skip
    asked = call("post", f"{one}/publication").json
    assert (asked["is_asked"], asked["progress"]["asked"]) == (True, 0)
    assert call("delete", one).status_code == 409
    assert call("post", f"{one}/closing").json["state"] == "closed"
    assert call("get", one).json["closed_at"] is not None
    draft = call("post", path, title="Draft").json
    assert call("delete", f"/tasks/{draft['id']}").status_code == 204
    assert call("get", f"/tasks/{draft['id']}").status_code == 404


def test_tasks_are_listed_in_their_order_and_moved(work, program, path, call):
    one, _two, three = (a_task(work, program=program, title=each) for each in ("one", "two", "three"))
    an_outcome(work, one, an_enrollment(work, program=program))
    call("patch", of(three), position=1)
    first = call("get", path, query={"limit": 2}).json
    assert [each["title"] for each in first["items"]] == ["three", "one"]
    assert first["items"][1]["progress"] == {
        "asked": 1, "completed": 1, "blocked": 0, "opted_out": 0, "silent": 0,
    }  # fmt: skip
    rest = call("get", path, query={"limit": 2, "cursor": first["next"]}).json
    assert [each["title"] for each in rest["items"]] == ["two"]


def test_another_round_is_begun_once(work, program, call):
    task = a_task(work, program=program)
    build = encode("bld", a_build(work, program).id)
    refused = call("patch", of(task), build=build)
    assert (refused.status_code, "retest" in refused.json["detail"]) == (409, True)
    moved = call("post", of(task, "rounds"), build=build, retest=True, round=1).json
    assert (moved["round"], moved["build"]) == (2, build)
    assert call("post", of(task, "rounds"), build=build, retest=True, round=1).status_code == 409


def test_the_product_reports_what_became_of_it_by_the_id_that_it_knows(work, program, call):
    me, task = an_enrollment(work, program=program), a_task(work, program=program)
    testers.link_identity(work, me.tester_id, "user-17")
    began = call("post", of(task, "outcomes"), distinct_id="user-17", state="started")
    assert (began.status_code, began.json["state"]) == (200, "started")
    ended = (work.now - timedelta(seconds=5)).isoformat()
    started = (work.now - timedelta(seconds=50)).astimezone().isoformat()
    said = {"state": "completed", "ease": 6, "started_at": started, "ended_at": ended}
    done = call("post", of(task, "outcomes"), enrollment=encode("enr", me.id), **said).json
    assert (done["id"], done["seconds"], done["source"]) == (began.json["id"], 45.0, "api")
    assert call("post", of(task, "outcomes"), enrollment=encode("enr", me.id), **said).json == done
    assert call("get", of(task, "outcomes")).json["items"] == [done]
    assert call("get", of(task, "outcomes"), query={"state": "blocked"}).json["items"] == []
    assert call("get", of(task, "outcomes"), query={"round": 2}).json["items"] == []
    assert queries.outcome(work.session, task, me.id).source is Source.API


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"state": "completed"}, 409),
        ({"state": "completed", "distinct_id": "nobody"}, 404),
        ({"state": "completed", "enrollment": encode("enr", UUID(int=7))}, 404),
        ({"state": "done", "distinct_id": "user-17"}, 422),
        ({"state": "viewed", "distinct_id": "user-17"}, 409),
        ({"state": "blocked", "distinct_id": "user-17", "ease": 3}, 409),
        ({"state": "completed", "distinct_id": "user-17", "started_at": "2026-01-01T00:00:00"}, 422),
        ({"state": "completed", "distinct_id": "user-17", "started_at": "2999-01-01T00:00:00Z"}, 409),
        ({"state": "completed", "distinct_id": "user-17", "ended_at": "0001-01-01T00:00:00+14:00"}, 422),
        ({"state": "completed", "distinct_id": "user-17", "ended_at": "9999-12-31T23:59:59-14:00"}, 422),
        ({"state": "completed", "distinct_id": "user-17", "ended_at": -1e300}, 422),
        ({"state": "completed", "distinct_id": "user-17", "ended_at": "NaN"}, 422),
        ({"state": "completed", "distinct_id": "user-17", "ease": 1e30}, 422),
        ({"state": "completed", "distinct_id": "user-17", "round": 2}, 409),
        ({"state": "completed", "distinct_id": "user-17", "extra": 1}, 422),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_and_changes_nothing(work, program, call, body, status):
    me, task = an_enrollment(work, program=program), a_task(work, program=program)
    testers.link_identity(work, me.tester_id, "user-17")
    assert call("post", of(task, "outcomes"), **body).status_code == status
    assert queries.outcome(work.session, task, me.id) is None


def test_each_scope_opens_its_own_doors(work, program, path, call):
    task = a_task(work, program=program)
    assert call("get", path, scopes={Permission.OUTCOMES_WRITE}).status_code == 403
    assert call("post", path, scopes={Permission.TASKS_READ}, title="x").status_code == 403
    assert (
        call("post", of(task, "outcomes"), scopes={Permission.TASKS_WRITE}, state="completed").status_code
        == 403
    )
    assert task.state is TaskState.PUBLISHED


def test_names_of_other_things_must_be_of_the_program(work, program, path, call):
    other = a_program(work, name="Other")
    for name, strange in (
        ("cohort", encode("coh", a_cohort(work, program=other).id)),
        ("build", encode("bld", a_build(work, other, state=BuildState.DRAFT).id)),
        ("survey", "svy_nonsense"),
    ):
        assert call("post", path, title="x", **{name: strange}).status_code == 404
    assert queries.tasks(work.session, program.id) == []
