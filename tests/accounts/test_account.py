"""One's own account: profile, looks, password, the browsers in which one is signed in."""

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select

from betaops.accounts import passwords
from betaops.accounts.models import RecoveryCode, Session, User
from betaops.accounts.service import people
from betaops.kernel import ids
from betaops.kernel.work import Work
from tests.factories.accounts import PASSWORD, a_code, a_user
from tests.support.browsers import Browser
from tests.support.clock import Clock
from tests.support.signed_in import browser_of

MemberClient = Callable[[str], Browser]
ANOTHER = "quite another sentence"


def _sign_in(browser: Browser, work: Work) -> User:
    user = a_user(work)
    browser.submit("/sign-in", {"mail": user.mail, "password": PASSWORD}, action="/sign-in")
    browser.submit("/sign-in/code", {"code": a_code(work)}, action="")
    assert browser.get("/console/account").status_code == 200
    return user


def test_name_language_time_zone_and_looks_are_kept(member_client: MemberClient, work: Work) -> None:
    browser = member_client("analyst")
    saved = browser.submit(
        "/console/account",
        {"name": "Priya", "timezone": "Europe/Berlin", "theme": "dark", "density": "compact"},
        action="/console/account",
    )
    assert saved.location == "/console/account"
    page = browser.get("/console/account").text
    assert 'data-theme="dark" data-density="compact"' in page
    assert '<option selected value="Europe/Berlin">' in page
    user = work.session.scalars(select(User)).one()
    assert (user.name, user.theme, user.density) == ("Priya", "dark", "compact")


IMPOSSIBLE: tuple[dict[str, str], ...] = (
    {"name": ""},
    {"name": "x" * 121},
    {"timezone": "Mars/Olympus"},
    {"language": "xx"},
    {"theme": "neon"},
    {"density": "../../etc"},
)


def test_a_profile_that_cannot_be_is_refused_and_kept_as_typed(
    member_client: MemberClient, work: Work
) -> None:
    browser = member_client("analyst")
    user = work.session.scalars(select(User)).one()
    for typed in IMPOSSIBLE:
        answer = browser.submit("/console/account", {"name": "Typed", **typed}, action="/console/account")
        assert answer.status_code == 422, typed
        assert 'value="Typed"' in answer.text or "name" in typed
        assert user.name == "Analyst"
    browser.submit("/console/account", {"name": "a\x00"}, action="/console/account")
    assert user.name == "a", "what no database takes is left out"


def test_a_theme_chosen_in_the_menu_is_kept_for_the_next_browser(
    member_client: MemberClient, work: Work
) -> None:
    browser = member_client("analyst")
    browser.post("/appearance", data={"theme": "dark", "next": "/console/account"})
    assert work.session.scalars(select(User)).one().theme == "dark"


def test_s10_a_new_password_ends_every_other_session(
    client: Browser, app: Any, work: Work, clock: Clock
) -> None:
    _sign_in(client, work)
    other = browser_of(app, work)
    clock.shift(seconds=60)
    _sign_in(other, work)
    page = "/console/account/security"
    wrong = client.submit(page, {"current": "a wrong guess", "password": ANOTHER}, action="/password")
    assert wrong.status_code == 422
    assert "not your present password" in wrong.text
    assert (
        client.submit(page, {"current": PASSWORD, "password": ANOTHER}, action="/password").location == page
    )
    assert client.get(page).status_code == 200
    assert other.get(page).location.startswith("/sign-in")


def test_s18_a_wrong_present_password_is_counted(client: Browser, work: Work, clock: Clock) -> None:
    _sign_in(client, work)
    for _guess in range(5):
        client.submit(
            "/console/account/security", {"current": "a wrong guess", "password": ANOTHER}, action="/password"
        )
    slowed = client.submit(
        "/console/account/security", {"current": PASSWORD, "password": ANOTHER}, action="/password"
    )
    assert "Too many attempts" in slowed.text


