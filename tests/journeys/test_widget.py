"""The widget in somebody's page under a strict policy: in the text, in a corner, behind a tab."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

import config
from bench.spine.server import Installation
from betaops import wiring
from betaops.kernel import clock
from betaops.kernel.work import SYSTEM, Platform, Work
from betaops.surveys import service
from betaops.surveys.models import Survey

Visit = Callable[..., Page]


@pytest.fixture
def stranger(facts: dict[str, Any], served: Installation) -> Iterator[str]:
    """Pages of another origin: `/inline`, `/popover`, `/tab`. Only the installation's scripts and frames may be there."""
    policy = f"default-src 'none'; script-src {served.url}; frame-src {served.url}"
    token = facts["survey_url"].rsplit("/", 1)[1]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            form = self.path.strip("/")
            html = f"""<!doctype html><html lang="en"><title>A page</title><h1>Our app</h1><button id="own">Own</button>
                <script src="{served.url}/embed.js" data-survey="{token}" data-form="{form}" data-height="1200"></script>
                <p id="after">After it.</p>"""
            self.send_response(200 if form in ("inline", "popover", "tab") else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_arguments: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    origin = f"http://localhost:{server.server_address[1]}"
    _allow(served, facts, [origin])
    # A test names this before `visit`, so that its pages close before they may not frame any more.
    yield origin
    _allow(served, facts, [])
    server.shutdown()
    server.server_close()


def _allow(served: Installation, facts: dict[str, Any], origins: list[str]) -> None:
    wiring.load_models()
    platform = Platform.open(config.load(served.environ))
    with platform.database.writing() as session:
        survey = session.scalars(
            select(Survey).where(Survey.name == facts["survey"]).execution_options(unscoped=True)
        ).one()
        work = Work(session, platform, SYSTEM, clock.now(), is_quiet=True)
        work.enter(survey.workspace_id)
        service.change_settings(
            work, survey.id, name=survey.name, origins=origins, opens_at=None, closes_at=None
        )
    platform.database.close()


SHIFTED = """() => new Promise((done) => new PerformanceObserver((list, self) => {
    self.disconnect(); done(list.getEntries().map((each) => each.value));
}).observe({ type: "layout-shift", buffered: true }) ?? setTimeout(() => done([]), 300))"""


@pytest.mark.parametrize("form", ["inline", "popover", "tab"])
def test_nothing_in_the_page_moves_when_the_widget_comes(stranger: str, visit: Visit, form: str) -> None:
    page = visit()
    page.goto(f"{stranger}/{form}")
    if form == "tab":
        page.get_by_role("button", name="Feedback").click()
    expect(page.frame_locator("iframe").locator("h1")).to_have_text("Week 2 check-in")
    assert sum(page.evaluate(SHIFTED)) == 0


def test_the_popover_leaves_the_keyboard_alone_and_closes_by_escape_for_good(
    stranger: str, visit: Visit
) -> None:
    page = visit(width=360, height=640)
    page.goto(f"{stranger}/popover")
    dialog = page.get_by_role("dialog", name="Survey")
    expect(dialog).to_be_visible()
    assert page.evaluate("document.activeElement.tagName") == "BODY"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = dialog.bounding_box()
    assert box is not None
    assert box["width"] <= 328
    # Escape inside the frame reaches the page by message.
    page.frame_locator("iframe").locator("main").click(position={"x": 5, "y": 5})
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.reload()
    expect(dialog).to_be_hidden()
    assert page.locator("iframe").get_attribute("src") is None


def test_the_tab_opens_by_keyboard_and_gives_the_focus_back(stranger: str, visit: Visit) -> None:
    page = visit()
    page.goto(f"{stranger}/tab")
    tab = page.get_by_role("button", name="Feedback")
    expect(tab).to_have_attribute("aria-expanded", "false")
    assert page.locator("iframe").get_attribute("src") is None
    tab.press("Enter")
    expect(tab).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(tab).to_be_focused()
