"""OpenFeature's official Python provider for OFREP, unmodified, pointed at our host."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from openfeature import api
from openfeature.client import OpenFeatureClient
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import ErrorCode
from openfeature.flag_evaluation import Reason

from betaops.flags import service
from betaops.kernel.work import Work
from betaops.programs.models import Product
from tests.factories.cohorts import a_cohort
from tests.factories.enrollment import an_enrollment
from tests.factories.flags import a_flag, person
from tests.factories.programs import a_program

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]

ANA = EvaluationContext("ana@example.com")
STRANGER = EvaluationContext("somebody", {"plan": "free"})


@pytest.fixture
def product(work: Work) -> Product:
    """Its flag `new-editor` is for a cohort that only Ana is in."""
    program = a_program(work)
    ana = an_enrollment(work, program=program, mail="ana@example.com")
    product = work.session.get_one(Product, program.product_id)
    a_flag(work, product=product, key="new-editor", cohort=a_cohort(work, program=program, members=[ana]))
    return product


@pytest.fixture
def client(work: Work, host: str, product: Product) -> Iterator[OpenFeatureClient]:
    key = product.project_key
    provider = OFREPProvider(host, headers_factory=lambda: {"Authorization": f"Bearer {key}"})
    work.session.commit()
    api.set_provider(provider)
    yield api.get_client()
    provider.session.close()
    api.clear_providers()


def test_a_cohorts_flag_is_on_for_its_people_alone(client: OpenFeatureClient) -> None:
    on = client.get_boolean_details("new-editor", default_value=False, evaluation_context=ANA)
    assert (on.value, on.reason, on.variant, on.error_code) == (True, Reason.TARGETING_MATCH, "on", None)
    off = client.get_boolean_details("new-editor", default_value=True, evaluation_context=STRANGER)
    assert (off.value, off.variant, off.error_code) == (False, "off", None)


def test_every_type_arrives_as_itself(work: Work, product: Product, client: OpenFeatureClient) -> None:
    a_flag(work, product=product, key="theme", variants={"ink": 100})
    a_flag(work, product=product, key="ratio", variants={"a": 100}, payloads={"a": "2.0"})
    a_flag(work, product=product, key="limit", variants={"a": 100}, payloads={"a": "20"})
    a_flag(work, product=product, key="layout", variants={"a": 100}, payloads={"a": '{"columns": 3}'})
    conditions = [{"properties": [person("plan", "pro")], "rollout_percentage": 100}]
    a_flag(work, product=product, key="pro", variants={"ink": 100}, conditions=conditions)
    work.session.commit()
    asked: list[tuple[Callable[..., Any], str, Any, Any]] = [
        (client.get_string_value, "theme", "none", "ink"),
        (client.get_float_value, "ratio", 0.5, 2.0),
        (client.get_integer_value, "limit", 1, 20),
        (client.get_object_value, "layout", {}, {"columns": 3}),
        (client.get_string_value, "pro", "the default", "the default"),
    ]
    for ask, key, default, expected in asked:
        assert ask(key, default, STRANGER) == expected, key


def test_a_switched_off_flag_is_off_whatever_the_code_would_rather(
    work: Work, product: Product, client: OpenFeatureClient, soon: Callable[[], None]
) -> None:
    flag = a_flag(work, product=product, key="risky")
    service.kill(work, flag.id)
    work.session.commit()
    soon()
    found = client.get_boolean_details("risky", default_value=True, evaluation_context=ANA)
    assert (found.value, found.reason) == (False, Reason.DISABLED)


def test_what_cannot_be_answered_falls_back_with_its_error(client: OpenFeatureClient) -> None:
    unknown = client.get_boolean_details("unheard-of", default_value=True, evaluation_context=ANA)
    assert (unknown.value, unknown.error_code) == (True, ErrorCode.FLAG_NOT_FOUND)
    nobody = client.get_boolean_details("new-editor", default_value=True)
    assert (nobody.value, nobody.error_code) == (True, ErrorCode.TARGETING_KEY_MISSING)
