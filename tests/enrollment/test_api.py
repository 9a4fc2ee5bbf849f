"""Testers and their places over the REST API."""

from collections.abc import Callable
from typing import Any

import pytest

from betaops.accounts.permissions import Permission
from betaops.accounts.service import keys
from betaops.enrollment.models import State
from betaops.enrollment.service import testers as service
from betaops.kernel import ids
from betaops.kernel.work import Work
from betaops.programs.screener import Kind, Question
from tests.factories.enrollment import a_tester, an_enrollment
from tests.factories.programs import a_program

OFTEN = Question(
    name="often", label="How often?", kind=Kind.CHOICE, options=("Daily", "Never"), keep_as="often"
)
ALL = {Permission.TESTERS_READ, Permission.TESTERS_WRITE, Permission.TESTERS_DECIDE}


@pytest.fixture
def call(client: Any, work: Work) -> Callable[..., Any]:
    """`call("get", path, scopes=…, **json)` with a key of those scopes."""

    def send(
        method: str,
        path: str,
        *,
        scopes: set[Permission] = ALL,
        headers: dict[str, str] | None = None,
        **body: Any,
    ) -> Any:
        _row, key = keys.create_key(work, "test", scopes)
        options: dict[str, Any] = {"headers": {"Authorization": f"Bearer {key}", **(headers or {})}}
        if method in ("post", "patch"):
            options["json"] = body
        return getattr(client, method)(f"/api/v1{path}", **options)

    return send


def test_a_tester_is_made_once(call: Any) -> None:
    body = {
        "mail": "Ana@Example.com",
        "name": "Ana",
        "attributes": {"os": "iOS", "age": 41, "pro": True, "tags": ["a"]},
    }
    first = call("post", "/testers", **body)
    again = call("post", "/testers", mail="ana@example.com.", attributes={"os": "Web"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json["id"] == again.json["id"]
    assert again.json["attributes"] == {"os": "Web", "age": 41, "pro": True, "tags": ["a"]}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"mail": "x"},
        {"mail": "a@example.com", "workspace_id": "x"},
        {"mail": "a@example.com", "verified": True},
        {"mail": "a@example.com", "attributes": {"a": {"b": 1}}},
        {"mail": "a@example.com", "name": 7},
        {"mail": "a@example.com", "locale": "<script>"},
    ],
)
def test_security_5_bodies_are_strict(call: Any, body: dict[str, Any]) -> None:
    answer = call("post", "/testers", **body)
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"


def test_an_address_that_is_none_is_refused_with_a_sentence(call: Any) -> None:
    answer = call("post", "/testers", mail="nonsense")
    assert (answer.status_code, answer.json["type"]) == (409, "urn:betaops:bad_mail")


def test_testers_are_listed_page_by_page(call: Any, work: Work) -> None:
    for _ in range(5):
        a_tester(work)
    first = call("get", "/testers?limit=3").json
    second = call("get", f"/testers?limit=3&cursor={first['next']}").json
    assert len({item["id"] for item in first["items"] + second["items"]}) == 5
    assert second["next"] is None


def test_a_tester_is_changed_and_a_stale_change_refused(call: Any, work: Work) -> None:
    path = f"/testers/{ids.encode('tst', a_tester(work, name='Ana').id)}"
    assert call("patch", path, name="Ana R.", version=1).json["name"] == "Ana R."
    assert call("patch", path, name="Other", version=1).status_code == 409
    assert call("get", path).json["name"] == "Ana R."


def test_ids_of_a_product_are_linked_to_a_tester(call: Any, work: Work) -> None:
    ana, ben = (f"/testers/{ids.encode('tst', a_tester(work).id)}/identities" for _ in range(2))
    for _ in range(2):
        assert call("post", ana, distinct_id="user-7").status_code == 200
    assert call("post", ben, distinct_id="user-7").status_code == 409
    assert "user-7" in {item["distinct_id"] for item in call("get", ana).json["items"]}


def test_a_person_is_put_into_a_program_once(call: Any, work: Work) -> None:
    program = a_program(work, screener=[OFTEN])
    path = f"/programs/{ids.encode('prg', program.id)}/enrollments"
    first = call("post", path, mail="ana@example.com", name="Ana", answers={"often": "Daily"})
    again = call("post", path, mail="ANA@example.com")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json["state"] == "applied"
    assert first.json["tester"]["attributes"] == {"often": "Daily"}
    assert again.json["id"] == first.json["id"]
    assert call("post", path, mail="b@example.com", answers={"often": "Hourly"}).status_code == 409
    assert call("post", path, mail="b@example.com", answers={"unknown": 1}).status_code == 409
    assert [item["tester"]["mail"] for item in call("get", path + "?state=applied").json["items"]] == [
        "ana@example.com"
    ]


