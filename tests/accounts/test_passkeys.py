"""Passkeys: made once, signing in alone, and every answer that is not quite right refused."""

import json
from typing import Any

import pytest
from sqlalchemy import func, select

from betaops.accounts.models import Passkey, RecoveryCode, User
from betaops.accounts.service import passkeys
from betaops.kernel.settings import Settings
from betaops.kernel.work import Work
from tests.accounts.authenticator import Authenticator
from tests.factories.accounts import PASSWORD, a_code, a_user
from tests.support.browsers import Browser
from tests.support.clock import Clock

OPTIONS, PASSKEYS = "/console/account/passkeys/options", "/console/account/passkeys"


def _signed_in_with_code(browser: Browser, work: Work) -> User:
    user = a_user(work)
    browser.submit("/sign-in", {"mail": user.mail, "password": PASSWORD}, action="/sign-in")
    browser.submit("/sign-in/code", {"code": a_code(work)}, action="")
    return user


def _add(browser: Browser, device: Authenticator, **changes: Any) -> Any:
    options = json.loads(browser.post(OPTIONS).text)
    return browser.post(PASSKEYS, data={"label": "Laptop", "credential": device.create(options | changes)})


def _sign_in(browser: Browser, device: Authenticator, **changes: Any) -> Any:
    options = json.loads(browser.post("/sign-in/passkey/options").text)
    return browser.post("/sign-in/passkey", data={"credential": device.get(options | changes)})


def test_a_passkey_signs_in_alone(client: Browser, work: Work, clock: Clock) -> None:
    _signed_in_with_code(client, work)
    device = Authenticator()
    assert _add(client, device).location == "/console/account/recovery-codes"
    client.post("/sign-out")
    assert client.get("/console/account").location.startswith("/sign-in")
    assert _sign_in(client, device).location == "/"
    assert client.get("/console/account").status_code == 200
    stored = work.session.scalars(select(Passkey)).one()
    assert stored.last_used_at == work.now
    assert stored.sign_count == device.uses


def test_a_passkey_is_a_second_factor_for_who_had_none(client: Browser, work: Work, clock: Clock) -> None:
    user = a_user(work, totp=False)
    client.submit("/sign-in", {"mail": user.mail, "password": PASSWORD}, action="/sign-in")
    assert client.get("/console/settings").location == "/console/account/second-factor"
    assert _add(client, Authenticator()).location == "/console/account/recovery-codes"
    assert work.session.scalar(select(func.count()).select_from(RecoveryCode)) == 10
    assert client.get("/console/settings").status_code == 200


def test_a_challenge_is_answered_once(client: Browser, work: Work, clock: Clock) -> None:
    _signed_in_with_code(client, work)
    device = Authenticator()
    _add(client, device)
    client.post("/sign-out")
    options = json.loads(client.post("/sign-in/passkey/options").text)
    answer = device.get(options)
    assert client.post("/sign-in/passkey", data={"credential": answer}).status_code == 303
    client.post("/sign-out")
    assert client.post("/sign-in/passkey", data={"credential": answer}).status_code == 422
    assert client.post("/sign-in/passkey", data={"credential": device.get(options)}).status_code == 422


def test_a_challenge_lasts_five_minutes(client: Browser, work: Work, clock: Clock) -> None:
    _signed_in_with_code(client, work)
    device = Authenticator()
    _add(client, device)
    client.post("/sign-out")
    options = json.loads(client.post("/sign-in/passkey/options").text)
    clock.shift(minutes=6)
    assert client.post("/sign-in/passkey", data={"credential": device.get(options)}).status_code == 422


