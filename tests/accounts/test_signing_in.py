"""Ways in: password and code, one-time links; and what they do not tell to strangers."""

import re
from typing import Any

import pyotp
import pytest
from sqlalchemy import func, select

from betaops.accounts.models import Purpose, RecoveryCode, Session
from betaops.accounts.service import factors, links
from betaops.kernel.errors import Refused
from betaops.kernel.work import Work
from tests.factories.accounts import PASSWORD, a_code, a_user
from tests.support.browsers import Browser, forms_of
from tests.support.clock import Clock


def _sign_in(browser: Browser, mail: str = "ada@example.com", password: str = PASSWORD) -> Any:
    return browser.submit("/sign-in", {"mail": mail, "password": password}, action="/sign-in")


def _code(browser: Browser, code: str) -> Any:
    return browser.submit("/sign-in/code", {"code": code}, action="")


def test_password_and_code_lead_to_the_console(client: Browser, work: Work, clock: Clock) -> None:
    a_user(work)
    assert _sign_in(client).location == "/sign-in/code"
    assert client.get("/console/account").status_code == 303
    assert _code(client, a_code(work)).status_code == 303
    assert client.get("/console/account").status_code == 200


def test_an_address_is_known_in_any_case_and_with_a_trailing_dot(
    client: Browser, work: Work, clock: Clock
) -> None:
    a_user(work)
    assert _sign_in(client, "ADA@Example.com.").location == "/sign-in/code"


def test_a_password_alone_leads_to_setting_up_a_second_factor_and_nowhere_else(
    client: Browser, work: Work
) -> None:
    a_user(work, totp=False)
    assert _sign_in(client).location == "/console/account/second-factor"
    assert client.get("/console/settings/members").location == "/console/account/second-factor"
    assert client.get("/console/account/second-factor").status_code == 200


def test_a_second_factor_is_set_up_with_the_code_that_the_app_shows(
    client: Browser, work: Work, clock: Clock
) -> None:
    user = a_user(work, totp=False)
    _sign_in(client)
    page = client.get("/console/account/second-factor").text
    secret = page.split("data-totp-key>")[1].split("<")[0]
    form = next(form for form in forms_of(page) if "code" in form.fields)
    wrong = client.post(form.action, data={**form.fields, "code": "000000"})
    assert wrong.status_code == 422
    assert secret in wrong.text, (
        "the page that refuses keeps the secret: the picture that was scanned stays good"
    )
    code = pyotp.TOTP(secret.replace(" ", "")).at(int(work.now.timestamp()))
    done = client.post(form.action, data={**form.fields, "code": code})
    assert done.location == "/console/account/recovery-codes"
    assert client.get(done.location).text.count("-") > 40
    assert client.get(done.location).location == "/console/account/security"
    assert user.totp_secret_sealed is not None
    assert secret.replace(" ", "") not in user.totp_secret_sealed
    assert work.session.scalar(select(func.count()).select_from(RecoveryCode)) == 10
    assert client.get("/console/settings/members").status_code == 200


def test_s09_signing_in_renews_the_token_and_ends_what_the_browser_came_with(
    client: Browser, work: Work, clock: Clock
) -> None:
    a_user(work)
    _sign_in(client)
    _code(client, a_code(work))
    with client.session_transaction() as cookie:
        planted = cookie["_user_id"]
    clock.shift(minutes=5)
    client.post("/sign-out")
    with client.session_transaction() as cookie:
        cookie["_user_id"] = planted
    _sign_in(client)
    _code(client, a_code(work))
    with client.session_transaction() as cookie:
        assert cookie["_user_id"] != planted
        cookie["_user_id"] = planted
    assert client.get("/console/account").status_code == 303


def test_s10_signing_out_deletes_the_row_so_a_copied_cookie_fails(
    client: Browser, work: Work, clock: Clock
) -> None:
    a_user(work)
    _sign_in(client)
    _code(client, a_code(work))
    with client.session_transaction() as cookie:
        copied = dict(cookie)
    response = client.post("/sign-out")
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert work.session.scalar(select(func.count()).select_from(Session)) == 0
    with client.session_transaction() as cookie:
        cookie.update(copied)
    assert client.get("/console/account").location.startswith("/sign-in")