def test_accepted_people_take_seats_until_none_is_left(call: Any, work: Work) -> None:
    path = f"/programs/{ids.encode('prg', a_program(work, capacity=1).id)}/enrollments"
    states = [call("post", path, mail=f"p{n}@example.com", is_accepted=True).json["state"] for n in range(2)]
    assert states == ["accepted", "waitlisted"]


def test_decisions_over_the_api(call: Any, work: Work) -> None:
    program = a_program(work, capacity=1)
    first, second = (an_enrollment(work, program=program, state=State.APPLIED) for _ in range(2))
    one, two = (f"/enrollments/{ids.encode('enr', place.id)}" for place in (first, second))
    for _ in range(2):
        assert call("post", f"{one}/acceptance", note="Good").json["state"] == "accepted"
    full = call("post", f"{two}/acceptance")
    assert (full.status_code, full.json["type"]) == (409, "urn:betaops:seats_taken")
    assert call("post", f"{two}/waitlisting").json["state"] == "waitlisted"
    assert call("delete", f"{one}/acceptance").json["state"] == "applied"
    assert call("get", two).json["state"] == "accepted"
    assert call("post", f"{one}/refusal").json["state"] == "declined"
    assert call("delete", f"{one}/refusal").json["state"] == "applied"
    assert call("post", f"{two}/removal").json["state"] == "removed"
    assert call("post", f"{two}/completion").status_code == 409


def test_a_write_with_an_idempotency_key_happens_once(call: Any, work: Work) -> None:
    program = a_program(work)
    path = f"/programs/{ids.encode('prg', program.id)}/enrollments"
    answers = [
        call("post", path, headers={"Idempotency-Key": "k1"}, mail="ana@example.com") for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json


@pytest.mark.parametrize(
    ("method", "path", "needed"),
    [
        ("get", "/testers", Permission.TESTERS_READ),
        ("post", "/testers", Permission.TESTERS_WRITE),
        ("post", "/enrollments/{enr}/acceptance", Permission.TESTERS_DECIDE),
    ],
)
def test_security_1_a_key_does_what_its_scopes_say(
    call: Any, work: Work, method: str, path: str, needed: Permission
) -> None:
    path = path.format(enr=ids.encode("enr", an_enrollment(work, state=State.APPLIED).id))
    body = {"mail": "a@example.com"} if path == "/testers" and method == "post" else {}
    assert call(method, path, scopes=set(Permission) & {Permission.FLAGS_READ}, **body).status_code == 403
    assert call(method, path, scopes={needed}, **body).status_code in (200, 201)


def test_security_2_foreign_ids_answer_like_random_ones(call: Any, client: Any, work: Work) -> None:
    from betaops.accounts.models import Workspace

    place = an_enrollment(work, state=State.APPLIED)
    foreign = {"enr": place.id, "tst": place.tester_id, "prg": place.program_id}
    other = Workspace(name="Other", slug="other", created_at=work.now)
    work.add(other)
    work.enter(other.id)
    for found in (foreign, {prefix: ids.new_id() for prefix in foreign}):
        enr, tst, prg = (ids.encode(prefix, found[prefix]) for prefix in ("enr", "tst", "prg"))
        for method, path, body in (
            ("get", f"/testers/{tst}", {}),
            ("patch", f"/testers/{tst}", {"name": "X"}),
            ("get", f"/testers/{tst}/identities", {}),
            ("post", f"/testers/{tst}/identities", {"distinct_id": "x"}),
            ("get", f"/programs/{prg}/enrollments", {}),
            ("post", f"/programs/{prg}/enrollments", {"mail": "a@example.com"}),
            ("get", f"/enrollments/{enr}", {}),
            ("post", f"/enrollments/{enr}/acceptance", {}),
            ("delete", f"/enrollments/{enr}/acceptance", {}),
        ):
            assert call(method, path, **body).status_code == 404, path
    assert client.get("/api/v1/testers/nonsense").status_code in (401, 404)


def test_security_6_notes_never_leave_the_console(call: Any, work: Work) -> None:
    place = an_enrollment(work, state=State.APPLIED)
    service.add_note(work, place.tester_id, "Talks too much")
    for path in (
        f"/enrollments/{ids.encode('enr', place.id)}",
        f"/testers/{ids.encode('tst', place.tester_id)}",
        "/testers",
    ):
        assert "Talks too much" not in call("get", path).text
