"""The whole story in one go: from a stranger on the signup page to a signed decision."""

import io
import re
import time
from collections.abc import Callable
from typing import Any

import posthog
from PIL import Image
from playwright.sync_api import Page, expect

from bench.spine.server import Installation

MAIL = "nia.walker@example.com"
PATIENCE_SECONDS = 20.0


def test_from_signup_to_a_signed_decision(
    served: Installation, facts: dict[str, Any], visit: Callable[..., Page], member_state: Any
) -> None:
    pm = visit(state=member_state)
    tester = visit(width=360, height=740)
    _apply(tester, facts["portal_url"])
    _confirm(tester, _mailed_link(pm, "confirm"))
    _accept(pm, facts["program"])
    _sign_in(tester, pm)
    _put_into_cohort(pm, facts["program"])
    _use_the_product(served, facts)
    _see_usage(pm, facts["program"])
    _answer_survey(visit(scripts=False, width=360), facts["survey_url"])
    _report_bug(tester, facts["program"])
    _triage(pm, facts["program"])
    _look_at_readiness(pm, facts["program"])
    _decide(pm, facts["program"])


def _apply(tester: Page, door: str) -> None:
    """On a phone, one topic a screen."""
    tester.goto(door)
    tester.get_by_role("link", name="Apply").click()
    for _screen in range(8):
        if tester.url.endswith("/check"):
            break
        _fill_in(tester)
        tester.get_by_role("button", name="Continue").click()
    expect(tester.get_by_role("heading", name="Check your answers")).to_be_visible()
    tester.get_by_role("button", name="Send my application").click()
    expect(tester.get_by_role("heading", name="Check your email")).to_be_visible()


def _fill_in(tester: Page) -> None:
    ios = tester.get_by_label("iOS", exact=True)
    if ios.count():
        ios.check()
    elif tester.locator("input[type=radio]").count():
        tester.locator("input[type=radio]").first.check()
    if tester.url.endswith("/agreement"):
        tester.get_by_role("checkbox").check()
    if tester.url.endswith("/you"):
        tester.get_by_label("Your name").fill("Nia Walker")
        tester.get_by_label("Your e-mail address").fill(MAIL)


