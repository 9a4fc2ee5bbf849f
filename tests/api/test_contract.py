"""The REST API keeps what its OpenAPI document promises: schemathesis with all its checks, on the sample workspace."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from tests.support.sample import Sample

EXAMPLES = 6


@pytest.fixture(scope="module")
def served(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    """A copy of the sample workspace, for requests to change."""
    copy = sample.copy(tmp_path_factory.mktemp("api") / "instance")
    copy.app.config["RATELIMIT_ENABLED"] = False
    yield copy
    copy.close()


def test_every_operation_answers_as_described(served: Sample) -> None:
    app, facts = served.app, served.facts
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    key = {"Authorization": f"Bearer {facts['api_key']}"}
    failures = []
    operations = [result.ok() for result in schema.get_all_operations()]
    for operation in operations:

        @given(case=st.one_of([operation.as_strategy(generation_mode=mode) for mode in GenerationMode]))
        @settings(
            max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck)
        )
        def answers_as_described(case: Any) -> None:
            case.call_and_validate(headers=key)

        try:
            answers_as_described()
        except Exception as error:  # noqa: BLE001  # all operations are tried before the first is told
            failures.append(f"{operation.label}: {error}")
    assert len(operations) > 40
    assert not failures, "\n\n".join(failures)


def test_the_document_is_openapi_3_1_and_names_every_route_of_the_api(served: Sample) -> None:
    app = served.app
    document = app.test_client().get("/api/v1/openapi.json").json
    assert document is not None
    assert document["openapi"].startswith("3.1")
    routes = {rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1/")} - {
        "/api/v1/openapi.json"
    }
    assert len(routes) == len(document["paths"])
