"""Bodies that mean harm, or nothing: each gets the SDK's own error or a sound answer, and none a crash."""

import gzip
import json
from typing import Any

import orjson
import pytest
from structlog.testing import capture_logs

from betaops.kernel import payloads
from betaops.kernel.work import Work
from betaops.programs.models import Product
from tests.factories.flags import a_flag, person
from tests.factories.programs import a_product
from tests.support.browsers import Browser

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

#: In the place of any field: every type, and what is odd about each.
ODD: list[Any] = [
    None, True, 0, -1, 1.5, 2**63, 10**30, "", " ", "x" * 5_000, "\u0000", "\ud83d\ude00", "＃",
    [], [None, [1], {}], {}, {"": {}}, {"a" * 1_000: [[]]}, {str(number): number for number in range(900)},
]  # fmt: skip
FIELDS = [
    "distinct_id", "$distinct_id", "device_id", "groups", "group_properties", "person_properties", "flag_keys",
    "flag_keys_to_evaluate", "disable_flags", "geoip_disable", "timezone", "evaluation_contexts",
    "evaluation_environments", "evaluation_runtime", "sent_at", "$anon_distinct_id", "identity_hash", "$identity_hash",
    "secret", "token", "api_key",
]  # fmt: skip


@pytest.fixture
def product(work: Work) -> Product:
    """With a flag for each kind of thing that a body can say."""
    product = a_product(work)
    conditions = [
        {
            "properties": [
                person("age", 18, "gte"),
                person("mail", "@", "icontains"),
                person("v", "1.0.0", "semver_gte"),
            ]
        },
        {"properties": [person("since", "-7d", "is_date_after"), person("name", "a+b", "regex")]},
        {"properties": [], "rollout_percentage": 50},
    ]
    a_flag(work, product=product, key="every-operator", conditions=conditions, variants={"a": 50, "b": 50})
    work.session.commit()
    return product


@pytest.fixture
def post(client: Browser, product: Product) -> Any:
    """Sends a body to a path; whatever happens, no endpoint may fail."""

    def send(path: str, body: bytes, **headers: str) -> Any:
        with capture_logs() as logs:
            answer = client.post(path, data=body, headers=headers, csrf=False)
        assert not [line for line in logs if line["event"] in ("flags_failed", "usage_failed")], logs
        assert answer.status_code < 500, (path, answer.text)
        return answer

    return send


@pytest.mark.parametrize("field", FIELDS)
def test_any_value_in_any_field_of_flags(post: Any, product: Product, field: str) -> None:
    for odd in ODD:
        body = {"token": product.project_key, "distinct_id": "x", field: odd}
        for path in ("/flags/?v=2", "/decide/?v=3"):
            answer = post(path, _dumped(body))
            assert answer.status_code in (200, 400, 401), (odd, answer.text)
            if answer.status_code != 200:
                assert set(answer.json) == {"type", "code", "detail", "attr"}


def _dumped(body: Any) -> bytes:
    """By the standard library, which writes numbers of any size."""
    return json.dumps(body).encode()


