"""`serve --only edge`: what SDKs ask, from a process without pages."""

import pytest
from werkzeug.test import Client

from betaops.edge import create_edge
from betaops.kernel.work import Platform, Work
from tests.factories.flags import a_flag
from tests.factories.programs import a_product


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_sdks_are_answered_and_nobody_else(platform: Platform, work: Work) -> None:
    product = a_product(work)
    a_flag(work, product=product, key="plain")
    work.session.commit()
    client = Client(create_edge(platform))
    answer = client.post("/flags/?v=2", json={"token": product.project_key, "distinct_id": "ana"})
    assert answer.json is not None
    assert answer.json["flags"]["plain"]["enabled"] is True
    assert client.get("/healthz").text == "ok\n"
    assert client.get("/readyz").text == "ready\n"
    assert 'betaops_flag_requests_total{endpoint="flags",status="200"}' in client.get("/metrics").text
    page = client.get("/sign-in")
    assert (page.status_code, page.content_type) == (404, "application/problem+json")
    assert client.head("/sign-in").text == ""
