"""Flags decided by company: what the product told of it is stored, and wins over what a request claims."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from betaops.flags.models import Dialect, ProductGroup
from betaops.flags.service import describe_group
from betaops.flags.service.grouping import MOST_GROUP_TYPES, MOST_PROPERTIES
from betaops.kernel.work import Work
from betaops.programs.models import Product
from tests.factories.flags import a_flag
from tests.factories.programs import a_product
from tests.support.browsers import Browser

BY_COMPANY = {"key": "seats", "type": "group", "group_type_index": 0, "operator": "gte", "value": "50"}


@pytest.fixture
def product(work: Work) -> Product:
    """Its flag `teams` is for companies of at least fifty seats."""
    product = a_product(work)
    flag = a_flag(work, product=product, key="teams", conditions=[{"properties": [BY_COMPANY]}])
    flag.filters = {**flag.filters, "aggregation_group_type_index": 0}
    return product


def told(client: Browser, product: Product, **properties: Any) -> int:
    """The product tells of the company Acme, as its SDK does."""
    event = {
        "event": "$groupidentify",
        "distinct_id": "$company_acme",
        "uuid": str(uuid4()),
        "properties": {"$group_type": "company", "$group_key": "acme", "$group_set": properties},
    }
    return client.post(
        "/batch/", json={"api_key": product.project_key, "batch": [event]}, csrf=False
    ).status_code


def has_teams(client: Browser, product: Product, **claims: Any) -> bool:
    asked = {"token": product.project_key, "distinct_id": "ana", "groups": {"company": "acme"}, **claims}
    answer = client.post("/flags/?v=2", json=asked, csrf=False).json
    assert answer is not None
    return bool(answer["flags"]["teams"]["enabled"])


def test_what_the_product_told_of_a_company_decides_and_wins_over_a_claim(
    work: Work, client: Browser, product: Product, soon: Callable[[], None]
) -> None:
    work.add(Dialect(product_id=product.id, group_types={"0": "company"}))
    work.session.commit()
    claim = {"group_properties": {"company": {"seats": 80}}}
    assert has_teams(client, product) is False
    assert has_teams(client, product, **claim) is True
    assert told(client, product, seats=120) == 200
    soon()
    assert has_teams(client, product) is True
    assert told(client, product, seats=10, plan="free") == 200
    soon()
    assert has_teams(client, product, **claim) is False


def test_a_kind_of_group_is_known_once_the_product_tells_of_one(work: Work, product: Product) -> None:
    for number in range(MOST_GROUP_TYPES):
        assert describe_group(work, product.id, f"kind-{number}", "acme", {"seats": 1})
    assert not describe_group(work, product.id, "one-too-many", "acme", {"seats": 1})
    assert describe_group(work, product.id, "kind-1", "acme", {"seats": 2})
    dialect = work.session.scalars(select(Dialect).where(Dialect.product_id == product.id)).one()
    assert list(dialect.group_types.values()) == [f"kind-{number}" for number in range(MOST_GROUP_TYPES)]


def test_told_again_it_changes_nothing_and_what_cannot_be_kept_is_passed_over(
    work: Work, product: Product
) -> None:
    assert describe_group(work, product.id, "company", "acme", {"seats": 1})
    revision = work.session.scalar(select(Product.revision).where(Product.id == product.id))
    assert not describe_group(work, product.id, "company", "acme", {"seats": 1})
    many = {f"p{number}": number for number in range(MOST_PROPERTIES + 1)}
    assert not describe_group(work, product.id, "company", "acme", many)
    assert not describe_group(work, product.id, "company", "", {"seats": 1})
    assert work.session.scalar(select(Product.revision).where(Product.id == product.id)) == revision
    assert work.session.scalars(select(ProductGroup.properties)).all() == [{"seats": 1}]
