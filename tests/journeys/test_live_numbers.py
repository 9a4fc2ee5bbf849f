"""Numbers move while somebody looks at them: an answer comes in over the API, and the page shows it without being loaded
again, where it stands, with what is in focus in focus."""

import re
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from bench.spine.server import Installation

#: Until a worker has counted, and the page has looked again.
PATIENCE_MS = 60_000


class Caller:
    """A program with the sample's key."""

    def __init__(self, served: Installation, facts: dict[str, Any]) -> None:
        self._url = f"{served.url}/api/v1"
        self._headers = {"Authorization": f"Bearer {facts['api_key']}"}

    def get(self, path: str) -> Any:
        answer = httpx.get(self._url + path, headers=self._headers)
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, body: dict[str, Any]) -> Any:
        answer = httpx.post(self._url + path, headers=self._headers, json=body)
        assert answer.is_success, answer.text
        return answer.json()


@pytest.fixture
def caller(served: Installation, facts: dict[str, Any]) -> Caller:
    return Caller(served, facts)


class Watched:
    """A page that stands open, scrolled, with something in focus; what of it may not change is marked."""

    def __init__(self, page: Page, address: str, number: str, still: str) -> None:
        """`number`: a part that has a number which moves; `still`: one that stays as it is."""
        self.page, self.part = page, page.locator(number)
        page.goto(address)
        expect(self.part).to_be_visible()
        self.before = self.value()
        page.locator("nav#navigation a").nth(3).focus()
        self.focused = page.evaluate("document.activeElement.href")
        page.evaluate("scrollTo(0, 180)")
        self.height = page.evaluate("scrollY")
        self.still = page.locator(still)
        self.still.evaluate("element => { element.isMarked = true }")
        page.evaluate("window.here = 'since the beginning'")

    def value(self) -> int:
        found = re.search(r"(?:from |Reports\s+)(\d+)", self.part.inner_text())
        assert found, self.part.inner_text()
        return int(found[1])

    def moves_by(self, difference: int) -> None:
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while self.value() != self.before + difference and time.monotonic() < deadline:
            self.page.wait_for_timeout(250)
        assert self.value() == self.before + difference
        assert self.page.evaluate("window.here") == "since the beginning"
        assert self.page.evaluate("scrollY") == self.height
        assert self.page.evaluate("document.activeElement.href") == self.focused
        assert self.still.evaluate("element => element.isMarked"), "what did not change is not drawn anew"


def test_an_answer_moves_the_boards_while_they_are_looked_at(
    facts: dict[str, Any], visit: Callable[..., Page], member_state: Any, caller: Caller
) -> None:
    program = _program(caller, facts)
    survey = _survey(caller, program, facts["survey"])
    own = f"/console/programs/{facts['program']}"
    overview = Watched(
        visit(height=500, state=member_state), own, ".verdicts li:has-text('Import is easy')", "main h1"
    )
    readiness = Watched(
        visit(height=500, state=member_state),
        f"{own}/readiness",
        "article.need:has-text('Import is easy')",
        "article.need:has-text('Sync never loses a note')",
    )
    opened = readiness.page.locator("article.need", has_text="Import is easy").locator("details")
    opened.evaluate("element => { element.open = true }")
    caller.post(
        f"/surveys/{survey}/responses",
        {
            "submission_key": "while somebody looks",
            "enrollment": _silent(caller, program, survey),
            "answers": {
                "satisfaction": {"speed": 5, "sync": 4, "editor": 5, "search": 4},
                "used_import": "yes",
                "import_easy": 5,
                "platforms": ["Web"],
                "nps": 9,
                "would_miss": "very",
            },
        },
    )
    readiness.moves_by(1)
    assert opened.evaluate("element => element.open"), "what was unfolded stays unfolded"
    overview.moves_by(1)


def test_a_report_moves_the_board_of_feedback_while_it_is_looked_at(
    facts: dict[str, Any], visit: Callable[..., Page], member_state: Any, caller: Caller
) -> None:
    board = Watched(
        visit(height=500, state=member_state),
        f"/console/programs/{facts['program']}/feedback/dashboard",
        "#sums",
        "main h1",
    )
    caller.post(
        f"/programs/{_program(caller, facts)}/feedback",
        {"kind": "idea", "title": "A lamp for the night"},
    )
    board.moves_by(1)


def _program(caller: Caller, facts: dict[str, Any]) -> str:
    return next(
        str(each["id"]) for each in caller.get("/programs")["items"] if each["slug"] == facts["program"]
    )


def _survey(caller: Caller, program: str, name: str) -> str:
    listed = caller.get(f"/programs/{program}/surveys")["items"]
    return next(str(each["id"]) for each in listed if each["name"] == name)


def _silent(caller: Caller, program: str, survey: str) -> str:
    """Somebody who is in and has not answered."""
    answered = {each["enrollment"] for each in caller.get(f"/surveys/{survey}/responses?limit=200")["items"]}
    places = caller.get(f"/programs/{program}/enrollments?state=active&limit=200")["items"]
    return next(str(each["id"]) for each in places if each["id"] not in answered)
