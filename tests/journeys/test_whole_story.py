"""The whole story in one go: from a stranger on the signup page to a feature that ships on a signed
decision."""

import io
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import posthog
from PIL import Image
from playwright.sync_api import Page, expect

from bench.spine.server import Installation

MAIL = "nia.walker@example.com"
PATIENCE_SECONDS = 20.0


def test_from_signup_to_a_feature_that_ships_on_three_signatures_of_which_one_dissents(
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
    _name_signers(pm, facts["program"])
    decision = _decide(pm, facts["program"])
    _sign(_member(visit, served, "jonas@acme.example"), decision, "I agree with this decision")
    dissenter = _member(visit, served, "priya@acme.example")
    _sign(dissenter, decision, "I disagree", "Nobody in support has seen it.")
    pm.goto(decision)
    expect(pm.get_by_text("In force").first).to_be_visible()
    expect(pm.get_by_text("Nobody in support has seen it.")).to_be_visible()
    _ship(pm, facts["program"])


def _member(visit: Callable[..., Page], served: Installation, mail: str) -> Page:
    """Another member's browser, signed in by a link for once."""
    page = visit()
    page.goto(re.sub(r"^https?://[^/]+", "", served.command("member", "link", mail).split()[-1]))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/console**")
    return page


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


def _name_signers(pm: Page, program: str) -> None:
    """Two roles have a holder; the third gets one, who becomes a manager for that."""
    pm.goto("/console/settings/members")
    row = pm.get_by_role("row").filter(has_text="Priya Raman")
    row.get_by_label("Role and more for Priya Raman").click()
    row.locator("form").filter(has_text="Manager").get_by_role("button").click()
    expect(pm.get_by_text("The role of Priya Raman is changed.")).to_be_visible()
    pm.goto(f"/console/programs/{program}/readiness/gate")
    roles = pm.locator(".gate-roles li")
    expect(roles).to_have_text(
        [re.compile("^Product.*Mara Klein"), re.compile("^Engineering.*Jonas"), re.compile("^Support")]
    )
    roles.filter(has_text="Support").get_by_role("button", name="Remove").click()
    expect(roles).to_have_count(2)
    pm.get_by_label("Role", exact=True).fill("Support")
    pm.get_by_label("Held by").select_option(label="Priya Raman")
    pm.get_by_role("button", name="Add the role").click()
    expect(roles.filter(has_text="Support")).to_contain_text("Priya Raman")


def _decide(pm: Page, program: str) -> str:
    """Against the rules, so with a waiver for each must-have that is not met."""
    pm.goto(f"/console/programs/{program}/readiness/decisions/new")
    pm.get_by_label("Go: it ships", exact=True).check()
    pm.locator("[name=reason]").fill("The fair is on Monday, and the fix is in review.")
    for box in pm.get_by_label("It need not be met for now").all():
        box.check()
    for why in pm.locator("[name^=waivers][name$=reason]").all():
        why.fill("Rare, and mended within the week.")
    for until in pm.locator("[name^=waivers][name$=ends_on]").all():
        until.fill(f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}")
    pm.get_by_role("button", name="Sign the decision").click()
    expect(pm.get_by_text("Waits for signatures").first).to_be_visible()
    return pm.url


def _sign(signer: Page, address: str, stance: str, reason: str = "") -> None:
    signer.goto(address)
    signer.get_by_label(stance).check()
    signer.locator("form[action$='/signatures'] [name=reason]").fill(reason)
    signer.get_by_role("button", name="Sign", exact=True).click()
    expect(signer.get_by_text("Your signature stands.")).to_be_visible()


def _ship(pm: Page, program: str) -> None:
    """The feature that the decision is about goes out to everybody."""
    pm.goto(f"/console/programs/{program}/flags")
    pm.get_by_role("link", name="focus-mode").first.click()
    pm.get_by_role("link", name="Promote to general availability").click()
    pm.get_by_role("button", name="Promote to general availability").click()
    expect(pm.get_by_text("“Focus mode” is now: General availability.")).to_be_visible()
