"""How often SDKs may ask: of one address, of one product, and what they are told beyond."""

import dataclasses
from typing import Any

import orjson
import pytest

from betaops.kernel.settings import Settings
from betaops.kernel.work import Platform, Work
from betaops.programs import service as program_service
from betaops.web.application import Application
from tests.factories.programs import a_product
from tests.support import applications
from tests.support.browsers import Browser

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

PAGE = {"Origin": "https://app.example.com"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Three a minute of one address, six of one product."""
    return dataclasses.replace(
        settings, flags_per_address=3, flags_per_product=6, events_per_address=3, events_per_product=6
    )


@pytest.fixture
def app(platform: Platform) -> Application:
    return applications.new_application(platform)


def requests_of(work: Work) -> list[tuple[str, str, dict[str, Any]]]:
    """Method, address and what is sent, of everything that is counted as flags are."""
    product = a_product(work)
    secret = program_service.secret_key(work, product)
    work.session.commit()
    public, bearer = product.project_key, {"Authorization": f"Bearer {secret}"}
    question = orjson.dumps({"token": public, "distinct_id": "x"})
    context = {"data": orjson.dumps({"context": {"targetingKey": "x"}}), "headers": bearer}
    return [
        ("POST", "/flags/?v=2", {"data": question}),
        ("POST", "/decide/?v=3", {"data": question}),
        ("GET", "/flags/definitions", {"headers": bearer}),
        ("GET", f"/array/{public}/config.js", {}),
        ("POST", "/ofrep/v1/evaluate/flags", context),
        ("GET", f"/ofrep/v1/events?key={public}", {}),
    ]


def send(client: Browser, request: tuple[str, str, dict[str, Any]], address: str) -> Any:
    method, path, sent = request
    headers = {**sent.get("headers", {}), **PAGE}
    more = {"csrf": False} if method == "POST" else {}
    return client.open(
        path,
        method=method,
        headers=headers,
        data=sent.get("data"),
        environ_overrides={"REMOTE_ADDR": address},
        **more,
    )


def test_one_address_may_ask_so_often_whatever_it_asks(work: Work, client: Browser) -> None:
    requests = requests_of(work)
    statuses = [send(client, request, "10.0.0.1").status_code for request in requests]
    assert [status == 429 for status in statuses] == [False] * 3 + [True] * 3
    assert send(client, requests[0], "10.0.0.2").status_code == 200


def test_one_product_may_be_asked_so_often_from_wherever(work: Work, client: Browser) -> None:
    requests = requests_of(work)
    for number, request in enumerate(requests):
        assert send(client, request, f"10.0.1.{number}").status_code == 200
    for number, request in enumerate(requests):
        refused = send(client, request, f"10.0.2.{number}")
        assert refused.status_code == 429, request
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        assert refused.headers["Access-Control-Allow-Origin"] == PAGE["Origin"], (
            "the SDK must be able to read it"
        )
        shape = {"errorCode", "errorDetails"} if "ofrep" in request[1] else {"type", "code", "detail", "attr"}
        assert set(refused.json) == shape
    others = requests_of(work)
    assert send(client, others[0], "10.0.3.1").status_code == 401, (
        "of another product this process has not heard yet"
    )


def test_events_are_counted_by_themselves(work: Work, client: Browser) -> None:
    product = a_product(work)
    work.session.commit()
    body = orjson.dumps({"api_key": product.project_key, "event": "e", "distinct_id": "x"})

    def sent(address: str, path: str = "/batch/") -> Any:
        return client.post(
            path, data=body, headers=PAGE, environ_overrides={"REMOTE_ADDR": address}, csrf=False
        )

    assert [sent("10.0.0.1").status_code for _time in range(4)] == [200, 200, 200, 429]
    assert [sent(f"10.0.1.{number}", "/e/").status_code for number in range(4)] == [200, 200, 200, 429]
    refused = sent("10.0.2.1")
    assert refused.json == {
        "type": "validation_error",
        "code": "rate_limited",
        "detail": "Too many requests.",
        "attr": None,
    }
    assert int(refused.headers["Retry-After"]) >= 1
    assert refused.headers["Access-Control-Allow-Origin"] == PAGE["Origin"]
