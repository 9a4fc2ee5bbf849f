"""Products and programs over the REST API."""

from collections.abc import Callable
from typing import Any

import pytest

from betaops.accounts.permissions import Permission
from betaops.accounts.service import keys
from betaops.kernel import ids
from betaops.kernel.work import Work
from betaops.programs import queries
from betaops.programs.models import Phase
from tests.factories.programs import a_product, a_program

BOTH = {Permission.PROGRAMS_READ, Permission.PROGRAMS_WRITE}


@pytest.fixture
def call(client: Any, work: Work) -> Callable[..., Any]:
    def send(method: str, path: str, *, scopes: set[Permission] = BOTH, **body: Any) -> Any:
        _row, key = keys.create_key(work, "test", scopes)
        options: dict[str, Any] = {"headers": {"Authorization": f"Bearer {key}"}}
        if method != "get":
            options["json"] = body
        return getattr(client, method)(f"/api/v1{path}", **options)

    return send


def test_a_product_is_made_with_its_keys_shown_once(call: Any, work: Work) -> None:
    made = call("post", "/products", name="Aurora", origins=["https://app.example.com"])
    assert made.status_code == 201
    assert (
        queries.product_by_secret_key(work.session, made.json["secret_key"]).project_key
        == made.json["project_key"]
    )
    again = call("get", f"/products/{made.json['id']}")
    assert "secret_key" not in again.json
    assert [item["id"] for item in call("get", "/products").json["items"]] == [made.json["id"]]


def test_a_program_is_made_changed_and_started(call: Any, work: Work) -> None:
    product = ids.encode("prd", a_product(work).id)
    made = call("post", "/programs", product=product, name="Two", template="open_beta", slug="two-beta")
    assert (made.status_code, made.json["phase"], made.json["slug"]) == (201, "draft", "two-beta")
    path = f"/programs/{made.json['id']}"
    changed = call("patch", path, capacity=7, name="Two point one", version=made.json["version"])
    assert (changed.json["capacity"], changed.json["name"]) == (7, "Two point one")
    assert call("patch", path, capacity=8, version=1).status_code == 409
    refused = call("post", f"{path}/phase", phase="recruiting")
    assert (refused.status_code, refused.json["type"]) == (409, "urn:betaops:set_up_is_not_done")
    assert call("post", f"{path}/phase", phase="archived").json["phase"] == "archived"


def test_a_change_that_is_half_wrong_changes_nothing(call: Any, work: Work) -> None:
    program = a_program(work, name="Before")
    path = f"/programs/{ids.encode('prg', program.id)}"
    answer = call(
        "patch",
        path,
        name="After",
        screener=[{"name": "a", "label": "A", "kind": "choice", "options": ["one"]}],
    )
    assert (answer.status_code, answer.json["type"]) == (409, "urn:betaops:bad_screener")
    assert call("get", path).json["name"] == "Before"


@pytest.mark.parametrize(
    "body",
    [
        {"phase": "nonsense"},
        {},
        {"phase": "running", "who": "me"},
        {"phase": 7},
    ],
)
def test_security_5_bodies_are_strict(call: Any, work: Work, body: dict[str, Any]) -> None:
    program = a_program(work)
    assert call("post", f"/programs/{ids.encode('prg', program.id)}/phase", **body).status_code == 422
    work.session.refresh(program)
    assert program.phase is Phase.RECRUITING


def test_a_day_beyond_any_calendar_is_refused(call: Any, work: Work) -> None:
    program = a_program(work)
    product = ids.encode("prd", program.product_id)
    for day in ("9999-12-31", "0001-01-01"):
        answer = call("post", "/programs", product=product, name="Far", starts_on=day)
        assert (answer.status_code, answer.json["type"]) == (409, "urn:betaops:far_date"), answer.text


def test_security_1_reading_does_not_allow_writing(call: Any, work: Work) -> None:
    reading = {Permission.PROGRAMS_READ}
    assert call("get", "/programs", scopes=reading).status_code == 200
    assert call("post", "/products", scopes=reading, name="X").status_code == 403


def test_security_2_foreign_ids_answer_like_random_ones(call: Any, work: Work) -> None:
    from betaops.accounts.models import Workspace

    foreign = a_program(work)
    prg, prd = foreign.id, foreign.product_id
    other = Workspace(name="Other", slug="other", created_at=work.now)
    work.add(other)
    work.enter(other.id)
    for program_id, product_id in ((prg, prd), (ids.new_id(), ids.new_id())):
        program, product = ids.encode("prg", program_id), ids.encode("prd", product_id)
        assert call("get", f"/programs/{program}").status_code == 404
        assert call("patch", f"/programs/{program}", name="X").status_code == 404
        assert call("post", f"/programs/{program}/phase", phase="running").status_code == 404
        assert call("get", f"/products/{product}").status_code == 404
        assert call("post", "/programs", product=product, name="X").status_code == 404
    assert call("get", "/programs").json["items"] == []
