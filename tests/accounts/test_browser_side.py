"""What the browser is told: cookies, headers, tokens against forged requests."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from betaops.accounts.models import Purpose
from betaops.accounts.service import links
from betaops.app import create_app
from betaops.kernel.settings import Settings
from betaops.kernel.work import Platform, Work
from tests.factories.accounts import PASSWORD, a_code, a_user
from tests.support.browsers import Browser
from tests.support.clock import Clock

MemberClient = Callable[[str], Browser]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_s12_cookies_are_bound_to_the_host_and_kept_from_scripts(
    settings: Settings, platform: Platform, work: Work, clock: Clock
) -> None:
    secure = dataclasses.replace(settings, base_url="https://beta.example.org")
    app = create_app(secure, Platform(secure, platform.database))
    app.test_client_class = Browser
    browser: Any = app.test_client()
    browser.before = work.session.commit
    a_user(work)
    there = {"base_url": "https://beta.example.org"}
    browser.post("/sign-in", data={"mail": "ada@example.com", "password": PASSWORD}, csrf=False, **there)
    page = browser.get("/sign-in", **there)
    token = page.text.split('name="csrf_token" type="hidden" value="')[1].split('"')[0]
    form = {"mail": "ada@example.com", "password": PASSWORD, "csrf_token": token}
    browser.post("/sign-in", data=form, csrf=False, headers={"Referer": "https://beta.example.org/"}, **there)
    done = browser.post(
        "/sign-in/code", data={"code": a_code(work), "csrf_token": token}, csrf=False, **there
    )
    assert done.status_code == 303
    cookies = done.headers.getlist("Set-Cookie")
    assert {cookie.split("=")[0] for cookie in cookies} == {"__Host-betaops", "__Host-known"}
    for cookie in cookies:
        parts = {part.strip() for part in cookie.split(";")}
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= parts, cookie
        assert not any(part.startswith("Domain") for part in parts)


POSTS = [
    "/sign-in", "/sign-in/code", "/sign-in/passkey", "/sign-in/passkey/options", "/sign-out", "/forgot", "/reset/x",
    "/link/x", "/setup/x", "/invitation/x", "/console/account", "/console/account/password", "/console/account/sessions/end",
    "/console/account/passkeys/options", "/console/settings", "/console/settings/members/invite", "/console/settings/keys/new",
    "/console/settings/departure", "/console/settings/audit/check", "/console/workspace",
]  # fmt: skip


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_s31_nothing_changes_without_a_token_of_this_browser(member_client: MemberClient, work: Work) -> None:
    owner = member_client("owner")
    for path in POSTS:
        assert owner.post(path, csrf=False).status_code == 400, path
        forged = owner.post(path, csrf=False, headers={"X-CSRFToken": "forged"})
        assert forged.status_code == 400, path


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_s31_a_link_that_changes_something_takes_no_get(member_client: MemberClient) -> None:
    owner = member_client("owner")
    for path in (
        "/sign-out",
        "/console/workspace",
        "/console/settings/departure",
        "/console/account/sessions/end",
    ):
        assert owner.get(path).status_code == 405, path
        assert owner.open(path, method="TRACE").status_code == 405, path


def test_s42_pages_of_the_signed_in_are_stored_by_nobody(member_client: MemberClient) -> None:
    owner = member_client("owner")
    for path in ("/console/account", "/console/settings/members", "/console/settings/audit", "/sign-in"):
        assert owner.get(path).headers["Cache-Control"] == "no-store", path


def test_s42_signing_out_empties_what_the_browser_kept(member_client: MemberClient) -> None:
    owner = member_client("owner")
    assert owner.post("/sign-out").headers["Clear-Site-Data"] == '"cache", "storage"'


def test_s13_no_page_behind_a_secret_address_tells_the_next_where_it_came_from(
    client: Browser, work: Work
) -> None:
    token = links.mint(work, Purpose.SIGN_IN, a_user(work).id)
    for path in (f"/link/{token}", "/reset/x", "/setup/x", "/invitation/x"):
        assert client.get(path).headers["Referrer-Policy"] == "no-referrer"


BROKEN = ("%00", "a" * 5000, "%F0%9F%A6%8A", "..%2F..%2Fetc", "%22%3E%3Cscript%3E")
NO_ADDRESSES = ("", "x", "a@@b.c", "ada@example.com\r\nBcc: eve@example.com", "é" * 400, "\x00", "a@[::1]")


def test_a_broken_link_is_a_page_and_no_crash(client: Browser, work: Work) -> None:
    for path in ("/link/", "/reset/", "/setup/", "/invitation/"):
        for token in BROKEN:
            opened, sent = client.get(path + token), client.post(path + token)
            assert opened.status_code in (404, 410), path + token
            assert sent.status_code in (404, 410), path + token
            assert "<script>" not in opened.text.split("</head>")[1]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_no_address_is_refused_where_it_was_typed(client: Browser, work: Work) -> None:
    for path in ("/sign-in", "/forgot"):
        for mail in NO_ADDRESSES:
            refused = client.post(path, data={"mail": mail, "password": "x"})
            assert refused.status_code == 422, (path, mail)
            assert "There is a problem" in refused.text
