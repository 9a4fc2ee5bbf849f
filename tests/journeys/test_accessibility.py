"""axe over the whole URL map: no violation of WCAG 2.2 A or AA on any page, on a phone in light and on a desk in dark."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Page

import config
from bench.spine.server import Installation
from betaops.app import create_app
from betaops.surveys.ready import measures
from betaops.web.application import Application
from tests.factories.surveys import EVERY_KIND
from tests.support.axe import Judge

#: Endpoints that show no page of their own, or whose page needs a token that only a mail holds, with the reason.
NO_PAGE = re.compile(
    r"^(assets|openapi|operations|search|start)\.|_api\.|\.(export|download|attachment|paper_pdf|paper_markdown|pdf|markdown|picture|thumbnail|csv)"
)
PER_ENDPOINT = 1
SIGHTS: tuple[tuple[int, Literal["light", "dark"]], ...] = ((320, "light"), (1280, "dark"))


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


def _violations(page: Page, judge: Judge, seen_as: str) -> list[str]:
    return [
        f"{seen_as} ({page.url}): {each['id']}: {each['help']}: {node['html'][:160]}"
        for each in judge.violations(page)
        for node in each["nodes"][:3]
    ]


def _overflow(page: Page, seen_as: str) -> list[str]:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{seen_as} ({page.url}): {wide} px wider than the window"] if wide > 0 else []


def _look(page: Page, judge: Judge, endpoint: str) -> list[str]:
    """What is wrong with the page on a phone in light and on a desk in dark; loaded once, as either."""
    wrong = []
    for width, scheme in SIGHTS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        seen_as = f"{endpoint}, {width} px, {scheme}"
        wrong += _violations(page, judge, seen_as) + _overflow(page, seen_as)
    return wrong


def _survey_of_everything(served: Installation, facts: dict[str, Any], folder: Path) -> str:
    """A draft that asks in every way there is and by every measure: its pages are the first of their kind in the walk."""
    draft = {"title": EVERY_KIND["title"], "pages": [{"name": "all", "elements": [*EVERY_KIND["elements"]]}]}
    for each in measures.offered():
        draft["pages"][0]["elements"].append(measures.element(each.name, draft, "en"))
    file = folder / "every.json"
    file.write_text(json.dumps(draft))
    told = json.loads(served.command("surveys", "import", str(file), "--program", facts["program"], "--json"))
    return f"/console/programs/{facts['program']}/surveys/{told['survey']}"


def test_every_page_of_the_console_is_accessible(
    app: Application,
    visit: Callable[..., Page],
    served: Installation,
    facts: dict[str, Any],
    member_state: Any,
    tmp_path: Path,
) -> None:
    page, judge, wrong = visit(state=member_state), Judge(), []
    survey = _survey_of_everything(served, facts, tmp_path)
    start = [
        f"{survey}/preview",
        f"{survey}/build?at=0.{len(EVERY_KIND['elements'])}",
        "/console",
        "/console/style",
    ]
    _walk(page, app, start, served.url, lambda at: wrong.extend(_look(page, judge, at)))
    assert not wrong, "\n".join(wrong)


def test_every_page_that_strangers_reach_is_accessible(
    app: Application, visit: Callable[..., Page], served: Installation, facts: dict[str, Any]
) -> None:
    page, judge, wrong = visit(), Judge(), []
    start = [
        facts["portal_url"],
        facts["survey_url"],
        "/sign-in",
        "/forgot",
        "/portal/sign-in",
    ]
    _walk(page, app, start, served.url, lambda at: wrong.extend(_look(page, judge, at)))
    for path in ("/nowhere", "/link/cut-off", "/s/cut-off"):
        page.goto(path)
        wrong += _look(page, judge, path)
    assert not wrong, "\n".join(wrong)