def test_s10_one_browser_or_all_others_are_signed_out(
    client: Browser, app: Any, work: Work, clock: Clock
) -> None:
    _sign_in(client, work)
    others = []
    for _browser in range(2):
        clock.shift(seconds=60)
        others.append(browser_of(app, work))
        _sign_in(others[-1], work)
    page = client.get("/console/account/sessions").text
    ends = re.findall(r"/console/account/sessions/[0-9a-f-]+/end", page)
    assert len(ends) == 2, "this browser itself has no button"
    assert client.post(ends[0]).status_code == 303
    assert sorted(other.get("/console/account").status_code for other in others) == [200, 303]
    assert client.post("/console/account/sessions/end").status_code == 303
    assert {other.get("/console/account").status_code for other in others} == {303}
    assert client.get("/console/account").status_code == 200


def test_s10_anothers_session_is_not_ended(
    member_client: MemberClient, client: Browser, work: Work, clock: Clock
) -> None:
    user = _sign_in(client, work)
    row = work.session.scalars(select(Session).where(Session.holder_id == user.id)).one()
    stranger = member_client("manager")
    assert stranger.post(f"/console/account/sessions/{row.id}/end").status_code == 404
    assert stranger.post(f"/console/account/sessions/{ids.new_id()}/end").status_code == 404
    assert client.get("/console/account").status_code == 200


def test_s11_a_closed_account_has_no_session_left(client: Browser, work: Work, clock: Clock) -> None:
    user = _sign_in(client, work)
    people.disable(work, user)
    assert work.session.scalar(select(func.count()).select_from(Session)) == 0
    assert client.get("/console/account").location.startswith("/sign-in")
    people.enable(work, user)
    clock.shift(seconds=60)
    _sign_in(client, work)


def test_s15_new_recovery_codes_replace_the_old(client: Browser, work: Work, clock: Clock) -> None:
    _sign_in(client, work)
    shown = client.post("/console/account/recovery-codes")
    first = client.get(shown.location).text
    again = client.post("/console/account/recovery-codes")
    second = client.get(again.location).text
    codes = re.compile(r"\b(?:[0-9a-z]{5}-){4}[0-9a-z]{5}\b")
    assert len(codes.findall(first)) == len(codes.findall(second)) == 10
    assert set(codes.findall(first)).isdisjoint(codes.findall(second))
    assert work.session.scalar(select(func.count()).select_from(RecoveryCode)) == 10
    client.post("/sign-out")
    client.submit("/sign-in", {"mail": "ada@example.com", "password": PASSWORD}, action="/sign-in")
    assert (
        client.submit("/sign-in/code?recovery", {"code": codes.findall(first)[0]}, action="").status_code
        == 422
    )
    assert (
        client.submit("/sign-in/code?recovery", {"code": codes.findall(second)[0]}, action="").status_code
        == 303
    )


SENSITIVE = (
    "/console/account/second-factor",
    "/console/account/second-factor/removal",
    "/console/account/recovery-codes",
    "/console/account/passkeys",
    "/console/account/passkeys/options",
    "/console/account/first-password",
    "/console/settings/keys/new",
    "/console/settings/members/invite",
    "/console/settings/departure",
)


def test_s18_sensitive_changes_need_a_fresh_proof(client: Browser, work: Work, clock: Clock) -> None:
    user = _sign_in(client, work)
    clock.shift(hours=1)
    for path in SENSITIVE:
        refused = client.post(path, data={"role": "viewer", "mail": "eve@example.com", "password": ANOTHER})
        assert refused.location.startswith("/console/account/proof?next="), path
        assert "Confirm that it is you" in client.get(refused.location).text
    assert passwords.matches(user.password_digest, PASSWORD)


def test_an_account_without_password_can_set_one_while_its_link_is_fresh(
    member_client: MemberClient, work: Work
) -> None:
    browser = member_client("owner")
    page = "/console/account/security"
    assert browser.submit(page, {"password": ANOTHER}, action="/first-password").location == page
    user = work.session.scalars(select(User)).one()
    assert passwords.matches(user.password_digest, ANOTHER)
    assert browser.post("/console/account/first-password", data={"password": PASSWORD}).location == page
    work.session.expire_all()
    assert passwords.matches(user.password_digest, ANOTHER), "once there is one, the present one is asked for"
