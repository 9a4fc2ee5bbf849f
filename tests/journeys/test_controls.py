"""Controls in a real browser, on the style page: what works without scripts, and what scripts add."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

Visit = Callable[..., Page]
STYLE = "/console/style"
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)


@pytest.fixture
def style(visit: Visit, member_state: Any) -> Page:
    page = visit(state=member_state)
    page.goto(STYLE)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.activeElement.blur()")
    return page


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim()"))


def test_dialog_and_drawer_open_without_scripts(visit: Visit, member_state: Any) -> None:
    page = visit(state=member_state, width=360, scripts=False)
    page.goto(STYLE)
    page.get_by_role("button", name="Open a dialog").click()
    expect(page.get_by_role("heading", name="Add 2 testers to a cohort")).to_be_visible()
    page.goto(STYLE)
    expect(page.locator("#navigation")).to_be_hidden()
    page.get_by_role("button", name="Navigation").click()
    expect(page.locator("#navigation")).to_be_visible()


def test_a_dialog_is_modal_and_gives_focus_back(style: Page) -> None:
    style.get_by_role("button", name="Open a dialog").click()
    assert style.evaluate("document.querySelector('#style-dialog').matches(':modal')")
    style.keyboard.press("Escape")
    expect(style.locator("#style-dialog")).to_be_hidden()
    assert focused(style) == "Open a dialog"


def test_a_menu_opens_by_key_moves_by_arrow_and_closes_by_escape(style: Page) -> None:
    summary = style.locator("summary", has_text="Import")
    summary.focus()
    style.keyboard.press("Enter")
    style.keyboard.press("ArrowDown")
    assert focused(style).startswith("From a CSV file")
    style.keyboard.press("Escape")
    expect(style.get_by_role("link", name="From a CSV file")).to_be_hidden()
    assert focused(style) == "Import"


def test_the_palette_finds_pages_by_name_and_goes_there(style: Page) -> None:
    style.keyboard.press("Control+k")
    search = style.get_by_role("combobox", name="Search people")
    expect(search).to_be_focused()
    search.fill("invite testers")
    option = style.get_by_role("option", name="Invite testers")
    expect(option).to_be_visible()
    for _ in range(style.get_by_role("option").count()):
        if option.get_attribute("aria-selected") == "true":
            break
        style.keyboard.press("ArrowDown")
    style.keyboard.press("Enter")
    style.wait_for_url("**/console/style/portal")


def test_the_palette_closes_by_escape_and_leaves_nothing_behind(style: Page) -> None:
    style.keyboard.press("Control+k")
    expect(style.locator("dialog.palette")).to_be_visible()
    style.keyboard.press("Escape")
    expect(style.locator("dialog.palette")).to_have_count(0)


def test_keys_move_and_choose_rows_and_the_bar_counts_them(style: Page) -> None:
    bar = style.locator("#bulk")
    expect(bar).to_be_hidden()
    style.keyboard.press("j")
    style.keyboard.press("j")
    assert focused(style) == "Ben Okafor"
    style.keyboard.press("x")
    expect(bar).to_contain_text("1 selected")
    style.get_by_role("checkbox", name="Select דנה לוי").click(modifiers=["Shift"])
    expect(bar).to_contain_text("3 selected")
    style.get_by_role("checkbox", name="Select all 87").check()
    expect(bar).to_contain_text("87 selected")
    style.get_by_role("button", name="Clear the selection").click()
    expect(bar).to_be_hidden()


def test_g_and_the_letter_of_a_page_go_there(style: Page) -> None:
    style.keyboard.press("?")
    row = style.locator("dialog.keys-dialog div", has_text="Programs").last
    letter = row.locator("kbd").nth(1).inner_text().lower()
    style.keyboard.press("Escape")
    expect(style.locator("dialog.keys-dialog")).to_have_count(0)
    style.keyboard.press("g")
    style.keyboard.press(letter)
    style.wait_for_url("**/console/programs")


def test_single_keys_can_be_switched_off(style: Page) -> None:
    style.locator(".person").click()
    style.get_by_role("group", name="Single keys").get_by_role("button", name="Off").click()
    style.keyboard.press("Escape")
    style.keyboard.press("?")
    expect(style.locator("dialog.keys-dialog")).to_have_count(0)
    style.keyboard.press("Control+k")
    expect(style.locator("dialog.palette")).to_be_visible()
    style.keyboard.press("Escape")
    style.locator(".person").click()
    style.get_by_role("group", name="Single keys").get_by_role("button", name="On").click()
    style.keyboard.press("Escape")
    style.keyboard.press("?")
    expect(style.locator("dialog.keys-dialog")).to_be_visible()


def test_a_row_opens_beside_the_list_at_an_address_of_its_own(style: Page) -> None:
    style.get_by_role("link", name="Ben Okafor").click()
    panel = style.locator("#panel")
    expect(panel).to_be_focused()
    assert style.url.endswith("?panel=tst_2")
    expect(style.locator("tr[aria-current]")).to_contain_text("Ben Okafor")
    style.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    assert style.url.endswith(STYLE)
    assert focused(style) == "Ben Okafor"


def test_a_hidden_column_stays_hidden_for_this_browser(style: Page) -> None:
    style.locator("summary", has_text="Columns").click()
    style.locator(".column-chooser-menu").get_by_text("Cohorts").click()
    expect(style.locator("th[data-column=cohorts]")).to_be_hidden()
    style.reload()
    expect(style.locator("th[data-column=cohorts]")).to_be_hidden()
    expect(style.get_by_role("cell", name="iOS pilot, Pro")).to_be_hidden()


def test_the_error_summary_takes_focus_and_leads_into_the_field(visit: Visit, member_state: Any) -> None:
    page = visit(state=member_state)
    page.goto(STYLE)
    expect(page.locator("[data-error-summary]")).to_be_focused()
    page.get_by_role("link", name="Give the survey a name.").click()
    expect(page.locator("#wrong-name")).to_be_focused()


def test_a_form_is_sent_once_however_often_it_is_pressed(style: Page) -> None:
    sent: list[str] = []

    def swallow(route: Route) -> None:
        sent.append(route.request.method)
        route.abort()

    style.route("**/console/style", swallow)
    style.evaluate(
        """() => { const button = document.querySelector("form[data-unsaved] .actions button");
                   button.click(); button.click(); button.click(); }"""
    )
    style.wait_for_timeout(300)
    assert sent == ["POST"]


def test_leaving_a_changed_form_asks_first(style: Page) -> None:
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    style.on("dialog", answer)
    style.locator("#name").fill("Second week")
    style.reload()
    assert asked == ["beforeunload"]


def test_a_select_is_searched_by_typing(style: Page) -> None:
    box = style.get_by_role("combobox", name="Cohort").last
    box.click()
    box.fill("12")
    style.keyboard.press("Enter")
    expect(box).to_have_value("Cohort 12")
    assert style.locator("select[data-combobox]").evaluate("select => select.value") == "12"


def test_a_chosen_picture_is_shown_and_can_be_taken_back(style: Page, tmp_path: Path) -> None:
    picture = tmp_path / "screen.png"
    picture.write_bytes(PICTURE)
    style.locator("#pictures").set_input_files(picture)
    expect(style.locator("[data-drop-list] img").first).to_be_visible()
    style.get_by_role("button", name="Remove screen.png").click()
    expect(style.locator("[data-drop-list] img")).to_have_count(0)
    assert style.locator("#pictures").evaluate("input => input.files.length") == 0


def test_the_browser_says_what_it_is_and_the_person_may_read_it(style: Page) -> None:
    assert "Chrome" in style.locator("[name=env_user_agent]").first.input_value()
    style.locator("[data-environment] summary").first.click()
    expect(style.locator("[data-environment-shown]").first).to_contain_text(re.compile(r"1,?280 × 900"))


def test_a_theme_is_there_at_once_and_on_the_next_page(style: Page) -> None:
    style.locator(".person").click()
    with style.expect_response("**/appearance"):
        style.get_by_role("button", name="Dark").click()
    expect(style.locator("html")).to_have_attribute("data-theme", "dark")
    style.goto(STYLE + "/portal")
    expect(style.locator("html")).to_have_attribute("data-theme", "dark")
    style.goto(STYLE)
    style.locator(".person").click()
    with style.expect_response("**/appearance"):
        style.get_by_role("group", name="Theme").get_by_role("button", name="System").click()


def test_nothing_moves_for_those_who_asked_for_stillness(style: Page) -> None:
    style.get_by_role("button", name="Open a dialog").click()
    name = style.locator("#style-dialog").evaluate("dialog => getComputedStyle(dialog).animationName")
    assert name == "none"


@pytest.mark.parametrize("path", [STYLE, STYLE + "/portal", STYLE + "?panel=tst_1"])
def test_nothing_is_wider_than_a_window_of_320_pixels(visit: Visit, member_state: Any, path: str) -> None:
    page = visit(state=member_state, width=320)
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_report_is_triaged_by_keys_alone(visit: Visit, member_state: Any, facts: dict[str, Any]) -> None:
    page = visit(state=member_state)
    page.goto(f"/console/programs/{facts['program']}/feedback")
    page.locator("tbody a").first.click()
    page.locator("summary[data-key=s]").first.wait_for()
    page.keyboard.press("s")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.matches('.menu-item[name=severity]')")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('summary[data-key=s]')")
