"""Surveys in a real browser: answering at once with the script, and inside somebody else's page."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from bench.spine.server import Installation
from betaops.surveys import links, service
from tests.support.strangers import framing, let_frame, sample_survey, strange_site

Visit = Callable[..., Page]


def choose(page: Page, name: str, value: str) -> None:
    page.locator(f'input[name="{name}"][value="{value}"]').check(force=True)


def first_page(page: Page) -> None:
    for row in ("speed", "sync", "editor", "search"):
        choose(page, f"satisfaction[{row}]", "4")
    choose(page, "used_import", "yes")
    choose(page, "platforms", "Web")


def test_questions_appear_as_soon_as_their_condition_holds(visit: Visit, facts: dict[str, Any]) -> None:
    page = visit(width=360)
    page.goto(facts["survey_url"])
    easy = page.locator('[data-element="import_easy"]')
    expect(easy).to_be_hidden()
    choose(page, "used_import", "yes")
    expect(easy).to_be_visible()
    choose(page, "import_easy", "2")
    expect(page.locator('[data-element="import_trouble"]')).to_be_visible()
    choose(page, "used_import", "no")
    expect(easy).to_be_hidden()


def test_what_is_typed_is_kept_and_goes_on_elsewhere(visit: Visit, facts: dict[str, Any]) -> None:
    page = visit(width=360)
    page.goto(facts["survey_url"])
    first_page(page)
    choose(page, "import_easy", "2")
    page.locator('textarea[name="import_trouble"]').fill("Tags were gone.")
    expect(page.locator("[data-save-state]")).to_have_text("Saved")
    assert page.url != facts["survey_url"], "the response has an address of its own by now"
    laptop = visit(scripts=False)
    laptop.goto(page.url)
    expect(laptop.locator('textarea[name="import_trouble"]')).to_have_value("Tags were gone.")


def test_a_survey_is_answered_by_keyboard_alone(visit: Visit, facts: dict[str, Any]) -> None:
    page = visit()
    page.goto(facts["survey_url"])
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "satisfaction[speed]":
            break
    for _ in range(4):
        page.keyboard.press("Space")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    assert page.locator('input[name="used_import"]:checked').count() == 1
    assert page.locator('[name^="satisfaction"]:checked').count() == 4


@pytest.fixture
def stranger(facts: dict[str, Any], served: Installation) -> Iterator[str]:
    """A page of another origin that frames the survey by the loader, and may."""

    def page(_path: str) -> str:
        return f"""<!doctype html><title>Somebody's page</title><h1>Our app</h1>
            <script src="{served.url}/embed.js" data-survey="{facts["survey_url"]}"></script><p id="after">After it.</p>"""

    with strange_site(page) as origin, framing(served, facts, origin):
        yield origin


def test_an_embedded_survey_grows_with_its_content_and_sets_no_cookie(stranger: str, visit: Visit) -> None:
    page = visit()
    page.goto(stranger)
    frame = page.frame_locator("iframe")
    expect(frame.locator("h1")).to_have_text("Week 2 check-in")
    expect(page.locator("iframe")).not_to_have_attribute("height", "420")
    before = int(page.locator("iframe").get_attribute("height") or 0)
    inside = page.frames[1]
    inside.locator('input[name="used_import"][value="yes"]').check(force=True)
    higher = "[...document.querySelectorAll('div')].some((each) => Number(each.shadowRoot?.querySelector('iframe')?.height) > %s)"
    page.wait_for_function(higher % before)
    assert page.context.cookies() == []
    # A message of the right shape from anybody else changes nothing.
    page.evaluate("window.postMessage({source: 'betaops', type: 'height', height: 7}, '*')")
    page.wait_for_timeout(200)
    assert page.locator("iframe").get_attribute("height") != "7"


def test_an_element_is_dragged_up_and_onto_another_page(
    visit: Visit, facts: dict[str, Any], member_state: Any
) -> None:
    page = visit(state=member_state)
    page.goto(f"/console/programs/{facts['program']}/surveys/new")
    page.get_by_label("Name").fill("Dragged")
    page.get_by_role("button", name="Make the survey").click()
    for title in ("First", "Second", "Third"):
        page.locator(".maker-add").get_by_label("Question").fill(title)
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.locator(".maker-item").last).to_contain_text(title)
    titles = page.locator(".maker-canvas .maker-title")
    screens = page.context.new_page()
    screens.goto(page.get_by_role("link", name="Preview").get_attribute("href") or "")
    drag(page, "Third", page.locator(".maker-item", has_text="First"))
    expect(titles).to_have_text(["Third", "First", "Second"])
    # A preview in another tab follows.
    expect(screens.frame_locator(".screen-phone iframe").locator("[data-element] >> nth=0")).to_contain_text(
        "Third"
    )
    page.get_by_role("button", name="Add a page").click()
    page.locator(".maker-outline li[data-end]").first.locator("> a").click()
    drag(page, "First", page.locator(".maker-outline li[data-end]").nth(1))
    expect(titles).to_have_text(["First"])
    expect(page.locator(".maker-outline li[data-end]").first.locator("li")).to_have_text(["Third", "Second"])


def drag(page: Page, title: str, onto: Locator) -> None:
    """By its grip, to the upper edge of `onto`."""
    grip = page.locator(".maker-item", has_text=title).locator("[data-grip]")
    grip.hover()
    page.mouse.down()
    box = onto.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 5, steps=6)
    page.mouse.up()


def test_a_mistake_in_the_json_is_shown_on_its_line(
    visit: Visit, facts: dict[str, Any], member_state: Any
) -> None:
    page = visit(state=member_state)
    page.goto(f"/console/programs/{facts['program']}/surveys/new")
    page.get_by_label("Name").fill("Mistaken")
    page.get_by_text("Start from a definition").click()
    wrong = '{"pages": [{"elements": [{"type": "text", "name": "a", "visibleIf": "{b} ="}]}]}'
    page.get_by_label("SurveyJS JSON").fill(wrong)
    page.get_by_role("button", name="Make the survey").click()
    page.get_by_role("link", name="Edit as JSON").click()
    page.locator("a[data-line]").first.click()
    chosen = page.evaluate(
        "(({value, selectionStart: a, selectionEnd: b}) => value.slice(a, b))(document.activeElement)"
    )
    assert chosen.strip() == '"visibleIf": "{b} ="'


def test_what_the_survey_sets_is_seen_at_once_and_the_end_leads_on(
    stranger: str, visit: Visit, served: Installation, facts: dict[str, Any]
) -> None:
    definition = {
        "title": "What would you pay?",
        "elements": [
            {"type": "text", "name": "price", "title": "A month", "inputType": "number"},
            {"type": "text", "name": "year", "title": "A year", "setValueExpression": "{price} * 12"},
        ],
        "navigateToUrl": f"{stranger}/thanks?price={{price}}",
    }
    with sample_survey(served, facts) as (work, survey):
        own = service.create_survey(work, program_id=survey.program_id, name="Price", definition=definition)
        service.publish(work, own.id)
        let_frame(work, own, [stranger])
        address = f"{served.url}/s/{links.public_link(work, own.id).token}"
    page = visit(width=360)
    page.goto(address)
    page.locator('input[name="price"]').fill("4")
    expect(page.locator('input[name="year"]')).to_have_value("48")
    page.locator('.survey-actions [value="next"]').click()
    page.wait_for_url(f"{stranger}/thanks?price=4")
    page.go_back()
    expect(page.locator('a[href$="/thanks?price=4"]')).to_be_visible()


def test_the_clock_of_a_page_runs_out_and_the_answer_counts_all_the_same(
    visit: Visit, served: Installation, facts: dict[str, Any]
) -> None:
    definition = {
        "timeLimitPerPage": 2,
        "pages": [
            {"elements": [{"type": "text", "name": name, "title": name}]} for name in ("first", "second")
        ],
    }
    with sample_survey(served, facts) as (work, survey):
        own = service.create_survey(work, program_id=survey.program_id, name="Quick", definition=definition)
        service.publish(work, own.id)
        address = f"{served.url}/s/{links.public_link(work, own.id).token}"
    # The second is given the page that was drawn for the first.
    for _person in range(2):
        page = visit(width=360)
        page.goto(address)
        clock = page.get_by_role("timer")
        expect(clock).to_have_text("0:00")
        page.locator('input[name="first"]').fill("late")
        page.locator('.survey-actions [value="next"]').click()
        expect(page.locator('input[name="second"]')).to_be_visible()
        expect(clock).to_have_text("0:00")


def test_where_the_clock_is_shown_a_page_is_sent_when_its_time_is_over(
    visit: Visit, served: Installation, facts: dict[str, Any]
) -> None:
    definition = {
        "showTimer": True,
        "timeLimitPerPage": 3,
        "pages": [
            {"elements": [{"type": "text", "name": "first", "title": "first"}]},
            {"elements": [{"type": "text", "name": "second", "title": "second", "isRequired": True}]},
        ],
    }
    with sample_survey(served, facts) as (work, survey):
        own = service.create_survey(work, program_id=survey.program_id, name="Quicker", definition=definition)
        service.publish(work, own.id)
        address = f"{served.url}/s/{links.public_link(work, own.id).token}"
    page = visit(width=360)
    page.goto(address)
    page.locator('input[name="first"]').fill("in time")
    # The second is sent as well, and stays: something is missing there.
    expect(page.get_by_role("alert")).to_be_visible(timeout=15_000)
    expect(page.locator('input[name="second"]')).to_be_visible()
    expect(page.get_by_role("timer")).to_have_count(0)
    page.locator('.survey-actions [value="back"]').click()
    expect(page.locator('input[name="first"]')).to_have_value("in time")


ARMED: dict[str, Any] = {
    "title": "Two wordings",
    "elements": [
        {"type": "radiogroup", "name": "buy", "title": "Would you buy a {__arm}?", "choices": ["yes", "no"]},
        {"type": "comment", "name": "why", "title": "Why no box?", "visibleIf": "{__arm} = 'box' and {buy} = 'no'"},
    ],
}  # fmt: skip


def test_people_begin_in_an_arm_and_see_its_questions_appear(
    visit: Visit, served: Installation, facts: dict[str, Any]
) -> None:
    with sample_survey(served, facts) as (work, survey):
        own = service.create_survey(work, program_id=survey.program_id, name="Arms", definition=ARMED)
        for name in ("tin", "box"):
            service.add_arm(work, own.id, name=name)
        service.publish(work, own.id)
        address = f"{served.url}/s/{links.public_link(work, own.id).token}"
    seen = {_arm_of_somebody(visit(width=360), address) for _person in range(2)}
    assert seen == {"tin", "box"}


def _arm_of_somebody(page: Page, address: str) -> str:
    page.goto(address)
    expect(page.get_by_text("Would you buy")).to_have_count(0)
    page.get_by_role("button", name="Start").click()
    title = page.get_by_text("Would you buy a").first.inner_text()
    choose(page, "buy", "no")
    expect(page.locator("[data-save-state]")).to_have_text("Saved")
    why = page.locator('[data-element="why"]')
    expect(why).to_be_visible() if "box" in title else expect(why).to_be_hidden()
    page.reload()
    expect(page.get_by_text(title).first).to_be_visible()
    page.locator('.survey-actions [value="next"]').click()
    expect(page.get_by_text("Thank", exact=False).first).to_be_visible()
    return "box" if "box" in title else "tin"
