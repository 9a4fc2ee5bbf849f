"""PostHog's Node SDK and OpenFeature's server provider, unmodified, pointed at our host."""

from typing import Any

import pytest

from betaops.enrollment.models import Enrollment
from betaops.kernel.work import Work
from betaops.programs import service as program_service
from betaops.programs.models import Product, Program
from betaops.usage import queries as usage_queries
from tests.clients.conftest import Begin, Node
from tests.factories.cohorts import a_cohort, where
from tests.factories.enrollment import an_enrollment
from tests.factories.flags import a_flag, person
from tests.factories.programs import a_program

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]

VALUES = {"new-editor": True, "sync": "merge", "modern": True, "risky": False}


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


@pytest.fixture
def ana(work: Work, program: Program) -> Enrollment:
    return an_enrollment(work, program=program, mail="ana@example.com", attributes={"plan": "pro"})


@pytest.fixture
def product(work: Work, program: Program, ana: Enrollment) -> Product:
    """Its flags: by a picked cohort, by a rule in variants, by what the request says, for nobody."""
    product = work.session.get_one(Product, program.product_id)
    pros = a_cohort(work, program=program, name="Pros", rule=where("attribute.plan", "is", "pro"))
    pilot = a_cohort(work, program=program, name="Pilot", members=[ana])
    a_flag(work, product=product, key="new-editor", cohort=pilot, payloads={"true": '{"toolbar": "compact"}'})
    a_flag(work, product=product, key="sync", cohort=pros, variants={"log": 0, "merge": 100})
    modern = [{"properties": [person("app", "2.0.0", "semver_gte")], "rollout_percentage": 100}]
    a_flag(work, product=product, key="modern", conditions=modern)
    a_flag(work, product=product, key="risky", percentage=0)
    work.session.commit()
    return product


def asked(client: Node, distinct_id: str, **options: Any) -> dict[str, Any]:
    """What the SDK says of each flag."""
    options = {"personProperties": {"app": "2.1.0"}, "sendFeatureFlagEvents": False, **options}
    return {key: client.call("getFeatureFlag", key, distinct_id, options) for key in VALUES}


def test_posthogs_node_sdk_gets_the_cohorts_flags_from_the_server(
    node: Begin, host: str, product: Product
) -> None:
    client = node("posthog_node", product.project_key, {"host": host})
    assert asked(client, "ana@example.com") == VALUES
    assert asked(client, "somebody") == {**VALUES, "new-editor": False, "sync": False}
    assert client.call("getFeatureFlagPayload", "new-editor", "ana@example.com") == {"toolbar": "compact"}


def test_and_decides_alike_by_itself_with_the_definitions(
    work: Work, node: Begin, host: str, product: Product
) -> None:
    options = {"host": host, "personalApiKey": program_service.secret_key(work, product)}
    client = node("posthog_node", product.project_key, options)
    client.call("reloadFeatureFlags")
    alone = {"onlyEvaluateLocally": True}
    assert asked(client, "ana@example.com", **alone) == VALUES
    assert asked(client, "somebody", **alone) == {**VALUES, "new-editor": False, "sync": False}


def test_its_events_arrive_gzipped_and_once(
    work: Work, node: Begin, host: str, product: Product, ana: Enrollment
) -> None:
    client = node("posthog_node", product.project_key, {"host": host})
    client.call("capture", {"distinctId": "ana@example.com", "event": "note created", "properties": {"n": 1}})
    client.call("flush")
    client.end()
    found = [event.name for event in usage_queries.recent(work.session, ana.tester_id)]
    assert found == ["note created"]


def test_openfeatures_server_provider_gets_every_type(
    work: Work, node: Begin, host: str, product: Product
) -> None:
    a_flag(work, product=product, key="limit", variants={"a": 100}, payloads={"a": "20"})
    a_flag(work, product=product, key="layout", variants={"a": 100}, payloads={"a": '{"columns": 3}'})
    work.session.commit()
    client = node("openfeature_node", host, product.project_key)
    ana = {"targetingKey": "ana@example.com"}
    details = client.call("getBooleanDetails", "new-editor", False, ana)
    assert (details["value"], details["reason"], details["variant"]) == (True, "TARGETING_MATCH", "on")
    assert client.call("getBooleanValue", "new-editor", True, {"targetingKey": "somebody"}) is False
    assert client.call("getStringValue", "sync", "none", ana) == "merge"
    assert client.call("getNumberValue", "limit", 1, ana) == 20
    assert client.call("getObjectValue", "layout", {}, ana) == {"columns": 3}
    unknown = client.call("getBooleanDetails", "unheard-of", True, ana)
    assert (unknown["value"], unknown["errorCode"]) == (True, "FLAG_NOT_FOUND")
