"""The first owner of an empty installation, with a passkey made by the browser itself."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from bench.spine.server import Installation, installation

#: A device of its own that checks its holder, as a laptop with a fingerprint reader.
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def empty() -> Iterator[Installation]:
    with installation(with_sample=False, host="localhost") as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(15_000)
    page = context.new_page()
    tools = context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    yield page
    context.close()


def test_the_first_owner_sets_up_a_passkey_and_signs_in_with_it_alone(
    empty: Installation, page: Page
) -> None:
    page.goto(empty.command("setup-link").strip())
    page.get_by_label("Organisation").fill("Nova")
    page.get_by_label("Your name").fill("Ada Byron")
    page.get_by_label("Email address").fill("ada@nova.example")
    page.get_by_label("Password").fill("seven grey herons wait")
    page.get_by_role("button", name="Create and continue").click()

    expect(page.get_by_role("heading", name="Set up a second step")).to_be_visible()
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_role("heading", name="Keep these codes")).to_be_visible()
    assert len(re.findall(r"(?:[0-9a-z]{5}-){4}[0-9a-z]{5}", page.locator("pre").inner_text())) == 10

    page.goto(f"{empty.url}/console/account/security")
    expect(
        page.get_by_role("cell", name="This device").or_(page.get_by_role("rowheader", name="This device"))
    ).to_be_visible()
    page.get_by_label("Your account: Ada Byron").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/console**")
    page.goto(f"{empty.url}/console/settings")
    expect(page.get_by_label("Name")).to_have_value("Nova")


def test_a_browser_that_gives_no_passkey_says_so_and_changes_nothing(
    empty: Installation, browser: Browser
) -> None:
    page = browser.new_page()
    page.goto(f"{empty.url}/sign-in")
    page.evaluate(
        "() => { navigator.credentials.get = () => Promise.reject(new DOMException('no', 'NotAllowedError')) }"
    )
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("Your browser gave no passkey")).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_enabled()
    page.close()
