"""Reports over the REST API."""

import pytest

from betaops.accounts.permissions import Permission
from betaops.accounts.service import keys
from betaops.feedback import queries, service
from betaops.feedback.models import Kind, Severity, Source, State
from betaops.kernel import ids
from tests.factories.enrollment import an_enrollment
from tests.factories.feedback import a_report
from tests.factories.programs import a_program

BOTH = {Permission.FEEDBACK_READ, Permission.FEEDBACK_TRIAGE}


@pytest.fixture
def program(work):
    return a_program(work)


@pytest.fixture
def path(program):
    return f"/programs/{ids.encode('prg', program.id)}/feedback"


@pytest.fixture
def call(client, work):
    def send(method, path, *, scopes=BOTH, query=None, **body):
        _row, key = keys.create_key(work, "CI", scopes)
        options = {"headers": {"Authorization": f"Bearer {key}"}, "query_string": query}
        if method != "get":
            options["json"] = body
        return getattr(client, method)(f"/api/v1{path}", **options)

    return send


def of(report, *more):
    return "/".join(["/feedback", ids.encode("rpt", report.id), *more])


def test_a_report_is_written_read_and_listed(work, program, path, call):
    enrollment = an_enrollment(work, program=program)
    made = call(
        "post", path, kind="bug", title="Crash", severity="major", environment={"browser": "Firefox 140", "x": "y"},
        enrollment=ids.encode("enr", enrollment.id),
    )  # fmt: skip
    assert (made.status_code, made.json["number"], made.json["source"]) == (201, 1, "api")
    assert made.json["environment"] == {"browser": "Firefox 140"}
    assert call("get", f"/feedback/{made.json['id']}").json == made.json
    assert call("get", path).json == {"items": [made.json], "next": None}
    assert queries.own_reports(work.session, enrollment.id)[0].report.source is Source.API


def test_lists_are_narrowed_and_paged(work, program, path, call):
    for number in range(3):
        a_report(work, program=program, title=f"Bug {number}")
    a_report(work, program=program, kind=Kind.IDEA)
    first = call("get", path, query={"kind": "bug", "limit": 2}).json
    second = call("get", path, query={"kind": "bug", "limit": 2, "cursor": first["next"]}).json
    assert [item["title"] for item in first["items"] + second["items"]] == ["Bug 2", "Bug 1", "Bug 0"]
    assert call("get", path, query={"state": "fixed"}).json["items"] == []
    assert call("get", path, query={"state": "lost"}).status_code == 422


def test_a_report_is_changed_and_moved_on(work, program, call):
    report = a_report(work, program=program)
    changed = call(
        "patch", of(report), severity="blocker", state="fixed", note="Done", version=report.version
    )
    assert (changed.json["severity"], changed.json["state"], changed.json["outcome_note"]) == (
        "blocker",
        "fixed",
        "Done",
    )
    assert call("patch", of(report), severity="minor", version=1).status_code == 409


def test_a_change_that_is_half_wrong_changes_nothing(work, program, call):
    report = a_report(work, program=program, severity=Severity.MINOR)
    service.change_state(work, report, State.CLOSED)
    answer = call("patch", of(report), severity="blocker", state="declined")
    assert (answer.status_code, answer.json["type"]) == (409, "urn:betaops:no_such_transition")
    assert (report.severity, report.state) == (Severity.MINOR, State.CLOSED)


def test_notes_and_replies_are_written(work, program, call):
    report = a_report(work, program=program)
    assert call("post", of(report, "comments"), kind="note", body="Seen").status_code == 201
    assert call("post", of(report, "comments"), kind="reply", body="Thanks").json["who"] == "CI"
    said = call("get", of(report, "comments")).json["items"]
    assert [(item["kind"], item["body"]) for item in said] == [("note", "Seen"), ("reply", "Thanks")]


def test_statement_5_fields_that_are_not_writable_change_nothing(work, program, path, call):
    report = a_report(work, program=program)
    for field in ("workspace_id", "impact", "people", "number", "fingerprint", "turn"):
        assert call("patch", of(report), **{field: 99}).status_code == 422
        assert call("post", path, kind="idea", title="x", **{field: 99}).status_code == 422
    assert (report.number, report.people) == (1, 1)


@pytest.mark.parametrize(
    "body",
    [
        {"title": "x"},
        {"kind": "bug", "title": ""},
        {"kind": "bug", "title": "   "},
        {"kind": "bug", "title": "x" * 201},
        {"kind": "bug", "title": 7},
        {"kind": "bug", "title": "x", "environment": {"a": {"b": 1}}},
    ],
)
def test_what_has_not_the_described_form_is_named(work, path, call, body):
    answer = call("post", path, **body)
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")


def test_a_title_of_nothing_but_control_characters_is_refused(work, path, call):
    assert call("post", path, kind="bug", title="\u0007").status_code == 409


def test_statement_2_what_is_another_programs_or_workspaces_is_unknown(work, program, path, call):
    from betaops.accounts.models import Workspace

    foreign = an_enrollment(work, program=a_program(work, name="Other"))
    answer = call("post", path, kind="idea", title="x", enrollment=ids.encode("enr", foreign.id))
    assert answer.status_code == 404
    report = a_report(work, program=program)
    here = work.workspace_id
    other = Workspace(name="Other", slug="other", created_at=work.now)
    work.add(other)
    work.session.flush()
    work.enter(other.id)
    for method, more in (("get", ()), ("patch", ()), ("get", ("comments",)), ("post", ("comments",))):
        body = {"kind": "note", "body": "x"} if method == "post" else {}
        assert call(method, of(report, *more), **body).status_code == 404
    work.enter(here)
    assert report.version == 1


def test_a_key_reads_or_writes_as_far_as_its_scopes_go(work, program, path, call):
    report = a_report(work, program=program)
    assert call("patch", of(report), scopes={Permission.FEEDBACK_READ}, title="x").status_code == 403
    assert call("get", path, scopes={Permission.FEEDBACK_TRIAGE}).status_code == 403


@pytest.mark.parametrize("owner", ["usr_00000000000000000000000000", "nonsense"])
def test_only_a_member_owns_a_report(work, program, call, owner):
    report = a_report(work, program=program)
    assert call("patch", of(report), owner=owner).status_code == 409
    assert report.owner_id is None
