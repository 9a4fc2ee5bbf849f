"""axe in a page: what it violates of WCAG 2.2 A and AA, and of what axe calls best practice."""

from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

OPTIONS = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "rules": {"target-size": {"enabled": True}},
    # What passes is counted, not described: describing it takes longer than judging it.
    "resultTypes": ["violations"],
}
_AXE = Axe().axe_script
_RUN = Path(__file__).with_name("known_contrasts.js").read_text()


class Judge:
    """Looks at one page after the other, and at each as often as wanted; remembers which contrasts suffice."""

    def __init__(self) -> None:
        self._contrasts: list[Any] = []

    def violations(self, page: Page) -> list[dict[str, Any]]:
        """As axe tells them, of the page as it stands there."""
        if not page.evaluate("'axe' in window"):
            page.evaluate(_AXE)
        found = page.evaluate(_RUN, {"known": self._contrasts, "options": OPTIONS})
        self._contrasts = found["passed"]
        told: list[dict[str, Any]] = found["violations"]
        return told
