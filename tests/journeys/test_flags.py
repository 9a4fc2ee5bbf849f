"""The kill switch by keyboard, from the click to the product's SDK."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from bench.spine.server import Installation
from tests.support.processes import wait_until

Visit = Callable[..., Page]


def test_a_flag_is_switched_off_by_one_key_and_one_confirmation(
    visit: Visit, member_state: Any, facts: dict[str, Any], served: Installation
) -> None:
    page = visit(state=member_state)
    flags = f"/console/programs/{facts['program']}/flags"
    page.goto(f"{flags}/new")
    page.get_by_label("Key", exact=True).fill("by-key")
    page.get_by_role("button", name="Condition 1: remove cohort 1").click()
    page.get_by_role("button", name="Create the flag").click()
    page.wait_for_url("**/flags/flg_*")

    def is_on() -> bool:
        asked = {"token": facts["project_key"], "distinct_id": "somebody"}
        answer = page.request.post(f"{served.url}/flags/?v=2", data=asked).json()
        return bool(answer["flags"].get("by-key", {}).get("enabled"))

    wait_until(is_on, what="the product getting the new flag", seconds=10)
    page.keyboard.press("k")
    expect(page.locator("#kill-note")).to_be_focused()
    page.keyboard.type("It ate a note")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Off for everybody")).to_be_visible()
    expect(page.get_by_label("History")).to_contain_text("It ate a note")
    wait_until(lambda: not is_on(), what="the product losing the flag", seconds=10)
    page.keyboard.press("?")
    expect(page.locator(".keys-dialog")).to_contain_text("Edit the flag")


def test_flags_are_found_chosen_and_switched_off_in_the_list_by_keyboard(
    visit: Visit, member_state: Any, facts: dict[str, Any]
) -> None:
    page = visit(state=member_state)
    page.goto(f"/console/programs/{facts['program']}/flags")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("/")
    page.keyboard.type("ai-summ")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=ai-summ")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("o")
    expect(page.locator("#kill-chosen-note")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".flash")).to_contain_text("Off for everybody: ai-summaries.")
    page.get_by_role("link", name="ai-summaries").click()
    page.get_by_role("button", name="Switch on again").click()
    page.get_by_role("button", name="Switch on", exact=True).click()
    expect(page.locator(".flash")).to_contain_text("It is on again")
