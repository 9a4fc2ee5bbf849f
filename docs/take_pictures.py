"""Takes the pictures of the README from the sample workspace: `python -m docs.take_pictures`.

Needs Debian's chromium and requirements-dev.txt.
"""

import shutil
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench.spine.server import installation

FOLDER = Path(__file__).parent / "pictures"
DESK = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 760}


def main() -> None:
    with installation() as found, sync_playwright() as playwright:
        facts = found.facts()
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(
            base_url=found.url, viewport=DESK, color_scheme="light", device_scale_factor=1
        )
        page.goto(facts["console_url"])
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/console/**")
        program = f"/console/programs/{facts['program']}"
        take(page, program, "overview")
        take(page, f"{program}/readiness", "readiness")
        phone = browser.new_page(
            base_url=found.url, viewport=PHONE, color_scheme="dark", device_scale_factor=1
        )
        take(phone, facts["portal_url"], "signup")
        browser.close()


def take(page: Page, address: str, name: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    main()
