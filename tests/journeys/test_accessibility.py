"""axe over the whole URL map: no violation of WCAG 2.2 A or AA on any page, on a phone in light and on a desk in dark."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

import config
from bench.spine.server import Installation
from betaops.app import create_app
from betaops.web.application import Application

AXE_OPTIONS = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "rules": {"target-size": {"enabled": True}},
    # What passes is counted, not described: describing it takes longer than judging it.
    "resultTypes": ["violations"],
}
#: Endpoints that show no page of their own, or whose page needs a token that only a mail holds, with the reason.
NO_PAGE = re.compile(
    r"^(assets|openapi|operations|search|start)\.|_api\.|\.(export|download|attachment|picture|thumbnail|csv)"
)
PER_ENDPOINT = 1


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Application:
    """Only for its URL map."""
    return create_app(config.load({"BETAOPS_INSTANCE": str(tmp_path_factory.mktemp("map"))}))


def _endpoint(app: Application, path: str) -> str | None:
    adapter = app.url_map.bind("localhost")
    try:
        return str(adapter.match(urlsplit(path).path, method="GET")[0])
    except Exception:  # noqa: BLE001  # no route, another method, a redirect: nothing to look at
        return None


def _links(page: Page, base: str) -> list[str]:
    found = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    return [link for link in found if link.startswith(base) and "#" not in link]


def _walk(page: Page, app: Application, start: list[str], base: str, look: Callable[[str], None]) -> set[str]:
    """Open every reachable page, one for each endpoint, and `look` at it. Returns the endpoints seen."""
    waiting, seen = [urljoin(base, path) for path in start], {}
    while waiting:
        address = waiting.pop(0)
        endpoint = _endpoint(app, address)
        if endpoint is None or NO_PAGE.search(endpoint) or seen.get(endpoint, 0) >= PER_ENDPOINT:
            continue
        seen[endpoint] = seen.get(endpoint, 0) + 1
        answer = page.goto(address)
        assert answer is not None
        assert answer.status < 500, f"{address} answered {answer.status}"
        if "html" not in (answer.headers.get("content-type") or ""):
            continue
        look(endpoint)
        waiting += _links(page, base)
    return set(seen)


def _violations(page: Page, endpoint: str) -> list[str]:
    found = Axe().run(page, options=AXE_OPTIONS).response["violations"]
    return [
        f"{endpoint} ({page.url}): {each['id']}: {each['help']}: {node['html'][:160]}"
        for each in found
        for node in each["nodes"][:3]
    ]


def _overflow(page: Page, endpoint: str) -> list[str]:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{endpoint} ({page.url}): {wide} px wider than the window"] if wide > 0 else []


@pytest.mark.parametrize(("width", "dark"), [(320, False), (1280, True)])
def test_every_page_of_the_console_is_accessible(
    app: Application,
    served: Installation,
    visit: Callable[..., Page],
    member_state: Any,
    width: int,
    dark: bool,  # a parameter of the test
) -> None:
    page, wrong = visit(width=width, dark=dark, state=member_state), []

    def look(endpoint: str) -> None:
        wrong.extend(_violations(page, endpoint))
        wrong.extend(_overflow(page, endpoint))

    _walk(page, app, ["/console", "/console/style"], served.url, look)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("width", "dark"), [(320, False), (1280, True)])
def test_every_page_that_strangers_reach_is_accessible(
    app: Application,
    served: Installation,
    facts: dict[str, Any],
    visit: Callable[..., Page],
    width: int,
    dark: bool,  # a parameter of the test
) -> None:
    page, wrong = visit(width=width, dark=dark), []

    def look(endpoint: str) -> None:
        wrong.extend(_violations(page, endpoint))
        wrong.extend(_overflow(page, endpoint))

    start = [
        facts["portal_url"],
        facts["survey_url"],
        "/sign-in",
        "/forgot",
        "/portal/sign-in",
        "/nowhere",
        "/link/cut-off",
    ]
    _walk(page, app, start, served.url, look)
    for path in ("/nowhere", "/link/cut-off", "/s/cut-off"):
        page.goto(path)
        look(path)
    assert not wrong, "\n".join(wrong)