def test_s11_a_session_ends_when_idle_and_after_a_week_in_any_case(
    client: Browser, work: Work, clock: Clock
) -> None:
    a_user(work)
    _sign_in(client)
    _code(client, a_code(work))
    clock.shift(hours=11)
    assert client.get("/console/account").status_code == 200
    clock.shift(hours=13)
    assert client.get("/console/account").status_code == 303
    _sign_in(client)
    _code(client, a_code(work))
    for _half_day in range(14):
        clock.shift(hours=11.9)
        client.get("/console/account")
    clock.shift(hours=3)
    assert client.get("/console/account").status_code == 303


def test_s11_closing_an_account_ends_its_sessions_at_once(client: Browser, work: Work, clock: Clock) -> None:
    user = a_user(work)
    _sign_in(client)
    _code(client, a_code(work))
    user.disabled_at = work.now
    assert client.get("/console/account").status_code == 303
    assert _sign_in(client).status_code == 422


def test_s13_a_link_is_spent_by_a_press_of_the_button_once_and_never_by_opening_it(
    client: Browser, work: Work, clock: Clock
) -> None:
    token = links.mint(work, Purpose.SIGN_IN, a_user(work).id)
    for _scanner in range(3):
        opened = client.get(f"/link/{token}")
        assert opened.status_code == 200
        assert opened.headers["Referrer-Policy"] == "no-referrer"
    assert client.submit(f"/link/{token}", action="").status_code == 303
    assert client.get("/console/account").status_code == 200
    assert client.post(f"/link/{token}").status_code == 410


@pytest.mark.parametrize("spoil", ["cut", "late", "foreign"])
def test_s13_a_cut_late_or_foreign_link_says_how_to_get_another(
    client: Browser, work: Work, clock: Clock, spoil: str
) -> None:
    user = a_user(work)
    token = links.mint(work, Purpose.RESET if spoil == "foreign" else Purpose.SIGN_IN, user.id)
    if spoil == "cut":
        token = token[:-3]
    if spoil == "late":
        clock.shift(hours=2)
    page = client.get(f"/link/{token}")
    assert page.status_code == 410
    assert "does not work any more" in page.text
    assert 'href="/sign-in"' in page.text
    assert client.post(f"/link/{token}").status_code == 410


def test_s15_a_code_works_once(client: Browser, work: Work, clock: Clock) -> None:
    a_user(work)
    code = a_code(work)
    _sign_in(client)
    assert _code(client, code).status_code == 303
    client.post("/sign-out")
    _sign_in(client)
    again = _code(client, code)
    assert again.status_code == 422
    assert "was used before" in again.text
    clock.shift(seconds=30)
    assert _code(client, a_code(work)).status_code == 303


def test_s15_a_recovery_code_is_kept_as_a_digest_and_works_once(
    client: Browser, work: Work, clock: Clock
) -> None:
    user = a_user(work)
    code = factors.make_recovery_codes(work, user)[3]
    stored = {row.digest for row in work.session.scalars(select(RecoveryCode))}
    assert code.encode() not in stored
    _sign_in(client)
    assert _code(client, code.upper()).status_code == 303
    client.post("/sign-out")
    _sign_in(client)
    assert _code(client, code).status_code == 422


def test_s16_a_wrong_password_and_an_unknown_address_are_answered_alike(client: Browser, work: Work) -> None:
    a_user(work)
    wrong = _sign_in(client, "ada@example.com", "not the password")
    unknown = _sign_in(client, "eve@example.com", "not the password")
    assert wrong.status_code == unknown.status_code == 422
    assert _without_what_varies(wrong.text, "ada@example.com") == _without_what_varies(
        unknown.text, "eve@example.com"
    )


def _without_what_varies(page: str, mail: str) -> str:
    return re.sub(r'name="csrf_token"[^>]*', "", page).replace(mail, "…")