@pytest.mark.parametrize(
    ("device", "changes"),
    [
        (Authenticator(origin="https://evil.example"), {}),
        (Authenticator(is_verifying=False), {}),
        (Authenticator(), {"rp": {"id": "evil.example"}}),
        (Authenticator(), {"challenge": "AAAA"}),
    ],
    ids=["another origin", "no check of its holder", "another site", "a challenge of its own"],
)
def test_a_passkey_is_not_kept_when_it_was_made(
    client: Browser, work: Work, clock: Clock, device: Authenticator, changes: dict[str, Any]
) -> None:
    _signed_in_with_code(client, work)
    refused = _add(client, device, **changes)
    assert refused.status_code == 422
    assert "was not accepted" in refused.text
    assert work.session.scalar(select(func.count()).select_from(Passkey)) == 0


NONSENSE = (
    "",
    "null",
    "[]",
    "{}",
    '{"id": 7}',
    '{"id": "AA", "response": {"clientDataJSON": "AA"}}',
    "\x00",
    "é" * 5000,
)


def test_nonsense_for_a_passkey_is_refused_with_a_sentence(client: Browser, work: Work) -> None:
    for credential in NONSENSE:
        refused = client.post("/sign-in/passkey", data={"credential": credential})
        assert refused.status_code == 422, credential
        assert "was not accepted" in refused.text


def test_a_copied_authenticator_is_noticed_by_its_count(client: Browser, work: Work, clock: Clock) -> None:
    _signed_in_with_code(client, work)
    device = Authenticator()
    _add(client, device)
    client.post("/sign-out")
    device.uses = 7
    assert _sign_in(client, device).status_code == 303
    client.post("/sign-out")
    device.uses = 3
    assert _sign_in(client, device).status_code == 422


def test_anothers_passkey_proves_nothing_and_is_not_removed(
    client: Browser, app: Any, work: Work, clock: Clock, member_client: Any
) -> None:
    _signed_in_with_code(client, work)
    device = Authenticator()
    _add(client, device)
    stranger = member_client("manager")
    stored = work.session.scalars(select(Passkey)).one()
    assert stranger.post(f"/console/account/passkeys/{stored.id}/removal").status_code == 404
    clock.shift(hours=1)
    options = json.loads(stranger.post("/sign-in/passkey/options").text)
    refused = stranger.post("/console/account/proof", data={"credential": device.get(options)})
    assert refused.status_code == 422
    assert "belongs to another account" in refused.text


def test_a_passkey_proves_again_who_one_is(client: Browser, work: Work, clock: Clock) -> None:
    _signed_in_with_code(client, work)
    device = Authenticator()
    _add(client, device)
    clock.shift(hours=1)
    assert client.get("/console/settings/keys/new").status_code == 303
    options = json.loads(client.post("/sign-in/passkey/options").text)
    proof = {"credential": device.get(options), "next": "/console/settings/keys/new"}
    assert client.post("/console/account/proof", data=proof).location == "/console/settings/keys/new"
    assert client.get("/console/settings/keys/new").status_code == 200


def test_the_last_second_factor_stays(client: Browser, work: Work, clock: Clock) -> None:
    user = _signed_in_with_code(client, work)
    client.post("/console/account/second-factor/removal")
    assert "keeps at least one" in client.get("/console/account/security").text
    assert user.totp_secret_sealed is not None
    _add(client, Authenticator())
    client.post("/console/account/second-factor/removal")
    assert user.totp_secret_sealed is None
    stored = work.session.scalars(select(Passkey)).one()
    client.post(f"/console/account/passkeys/{stored.id}/removal")
    assert work.session.scalar(select(func.count()).select_from(Passkey)) == 1


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        ("https://beta.example.org", "beta.example.org"),
        ("https://beta.example.org:8443", "beta.example.org"),
        ("http://localhost:8000", "localhost"),
        ("http://127.0.0.1:8000", None),
        ("https://[2001:db8::1]", None),
        ("http://beta.example.org", None),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_passkeys_need_a_name_and_tls(settings: Settings, base_url: str, host: str | None) -> None:
    import dataclasses

    found = passkeys.site(dataclasses.replace(settings, base_url=base_url))
    assert (found.host if found else None) == host
