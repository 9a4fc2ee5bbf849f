"""The REST API keeps what its OpenAPI document promises: schemathesis with all its checks, on the sample workspace."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

import config
from betaops import wiring
from betaops.app import create_app
from betaops.kernel import migrations
from betaops.kernel.work import Platform
from betaops.web.application import Application

EXAMPLES = 6


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Application, dict[str, Any]]]:
    """The application on a database with the sample workspace."""
    settings = config.load({"BETAOPS_INSTANCE": str(tmp_path_factory.mktemp("api"))})
    platform = Platform.open(settings)
    wiring.connect()
    migrations.upgrade(platform.database)
    app = create_app(settings, platform)
    app.config["RATELIMIT_ENABLED"] = False
    with app.test_request_context(base_url=settings.base_url):
        facts = wiring.plant_sample(platform)
    yield app, facts
    platform.database.close()


def test_every_operation_answers_as_described(served: tuple[Application, dict[str, Any]]) -> None:
    app, facts = served
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


def test_the_document_is_openapi_3_1_and_names_every_route_of_the_api(
    served: tuple[Application, dict[str, Any]],
) -> None:
    app = served[0]
    document = app.test_client().get("/api/v1/openapi.json").json
    assert document is not None
    assert document["openapi"].startswith("3.1")
    routes = {rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1/")} - {
        "/api/v1/openapi.json"
    }
    assert len(routes) == len(document["paths"])
