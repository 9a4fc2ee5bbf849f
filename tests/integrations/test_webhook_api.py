"""Webhook endpoints over the REST API."""

from collections.abc import Callable
from typing import Any

import pytest

from betaops.accounts.permissions import Permission
from betaops.accounts.service import keys
from betaops.integrations import queries
from betaops.kernel import ids
from betaops.kernel.idempotency import GivenAnswer
from betaops.kernel.work import Work
from betaops.programs.models import Program
from tests.factories.accounts import key_elsewhere
from tests.factories.programs import a_program
from tests.support.receivers import Receiver

Call = Callable[..., Any]


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


@pytest.fixture
def call(work: Work, client: Any) -> Call:
    """A request with a key that may do this."""
    _row, key = keys.create_key(work, "test", {Permission.PROGRAMS_WRITE})
    work.session.commit()

    def send(method: str, path: str, *, key: str = key, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {key}", **options.pop("headers", {})}
        return client.open(f"/api/v1/{path}", method=method, headers=headers, csrf=False, **options)

    return send


def own(program: Program) -> str:
    return f"programs/{ids.encode('prg', program.id)}/webhooks"


def test_an_endpoint_is_made_tried_changed_and_taken_away(
    work: Work, program: Program, receiver: Receiver, call: Call, run_jobs: Any
) -> None:
    wanted = {"url": receiver.url, "topics": ["response.completed"]}
    made = call("POST", own(program), json=wanted)
    assert made.status_code == 201
    address = f"webhooks/{made.json['id']}"
    assert {name: made.json[name] for name in wanted} == wanted
    assert made.json["secret"].startswith("whsec_")
    [row] = queries.endpoints(work.session, program.id)
    assert made.json["secret"] not in row.secret_sealed
    for listed in (call("GET", own(program)), call("GET", "webhooks")):
        assert [each["id"] for each in listed.json["items"]] == [made.json["id"]]
        assert "secret" not in listed.json["items"][0]

    tried = call("POST", f"{address}/test")
    assert (tried.status_code, tried.json["state"]) == (202, "waiting")
    run_jobs()
    [(webhook_id, told)] = receiver.read(made.json["secret"])
    assert told["type"] == "webhook.test"
    [delivery] = call("GET", f"{address}/deliveries").json["items"]
    assert (delivery["id"], delivery["webhook_id"]) == (tried.json["id"], webhook_id)
    assert (delivery["state"], delivery["status"], delivery["attempts"]) == ("delivered", 204, 1)
    assert call("GET", f"{address}/deliveries?state=failed").json["items"] == []
    assert call("GET", address).json["last_delivered_at"] is not None

    newer = call("POST", f"{address}/secret").json["secret"]
    call("POST", f"{address}/test")
    run_jobs()
    assert len(receiver.read(newer)) == 1
    assert len(receiver.read(made.json["secret"])) == 2, "the one before signs too for a day"

    changed = call("PATCH", address, json={"is_on": False, "topics": ["response.withdrawn"]})
    assert (changed.json["is_on"], changed.json["topics"]) == (False, ["response.withdrawn"])
    assert changed.json["url"] == receiver.url
    assert call("DELETE", address).status_code == 204
    assert call("GET", address).status_code == 404


def test_a_retry_gets_the_same_secret_which_is_kept_sealed(work: Work, program: Program, call: Call) -> None:
    wanted = {"url": "https://example.com/hook", "topics": ["response.completed"]}
    once, again = (
        call("POST", own(program), json=wanted, headers={"Idempotency-Key": "only-once"})
        for _time in range(2)
    )
    assert (once.status_code, again.status_code) == (201, 201)
    assert once.json == again.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(queries.endpoints(work.session, program.id)) == 1
    [kept] = work.session.query(GivenAnswer).all()
    assert once.json["secret"].encode() not in kept.body


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com",
        "https://me:secret@example.com",
        "https://[",
        "https://a:b",
        "https://a b",
        "nothing",
    ],
)
def test_what_is_no_address_is_refused_with_a_sentence(program: Program, call: Call, url: str) -> None:
    refused = call("POST", own(program), json={"url": url, "topics": ["response.completed"]})
    assert refused.status_code == 409
    assert "begins with https://" in refused.json["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {"url": "https://example.com"},
        {"url": "https://example.com", "topics": []},
        {"url": "https://example.com", "topics": ["webhook.test"]},
        {"url": "https://example.com", "topics": ["response.completed"], "secret": "mine"},
    ],
)
def test_what_is_not_of_the_form_is_refused(program: Program, call: Call, body: dict[str, Any]) -> None:
    assert call("POST", own(program), json=body).status_code == 422


def test_an_address_is_told_once(program: Program, call: Call) -> None:
    wanted = {"url": "https://example.com/hook", "topics": ["response.completed"]}
    assert call("POST", own(program), json=wanted).status_code == 201
    assert call("POST", own(program), json=wanted).status_code == 409


def test_a_key_needs_the_scope_and_sees_its_own_workspace_alone(
    work: Work, program: Program, call: Call
) -> None:
    other_workspace_key = key_elsewhere(work)
    made = call("POST", own(program), json={"url": "https://example.com", "topics": ["response.completed"]})
    _row, reader = keys.create_key(work, "reader", {Permission.PROGRAMS_READ})
    work.session.commit()
    assert call("GET", "webhooks", key=reader).status_code == 403
    address = f"webhooks/{made.json['id']}"
    for method, path in (
        ("GET", address), ("PATCH", address), ("DELETE", address), ("POST", f"{address}/secret"), ("POST", f"{address}/test"),
        ("GET", f"{address}/deliveries"), ("GET", own(program)),
    ):  # fmt: skip
        options = {"json": {}} if method == "PATCH" else {}
        assert call(method, path, key=other_workspace_key, **options).status_code == 404
    assert call("GET", "webhooks", key=other_workspace_key).json["items"] == []
