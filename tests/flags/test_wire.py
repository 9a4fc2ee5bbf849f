"""The contract with PostHog's SDKs, field by field, where no other test needs it."""

import base64
import gzip
import zlib
from typing import Any
from urllib.parse import quote

import orjson
import pytest

from betaops.flags import internal, service
from betaops.kernel import payloads
from betaops.kernel.work import Work
from betaops.programs import service as program_service
from betaops.programs.models import Product
from tests.factories.flags import a_flag
from tests.factories.programs import a_product
from tests.support.browsers import Browser

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

#: All that the browser SDK looks for in its configuration.
CONFIG = {
    "supportedCompression", "hasFeatureFlags", "surveys", "analytics", "sessionRecording", "heatmaps",
    "autocapture_opt_out", "capturePerformance", "errorTracking", "defaultIdentifiedOnly", "siteApps", "toolbarParams",
    "productTours", "conversations", "captureDeadClicks", "elementsChainAsString", "isAuthenticated",
}  # fmt: skip


TARGETING = {
    "id": 9,
    "key": "survey-targeting-welcome",
    "version": 1,
    "filters": {"groups": [{"properties": []}]},
}


@pytest.fixture
def product(work: Work, monkeypatch: pytest.MonkeyPatch) -> Product:
    """With two flags of its own, and the flag of a survey."""
    monkeypatch.setattr(internal, "_providers", [lambda session, product_id: [TARGETING]])
    product = a_product(work)
    a_flag(work, product=product, key="plain", payloads={"true": '{"a": 1}'})
    a_flag(work, product=product, key="sync", variants={"merge": 100})
    work.session.commit()
    return product


def ask(client: Browser, product: Product, query: str = "v=2", **more: Any) -> Any:
    body = orjson.dumps({"token": product.project_key, "distinct_id": "x", **more})
    return client.post(f"/flags/?{query}", data=body, csrf=False).json


def test_the_configuration_says_all_that_is_looked_for_and_comes_along_where_it_is_asked_for(
    client: Browser, product: Product
) -> None:
    config = client.get(f"/array/{product.project_key}/config").json
    assert set(config) >= CONFIG
    second = ask(client, product, "v=2&config=true&ip=0&_=1&ver=1.261.0")
    assert {name: second[name] for name in config} == config
    assert set(second["flags"]) == {"plain", "sync", "survey-targeting-welcome"}
    first = ask(client, product, "config=true")
    assert {name: first[name] for name in config} == config
    assert first["featureFlags"]["sync"] == "merge"
    body = orjson.dumps({"token": product.project_key, "distinct_id": "x"})
    old = client.post("/decide/?v=3", data=body, csrf=False).json
    assert {name: old[name] for name in config} == config
    assert not set(ask(client, product)) & CONFIG


def test_an_answer_says_no_more_than_it_must(client: Browser, product: Product) -> None:
    """A quota that does not exist, or an error that was none, would have SDKs keep what they had."""
    assert set(ask(client, product)) == {"errorsWhileComputingFlags", "requestId", "evaluatedAt", "flags"}
    record = ask(client, product)["flags"]["plain"]
    assert set(record) == {"key", "enabled", "variant", "reason", "metadata"}
    assert set(record["metadata"]) == {"id", "version", "description", "payload", "has_experiment"}
    assert record["metadata"]["description"] is None
    typed = ask(client, product, "v=4")["flags"]["sync"]
    assert set(typed) == {"key", "value", "reason", "metadata"}
    assert typed["metadata"]["config_version"] == 1


@pytest.mark.parametrize("query", ["", "v=1", "v=0", "v=", "v=x", "v=99999"])
def test_without_a_version_that_is_one_the_oldest_form_answers(
    client: Browser, product: Product, query: str
) -> None:
    assert set(ask(client, product, query)) >= {"featureFlags", "featureFlagPayloads"}


def test_only_the_flags_of_surveys_where_only_they_are_asked_for(client: Browser, product: Product) -> None:
    found = ask(client, product, "v=2&only_evaluate_survey_feature_flags=true")["flags"]
    assert set(found) == {"survey-targeting-welcome"}
    assert len(ask(client, product, "v=2&only_evaluate_survey_feature_flags=false")["flags"]) == 3