@pytest.mark.parametrize(
    "properties",
    [
        b'{"age": 1e999, "v": -1e999, "since": 1e400, "name": 1e308}',
        b'{"age": %s}' % (b"9" * 4_000),
        b'{"age": NaN, "mail": "\\ud800", "name": "\\udfff\\ud800"}',
        b'{"age": 1, "age": "two", "age": [3]}',
        b'{"mail": "\\u0000", "\\u0000": 1, "name": "a\\u0000b"}',
        b'{"%s": 1}' % (b"k" * 200_000),
        b'{"name": "%s"}' % (b"a" * 200_000),
        b'{"since": "9999-12-31T23:59:59Z", "v": "99999999999999999999.0.0"}',
        b'{"age": [[[[[[[[1]]]]]]]], "mail": {"a": {"b": {}}}, "v": [], "since": {}}',
    ],
)
def test_properties_that_no_product_has(post: Any, product: Product, properties: bytes) -> None:
    body = (
        b'{"token": "%s", "distinct_id": "x", "person_properties": %s, "groups": {"company": "\\ud800"},'
        b' "group_properties": {"company": %s}, "sent_at": NaN}'
    ) % (product.project_key.encode(), properties, properties)
    answer = post("/flags/?v=2", body)
    assert answer.status_code == 200 or (answer.status_code, answer.json["attr"]) in (
        (400, None),
        (413, None),
    )
    context = (
        b'{"context": {"targetingKey": "x", "groups": {"company": "a"}, "a": %s, "since": NaN}}' % properties
    )
    bearer = {"Authorization": f"Bearer {product.project_key}"}
    assert post("/ofrep/v1/evaluate/flags", context, **bearer).status_code in (200, 400, 413)
    event = b'{"api_key": "%s", "event": "e", "distinct_id": "x", "properties": %s}' % (
        product.project_key.encode(),
        properties,
    )
    assert post("/e/", event).status_code in (200, 400)


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"\xff\xfe\x00", ""),
        (b"\xed\xa0\x80", ""),
        (b'{"token": "\xff"}', ""),
        (b'"' + b"x" * 1_000_000 + b'"', ""),
        (b"[" * 200_000, ""),
        (b'{"a":' * 50_000, ""),
        (gzip.compress(b"[" * 5_000_000, mtime=0), ""),
        (gzip.compress(b'{"a":' * 5_000_000, mtime=0), "gzip"),
        (gzip.compress(gzip.compress(b" " * 50_000_000, mtime=0), mtime=0), "gzip"),
        (payloads.zstd.compress(b" " * 50_000_000), "zstd"),
        (payloads.zstd.compress(b"{}")[:-2], "zstd"),
        (b"{}", "br"),
        (b"{}", "gzip, gzip"),
        (b"{}", "\t"),
        (b"data=" + b"%" * 1_000, ""),
        (b"data=%ff%fe", ""),
        (b"a=1&data=", ""),
        (b"&" * 100_000, ""),
    ],
)
def test_bodies_that_are_none(post: Any, product: Product, body: bytes, encoding: str) -> None:
    headers = {"Content-Encoding": encoding} if encoding else {}
    bearer = {"Authorization": f"Bearer {product.project_key}"}
    for path in ("/flags", "/decide/", "/batch/", "/e/", "/i/v0/e", "/i/v1/analytics/events"):
        answer = post(path, body, **headers, **(bearer if "v1" in path else {}))
        assert answer.status_code in (400, 401, 413), (path, answer.text)
        assert set(answer.json) == {"type", "code", "detail", "attr"}
    for path in ("/ofrep/v1/evaluate/flags", "/ofrep/v1/evaluate/flags/every-operator"):
        answer = post(path, body, **headers, **bearer)
        assert answer.status_code in (400, 413), (path, answer.text)
        assert answer.json["errorCode"] in ("PARSE_ERROR", "INVALID_CONTEXT", "GENERAL")
        assert answer.json["errorDetails"]


@pytest.mark.parametrize("field", ["targetingKey", "groups", "groupProperties", "identityHash", "anything"])
def test_any_value_in_any_attribute_of_a_context(post: Any, product: Product, field: str) -> None:
    bearer = {"Authorization": f"Bearer {product.project_key}"}
    for odd in ODD:
        answer = post(
            "/ofrep/v1/evaluate/flags", _dumped({"context": {"targetingKey": "x", field: odd}}), **bearer
        )
        assert answer.status_code in (200, 400), (odd, answer.text)


@pytest.mark.parametrize(
    "query",
    [
        "v=2&v=4",
        "v=%00",
        "v=2&%ff",
        "config=true&config=false",
        "&&&=",
        "a[]=1&v=2",
        "v=2#x",
        "v=" + "9" * 500,
    ],
)
def test_queries_that_nobody_writes(post: Any, product: Product, query: str) -> None:
    body = orjson.dumps({"token": product.project_key, "distinct_id": "x"})
    assert post(f"/flags/?{query}", body).status_code == 200
