"""OpenFeature's stream of changes, which no process holds open."""

from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from betaops.flags import service
from betaops.flags.endpoints import openfeature
from betaops.kernel.work import Work
from betaops.programs import service as program_service
from betaops.programs.models import Product
from tests.factories.flags import a_flag
from tests.factories.programs import a_product
from tests.support.browsers import Browser

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

ALL = "/ofrep/v1/evaluate/flags"


@pytest.fixture
def product(work: Work) -> Product:
    product = a_product(work, origins=["http://app.example.com"])
    a_flag(work, product=product, key="plain")
    work.session.commit()
    return product


def bulk(client: Browser, key: str, query: str = "", **headers: str) -> Any:
    body = orjson.dumps({"context": {"targetingKey": "x"}})
    sent = {"Authorization": f"Bearer {key}", **headers}
    return client.post(ALL + query, data=body, headers=sent, csrf=False)


def changed(work: Work, product: Product, soon: Callable[[], None]) -> None:
    a_flag(work, product=product)
    work.session.commit()
    soon()


def test_all_flags_come_with_an_address_to_hear_of_changes_that_holds_no_secret(
    work: Work, client: Browser, product: Product
) -> None:
    secret = program_service.secret_key(work, product)
    for key in (product.project_key, secret):
        [stream] = bulk(client, key).json["eventStreams"]
        assert (stream["type"], stream["inactivityDelaySec"]) == ("sse", 120)
        assert stream["url"].startswith("http://localhost/ofrep/v1/events?key=bo_")
        assert secret not in stream["url"]
        assert client.get(stream["url"].removeprefix("http://localhost")).status_code == 200
    one = client.post(
        f"{ALL}/plain",
        data=orjson.dumps({"context": {"targetingKey": "x"}}),
        headers={"X-API-Key": product.project_key},
        csrf=False,
    )
    assert "eventStreams" not in one.json


def test_a_change_is_told_once_to_who_has_not_heard_of_it(
    work: Work, client: Browser, product: Product, soon: Callable[[], None]
) -> None:
    [stream] = bulk(client, product.project_key).json["eventStreams"]
    path = stream["url"].removeprefix("http://localhost")

    def listen(last: str | None = None) -> dict[str, str]:
        answer = client.get(path, headers={} if last is None else {"Last-Event-ID": last})
        assert answer.content_type == "text/event-stream; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.text.endswith("\n\n")
        return dict(line.split(": ", 1) for line in answer.text.strip().splitlines())

    quiet = listen()
    assert 4_000 <= int(quiet["retry"]) <= 6_000
    assert "data" not in quiet
    changed(work, product, soon)
    told = listen(quiet["id"])
    assert orjson.loads(told["data"]) == {"type": "refetchEvaluation", "etag": f'"{told["id"]}"'}
    assert "data" not in listen(told["id"])
    assert "data" in listen(), "who first listens now, with flags from before, hears of it too"
    # A process that is a moment behind tells nothing twice.
    assert "data" not in listen(str(int(told["id"]) + 1))
    for nonsense in ("x", "", "-1", "9" * 40, "١"):
        assert listen(nonsense)["id"] == told["id"]


def test_who_was_told_of_a_change_gets_nothing_older(work: Work, client: Browser, product: Product) -> None:
    first = bulk(client, product.project_key)
    a_flag(work, product=product, key="new")
    work.session.commit()
    work.session.refresh(product)
    # This process has not looked yet; the provider has heard of it from another one.
    heard = f"?flagConfigEtag=%22{product.revision}%22&flagConfigLastModified=1771622898"
    answer = bulk(client, product.project_key, heard, **{"If-None-Match": first.headers["ETag"]})
    assert {each["key"] for each in answer.json["flags"]} == {"plain", "new"}
    for odd in (
        "?flagConfigEtag=",
        "?flagConfigEtag=x",
        "?flagConfigEtag=%229999%22",
        "?flagConfigLastModified=x",
    ):
        assert bulk(client, product.project_key, odd).status_code == 200


def test_flags_that_are_the_same_are_not_sent_again_though_something_else_changed(
    work: Work, client: Browser, product: Product, soon: Callable[[], None]
) -> None:
    first = bulk(client, product.project_key)
    program_service.bump_revision(work, product.id)
    work.session.commit()
    soon()
    again = bulk(client, product.project_key, **{"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_only_known_keys_and_allowed_pages_may_listen(client: Browser, product: Product) -> None:
    for path in ("/ofrep/v1/events", "/ofrep/v1/events?key=bo_nobody", "/ofrep/v1/events?key="):
        refused = client.get(path)
        assert (refused.status_code, refused.json["errorCode"]) == (401, "GENERAL")
    path = f"/ofrep/v1/events/?key={product.project_key}"
    allowed = client.get(path, headers={"Origin": "http://app.example.com"})
    assert allowed.headers["Access-Control-Allow-Origin"] == "http://app.example.com"
    assert client.get(path, headers={"Origin": "https://evil.example"}).status_code == 403
    assert client.post(path, csrf=False).status_code == 405


@pytest.fixture
def page(browser: Chromium) -> Iterator[Page]:
    page = browser.new_page(bypass_csp=True)
    yield page
    page.close()


@pytest.mark.browser
@pytest.mark.slow
def test_a_browsers_own_event_source_comes_again_and_hears_of_each_change(
    work: Work,
    host: str,
    product: Product,
    soon: Callable[[], None],
    page: Page,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(openfeature, "RETRY_MS", (200, 300))
    product.origins = []
    work.session.commit()
    work.session.refresh(product)
    # A page of another origin, as a product's is; what it is does not matter.
    page.goto(host.replace("127.0.0.1", "localhost") + "/healthz")
    page.evaluate(
        """url => { window.heard = []; window.opened = 0;
            const source = new EventSource(url);
            source.onopen = () => window.opened++;
            source.onmessage = event => window.heard.push([event.lastEventId, JSON.parse(event.data).type]); }""",
        f"{host}/ofrep/v1/events?key={product.project_key}&since={product.revision}",
    )
    page.wait_for_function("window.opened >= 1")
    assert page.evaluate("window.heard") == []
    for number in (1, 2):
        flag = a_flag(work, product=product)
        service.kill(work, flag.id)
        work.session.commit()
        soon()
        page.wait_for_function("number => window.heard.length === number", arg=number)
    work.session.refresh(product)
    assert page.evaluate("window.heard[1]") == [str(product.revision), "refetchEvaluation"]
    opened = page.evaluate("window.opened")
    page.wait_for_function("number => window.opened > number", arg=opened)
    assert page.evaluate("window.heard.length") == 2