@pytest.mark.parametrize(
    ("body", "query", "encoding"),
    [
        ("plain", "compression=gzip-js", ""),
        ("gzip", "compression=gzip-js&ver=1.449.2", ""),
        ("gzip", "compression=gzip", "gzip"),
        ("form", "compression=base64", ""),
        ("zstd", "", "zstd"),
        ("deflate", "", "deflate"),
    ],
)
def test_a_body_may_be_packed_in_every_way_that_an_sdk_knows(
    client: Browser, product: Product, body: str, query: str, encoding: str
) -> None:
    text = orjson.dumps({"$token": product.project_key, "$distinct_id": 17.5})
    packed = {
        "plain": text,
        "gzip": gzip.compress(text),
        "deflate": zlib.compress(text),
        "zstd": payloads.zstd.compress(text),
        "form": b"data=" + quote(base64.b64encode(text)).encode(),
    }[body]
    headers = {"Content-Encoding": encoding} if encoding else {}
    for path in ("/flags", "/flags/"):
        answer = client.post(f"{path}?v=2&{query}", data=packed, headers=headers, csrf=False)
        assert answer.json["flags"]["plain"]["enabled"] is True, answer.text


def test_every_name_that_a_field_ever_had_is_understood(
    work: Work, client: Browser, product: Product
) -> None:
    by_device = {
        "groups": [{"properties": [], "rollout_percentage": 50}],
        "bucketing_identifier": "device_id",
    }
    device_flag = service.create_flag(work, product.id, key="by-device", filters=by_device)
    service.change_flag(work, device_flag.id, version=None, contexts=["checkout"])
    work.session.commit()
    asked = [
        {"device_id": "d-1", "evaluation_contexts": ["checkout"]},
        {"$device_id": "d-1", "evaluation_environments": ["checkout"]},
        {"person_properties": {"$device_id": "d-1"}, "flag_keys": ["by-device"]},
        {"device_id": "d-1", "flag_keys_to_evaluate": ["by-device"]},
    ]
    values = {ask(client, product, **more)["flags"]["by-device"]["enabled"] for more in asked}
    assert len(values) == 1


def test_a_payload_is_read_by_its_key_whatever_the_flag_is_like(
    work: Work, client: Browser, product: Product
) -> None:
    secret = {"Authorization": f"Bearer {program_service.secret_key(work, product)}"}
    url = "/api/projects/@current/feature_flags/{}/remote_config/?token=" + product.project_key
    assert client.get(url.format("plain"), headers=secret).json == '{"a": 1}'
    assert client.get(url.format("sync"), headers=secret).json is None
    assert client.get(url.format("unheard-of"), headers=secret).status_code == 404


def test_definitions_say_what_an_sdk_must_know_to_decide(
    work: Work, client: Browser, product: Product
) -> None:
    secret = {"Authorization": f"Bearer {program_service.secret_key(work, product)}"}
    found = client.get(f"/flags/definitions?token={product.project_key}&send_cohorts", headers=secret).json
    assert set(found) == {
        "flags", "group_type_mapping", "cohorts", "minimal_flag_called_events", "property_matching_version",
    }  # fmt: skip
    assert found["minimal_flag_called_events"] is False
    assert set(found["flags"][0]) >= {
        "id", "key", "active", "version", "ensure_experience_continuity", "bucketing_identifier", "evaluation_runtime",
        "evaluation_contexts", "has_experiment", "filters",
    }  # fmt: skip


def test_metrics_count_requests_by_endpoint_and_status_and_people_by_where_they_were(
    client: Browser, product: Product
) -> None:
    def value(line: str) -> float:
        found = [each for each in client.get("/metrics").text.splitlines() if each.startswith(line)]
        return float(found[0].rpartition(" ")[2]) if found else 0.0

    counted = (
        'betaops_flag_requests_total{endpoint="flags",status="200"}',
        'betaops_flag_requests_total{endpoint="flags",status="400"}',
        'betaops_flag_people_total{where="database"}',
        'betaops_flag_people_total{where="memory"}',
    )
    before = [value(line) for line in counted]
    for distinct_id in ("one", "one", "two", ""):
        ask(client, product, distinct_id=distinct_id)
    assert [value(line) - was for line, was in zip(counted, before, strict=True)] == [3, 1, 2, 1]
    assert "betaops_counts_dropped_total" in client.get("/metrics").text
