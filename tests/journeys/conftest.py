"""Journeys: the product as `./run` serves it, with its sample workspace, in Debian's Chromium."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from bench.spine.server import Installation, installation
from tests.support.sample import Sample


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/journeys/" in item.nodeid:
            item.add_marker(pytest.mark.browser)
            # The walks open every page there is.
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session")
def served(chromium: str, sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A running installation with the sample workspace, shared by all journeys."""
    instance = tmp_path_factory.mktemp("served") / "instance"
    sample.copy(instance).close()
    with installation(instance, with_sample=False) as found:
        yield found


@pytest.fixture(scope="session")
def facts(served: Installation) -> dict[str, Any]:
    """What `sample --json` says. Its console link signs in once: see `member_state`."""
    return served.facts()


@pytest.fixture
def visit(browser: Browser, served: Installation) -> Iterator[Callable[..., Page]]:
    """`visit(width=360, dark=True, scripts=False, state=…)`: a page of a fresh person.

    Whatever the policy blocks or a script throws fails the test (security statement 22).
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def begin(
        *, width: int = 1280, height: int = 900, dark: bool = False, scripts: bool = True, state: Any = None
    ) -> Page:
        context = browser.new_context(
            base_url=served.url,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            storage_state=state,
            locale="en-GB",
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda said: complaints.append(f"{page.url}: {said.text}") if _is_complaint(said) else None,
        )
        return page

    yield begin
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


def _is_complaint(said: Any) -> bool:
    # A page that answers 404 or 422 on purpose is reported as an error as well.
    return said.type == "error" and "Failed to load resource" not in said.text


@pytest.fixture(scope="session")
def member_state(browser: Browser, served: Installation, facts: dict[str, Any]) -> Any:
    """Cookies of the sample's owner, for `visit(state=member_state)`."""
    context = browser.new_context(base_url=served.url)
    page = context.new_page()
    page.goto(facts["console_url"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/console**")
    state = context.storage_state()
    context.close()
    return state