def _mailed_link(pm: Page, path: str) -> str:
    """The newest link of that kind in a mail to her: the console's Outbox shows what would have been sent."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        pm.goto("/console/outbox")
        mail = pm.get_by_role("row").filter(has_text=MAIL).first
        if mail.count():
            pm.goto(str(mail.get_by_role("link").first.get_attribute("href")))
            said = "".join(frame.content() for frame in pm.frames)
            found = re.search(rf"https?://[^\s\"<>]+?(/{path}/[\w./-]{{20,}})", said)
            if found is not None:
                return found[1].rstrip(".")
        time.sleep(0.5)
    raise AssertionError(f"no mail to {MAIL} with a link to /{path}/")


def _confirm(tester: Page, link: str) -> None:
    tester.goto(link)
    tester.get_by_role("main").get_by_role("button").first.click()


def _accept(pm: Page, program: str) -> None:
    pm.goto(f"/console/programs/{program}/testers?q=Nia")
    pm.get_by_role("link", name="Nia Walker").first.click()
    pm.get_by_role("button", name=re.compile("^Accept")).first.click()
    expect(pm.get_by_text("Accepted").first).to_be_visible()


def _put_into_cohort(pm: Page, program: str) -> None:
    """The flag is on for the people of one cohort, picked by hand."""
    pm.goto(f"/console/programs/{program}/cohorts")
    pm.get_by_role("link", name="iOS pilot").first.click()
    pm.get_by_label("Name or mail address").fill(MAIL)
    pm.get_by_role("button", name="Find").click()
    pm.get_by_role("button", name="Add to “iOS pilot”").click()
    expect(pm.get_by_text("Nia Walker").first).to_be_visible()


def _sign_in(tester: Page, pm: Page) -> None:
    """Without a password: a link by mail."""
    tester.goto("/portal/sign-in")
    if "/portal/sign-in" in tester.url:
        tester.get_by_role("textbox").fill(MAIL)
        tester.get_by_role("main").get_by_role("button").first.click()
        tester.goto(_mailed_link(pm, "portal/sign-in"))
        tester.get_by_role("main").get_by_role("button").first.click()
    tester.goto("/portal")
    expect(tester.get_by_text("Nia").first).to_be_visible()


def _use_the_product(served: Installation, facts: dict[str, Any]) -> None:
    """An unmodified PostHog SDK, pointed at us: the flag is on for her and off for a stranger."""
    client = posthog.Posthog(facts["project_key"], host=served.url, sync_mode=True)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not client.evaluate_flags(MAIL).is_enabled("new-editor") and time.monotonic() < deadline:
        time.sleep(0.5)
    assert client.evaluate_flags(MAIL).is_enabled("new-editor")
    assert not client.evaluate_flags("a-stranger").is_enabled("new-editor")
    client.capture("lantern_lit", distinct_id=MAIL, properties={"brightness": 7})
    client.shutdown()


def _see_usage(pm: Page, program: str) -> None:
    pm.goto(f"/console/programs/{program}/testers?q=Nia")
    pm.goto(
        re.sub(
            r"/testers/",
            "/enrollments/",
            str(pm.get_by_role("link", name="Nia Walker").first.get_attribute("href")),
        )
    )
    expect(pm.get_by_text("lantern_lit").first).to_be_visible()
    pm.get_by_role("main").get_by_role("link", name=re.compile("flags", re.IGNORECASE)).first.click()
    row = pm.get_by_role("row").filter(has_text="new-editor")
    expect(row.get_by_text(re.compile("^(On|true)$", re.IGNORECASE)).first).to_be_visible()


def _answer_survey(page: Page, address: str) -> None:
    """With JavaScript switched off."""
    page.goto(address)
    for _screen in range(8):
        for group in page.locator("fieldset:has(input[type=radio])").all():
            if group.is_visible():
                group.locator("input[type=radio]").last.check()
        for group in page.locator("fieldset:has(input[type=checkbox])").all():
            if group.is_visible():
                group.locator("input[type=checkbox]").first.check()
        for box in page.locator("textarea").all():
            if box.is_visible():
                box.fill("It just works, also on the train.")
        button = page.get_by_role("main").get_by_role(
            "button", name=re.compile("Next|Continue|Send|Submit|Complete|Finish")
        )
        if not button.count():
            break
        button.first.click()
    expect(page.get_by_text(re.compile("Thank you", re.IGNORECASE)).first).to_be_visible()


def _report_bug(tester: Page, program: str) -> None:
    tester.goto(f"/portal/{program}/reports/new")
    tester.get_by_role("link", name="Something does not work").click()
    tester.get_by_label("In one line").fill("The lantern flickers at noon")
    tester.get_by_label("What happened").fill("I opened a note at noon and the light flickered.")
    picture = io.BytesIO()
    Image.new("RGB", (200, 120), "#5546e0").save(picture, "PNG")
    tester.locator("input[type=file]").set_input_files(
        {"name": "lantern.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    )
    tester.get_by_role("button", name="Send the report").click()
    expect(tester.get_by_text("The lantern flickers at noon").first).to_be_visible()


def _triage(pm: Page, program: str) -> None:
    pm.goto(f"/console/programs/{program}/feedback")
    pm.get_by_role("link", name="The lantern flickers at noon").first.click()
    expect(pm.locator("main img[src*=pictures]").first).to_be_visible()


def _look_at_readiness(pm: Page, program: str) -> None:
    pm.goto(f"/console/programs/{program}/readiness")
    words = pm.locator("main").inner_text()
    for verdict in ("Met", "Not met", "Not settled"):
        assert verdict in words
    assert "Sync never loses a note" in words


def _decide(pm: Page, program: str) -> None:
    pm.goto(f"/console/programs/{program}/readiness/decisions/new")
    pm.get_by_label("No-go: it does not ship now").check()
    pm.get_by_label("Reason").fill("Sync loses notes for some; we look again after the fix.")
    pm.get_by_label("Next look").fill("2027-01-15")
    pm.get_by_role("button", name="Sign the decision").click()
    expect(pm.get_by_text(re.compile("No-?go", re.IGNORECASE)).first).to_be_visible()
