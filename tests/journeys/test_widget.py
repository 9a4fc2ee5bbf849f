"""The widget in somebody's page under a strict policy: in the text, in a corner, behind a tab."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bench.spine.server import Installation
from tests.support.strangers import framing, strange_site

Visit = Callable[..., Page]


@pytest.fixture
def stranger(facts: dict[str, Any], served: Installation) -> Iterator[str]:
    """Pages of another origin: `/inline`, `/popover`, `/tab`. Only the installation's scripts and frames may be there."""
    policy = f"default-src 'none'; script-src {served.url}; frame-src {served.url}"
    token = facts["survey_url"].rsplit("/", 1)[1]

    def page(form: str) -> str | None:
        if form not in ("inline", "popover", "tab"):
            return None
        return f"""<!doctype html><html lang="en"><title>A page</title><h1>Our app</h1><button id="own">Own</button>
            <script src="{served.url}/embed.js" data-survey="{token}" data-form="{form}" data-height="1200"></script>
            <p id="after">After it.</p>"""

    with strange_site(page, {"Content-Security-Policy": policy}) as origin, framing(served, facts, origin):
        yield origin


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
