"""Capture's newer form: key and time in headers, packed in every way, answered event by event; and by whose key."""

import gzip
import zlib
from typing import Any
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import select

from betaops.kernel import payloads
from betaops.kernel.work import Work
from betaops.programs import service as program_service
from betaops.programs.models import Product
from betaops.usage.models import UsageEvent
from tests.factories.programs import a_product
from tests.support.browsers import Browser

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
PATH = "/i/v1/analytics/events"


@pytest.fixture
def product(work: Work) -> Product:
    product = a_product(work)
    work.session.commit()
    return product


def send(client: Browser, key: str, *events: dict[str, Any], pack: Any = bytes, **headers: str) -> Any:
    body = orjson.dumps({"created_at": "2026-01-05T10:00:00Z", "batch": events})
    sent = {
        "Authorization": f"Bearer {key}",
        "PostHog-Sdk-Info": "posthog-python/7.91.1",
        "PostHog-Attempt": "1",
        "PostHog-Request-Id": str(uuid4()),
        **headers,
    }
    return client.post(PATH, data=pack(body), headers=sent, csrf=False)


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [("zstd", payloads.zstd.compress), ("gzip", gzip.compress), ("deflate", zlib.compress)],
)
def test_a_packed_body_is_read(
    work: Work, client: Browser, product: Product, encoding: str, pack: Any
) -> None:
    event = {"event": "note", "distinct_id": "x", "uuid": str(uuid4())}
    answer = send(client, product.project_key, event, pack=pack, **{"Content-Encoding": encoding})
    assert (answer.status_code, answer.json) == (200, {"results": {event["uuid"]: {"result": "ok"}}})
    assert work.session.scalars(select(UsageEvent.name)).all() == ["note"]


def test_each_event_is_answered_under_the_uuid_that_it_was_sent_with(
    work: Work, client: Browser, product: Product
) -> None:
    shouted, big, odd, nobody = (str(uuid4()).upper(), str(uuid4()), "not a uuid", str(uuid4()))
    answer = send(
        client,
        product.project_key,
        {"event": "note", "distinct_id": "x", "uuid": shouted},
        {"event": "note", "distinct_id": "x", "uuid": big, "properties": {"text": "y" * 100_000}},
        {"event": "note", "distinct_id": "x", "uuid": odd},
        {"event": "note", "uuid": nobody},
        {"event": "note", "distinct_id": "without a uuid"},
    )
    results = {uuid: each["result"] for uuid, each in answer.json["results"].items()}
    assert results == {shouted: "ok", big: "warning", odd: "ok", nobody: "drop"}
    assert answer.json["results"][big]["details"]
    assert len(work.session.scalars(select(UsageEvent.id)).all()) == 4


def test_a_server_may_send_with_the_secret_key(work: Work, client: Browser, product: Product) -> None:
    secret = program_service.secret_key(work, product)
    event = {"event": "note", "distinct_id": "x", "uuid": str(uuid4())}
    assert send(client, secret, event).status_code == 200
    body = orjson.dumps({"api_key": secret, "batch": [{**event, "uuid": str(uuid4())}]})
    assert client.post("/batch/", data=body, csrf=False).json == {"status": 1}
    assert set(work.session.scalars(select(UsageEvent.product_id))) == {product.id}
    assert send(client, secret + "x", event).status_code == 401