def test_s16_asking_for_a_reset_says_the_same_to_everybody(client: Browser, work: Work) -> None:
    a_user(work)
    known = client.submit("/forgot", {"mail": "ada@example.com"})
    unknown = client.submit("/forgot", {"mail": "eve@example.com"})
    assert known.status_code == unknown.status_code == 200
    assert known.text.replace("ada@example.com", "…") == unknown.text.replace("eve@example.com", "…")


def test_s17_guessing_is_slowed_down_and_never_locked_for_good(
    client: Browser, work: Work, clock: Clock
) -> None:
    a_user(work)
    for _guess in range(5):
        assert _sign_in(client, password="a wrong guess").status_code == 422
    slowed = _sign_in(client)
    assert slowed.status_code == 422
    assert "Too many attempts" in slowed.text
    clock.shift(minutes=6)
    assert _sign_in(client).location == "/sign-in/code"


def test_s18_a_reset_by_mail_does_not_skip_the_second_factor(
    client: Browser, work: Work, clock: Clock, run_jobs: Any, outbox: Any
) -> None:
    a_user(work)
    client.submit("/forgot", {"mail": "ada@example.com"})
    run_jobs()
    address = next(word for word in outbox[-1].text.split() if "/reset/" in word)
    path = address.removeprefix("http://localhost")
    assert client.get(path).status_code == 200
    done = client.submit(path, {"password": "quite another sentence"})
    assert done.location == "/sign-in"
    assert _sign_in(client, password="quite another sentence").location == "/sign-in/code"
    assert client.get("/console/account").status_code == 303
    assert client.get(path).status_code == 410


def test_s18_a_key_is_not_made_without_a_fresh_proof(client: Browser, work: Work, clock: Clock) -> None:
    a_user(work)
    _sign_in(client)
    _code(client, a_code(work))
    clock.shift(minutes=20)
    asked = client.get("/console/settings/keys/new")
    assert asked.location == "/console/account/proof?next=/console/settings/keys/new"
    clock.shift(minutes=20)
    assert (
        client.post(
            "/console/settings/keys/new", data={"name": "CI", "scopes": ["flags:read"], "days": ""}
        ).location
        == asked.location
    )
    assert client.submit(asked.location, {"password": "a wrong guess"}).status_code == 422
    assert client.submit(asked.location, {"password": PASSWORD}).location == "/console/settings/keys/new"
    made = client.submit("/console/settings/keys/new", {"name": "CI", "scopes": ["flags:read"]})
    assert made.location == "/console/settings/keys"
    assert "bok_" in client.get(made.location).text


def test_s20_there_is_no_account_before_the_printed_link_makes_one(
    client: Browser, work: Work, clock: Clock
) -> None:
    token = links.mint(work, Purpose.SET_UP)
    typed = {"workspace": "Nova", "name": "Ada", "mail": "ada@nova.example", "password": "password1"}
    common = client.submit(f"/setup/{token}", typed)
    assert common.status_code == 422
    assert "first passwords that anybody tries" in common.text
    assert 'value="Nova"' in common.text
    made = client.submit(f"/setup/{token}", {**typed, "password": PASSWORD})
    assert made.location == "/console/account/second-factor"
    assert client.get(f"/setup/{token}").status_code == 410


def test_s27_signing_in_leads_nowhere_else_than_to_a_path_of_ours(
    client: Browser, work: Work, clock: Clock
) -> None:
    user = a_user(work)
    for target in ("//evil.example", "/\\evil.example", "https://evil.example", "/ok\r\nSet-Cookie: a=b"):
        page = client.get("/sign-in", query_string={"next": target})
        assert "evil" not in page.text
        assert "Set-Cookie: a" not in page.text
    token = links.mint(work, Purpose.SIGN_IN, user.id)
    assert client.submit(f"/link/{token}", action="").location == "/"


def test_a_link_used_twice_at_once_lets_one_in(work: Work) -> None:
    token = links.mint(work, Purpose.SIGN_IN, a_user(work).id)
    links.spend(work, token, Purpose.SIGN_IN)
    with pytest.raises(Refused):
        links.spend(work, token, Purpose.SIGN_IN)
