"""`serve --only edge`: what SDKs ask, from a process without pages."""

import os
import subprocess
import sys
from pathlib import Path

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


#: A process of its own, since this one has everything loaded.
_ALONE = """
import sys
from werkzeug.test import Client
import config
from betaops.edge import create_edge
from betaops.kernel.work import Platform

edge = create_edge(Platform.open(config.load()))
heavy = {"flask", "jinja2", "pydantic", "wtforms", "pygments", "alembic", "betaops.surveys.queries"}
print(*sorted(heavy & set(sys.modules)))
answer = Client(edge).post("/flags/?v=2", json={"token": sys.argv[1], "distinct_id": "ana"})
print(answer.json["flags"]["plain"]["enabled"], "betaops.surveys.queries" in sys.modules)
"""


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_it_is_small_since_pages_are_not_loaded_and_rooms_when_first_needed(
    platform: Platform, work: Work, tmp_path: Path
) -> None:
    product = a_product(work)
    a_flag(work, product=product, key="plain")
    work.session.commit()
    environ = {
        **os.environ,
        "BETAOPS_INSTANCE": str(tmp_path),
        "BASE_URL": "http://localhost",
        "DATABASE_URL": platform.database.url,
    }
    command = [sys.executable, "-c", _ALONE, product.project_key]
    said = subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["", "True True"]
