"""Bodies of the REST API that no database could keep: refused or made harmless, never a crash."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from betaops.accounts.permissions import SCOPES
from betaops.accounts.service import keys
from betaops.kernel.work import Work
from tests.support.browsers import Browser

Send = Callable[[bytes | str], TestResponse]


@pytest.fixture
def send(work: Work, client: Browser) -> Send:
    """A body to the door through which testers come."""
    _row, key = keys.create_key(work, "Test", set(SCOPES))
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def post(body: bytes | str) -> TestResponse:
        return client.post("/api/v1/testers", data=body, headers=headers, csrf=False)

    return post


def about(value: str) -> str:
    """A tester with an attribute that is `value`, written as it stands."""
    return '{"mail": "a@example.org", "attributes": {"k": ' + value + "}}"


@pytest.mark.parametrize(
    "value", ['"\\ud800"', '["\\ud800"]', "1e300", "1" + "0" * 30, "-9223372036854775809", '"a\\u0000b"']
)
def test_odd_values_are_kept_as_far_as_a_database_can(send: Send, value: str) -> None:
    answer = send(about(value))
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    "body",
    [
        about("1" + "0" * 5_000),
        about("1e999"),
        about("NaN"),
        about('{"\\udfff": 1}'),
        about("[" * 100_000 + "]" * 100_000),
        about("[" * 200 + "]" * 200),
        json.dumps({"mail": "a@example.org"}).encode("utf-16"),
        b"\xff\xfe\x00",
    ],
    ids=[
        "5,000 digits",
        "infinite",
        "NaN",
        "an object",
        "deep",
        "rather deep",
        "UTF-16",
        "no text",
    ],
)
def test_what_is_no_body_is_refused(send: Send, body: Any) -> None:
    answer = send(body)
    assert answer.status_code in (400, 422), answer.text
    assert answer.content_type == "application/problem+json"
