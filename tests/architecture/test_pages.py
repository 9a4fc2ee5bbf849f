"""Every page of the console that links lead to, with the sample in it, on PostgreSQL; elsewhere pages run on SQLite."""

import re
from urllib.parse import urlsplit

import pytest
from werkzeug.exceptions import HTTPException

from betaops import wiring
from betaops.kernel.settings import Settings
from betaops.kernel.work import Platform
from betaops.web.application import Application
from tests.support.browsers import Browser

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)

#: Pages that no link of the sample's leads to would be missed here: there are about this many, and more later.
LEAST = 85


def test_every_page_opens_on_postgresql(app: Application, platform: Platform, settings: Settings) -> None:
    with app.test_request_context(base_url=settings.base_url):
        facts = wiring.plant_sample(platform)
    browser = app.test_client()
    assert isinstance(browser, Browser)
    assert browser.submit(urlsplit(facts["console_url"]).path).status_code == 303
    seen = walk(browser, app, ["/console/", urlsplit(facts["portal_url"]).path])
    assert {path: status for path, status in seen.values() if status >= 400} == {}
    assert len(seen) > LEAST, sorted(seen)


def walk(browser: Browser, app: Application, start: list[str]) -> dict[str, tuple[str, int]]:
    """Path and status of one page for each endpoint, by endpoint."""
    waiting, seen = start, {}
    while waiting:
        path = waiting.pop()
        endpoint = endpoint_of(app, path)
        if endpoint is None or endpoint in seen:
            continue
        answer = browser.get(path)
        seen[endpoint] = (path, answer.status_code)
        if answer.mimetype == "text/html":
            waiting += links(answer.text)
    return seen


def endpoint_of(app: Application, path: str) -> str | None:
    try:
        return str(app.url_map.bind("localhost").match(urlsplit(path).path, method="GET")[0])
    except HTTPException:  # not ours, or it leads to one that is
        return None


def links(html: str) -> list[str]:
    """Addresses of this installation, as they stand in links and in what is loaded later."""
    return [found.replace("&amp;", "&") for found in re.findall(r'(?:href|data-src|src)="(/[^"#]*)"', html)]
