"""API keys: shown once, kept as digests, limited by scopes and dates, ended by a press."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from betaops.accounts.models import ApiKey
from betaops.accounts.permissions import SCOPES, Permission
from betaops.accounts.service import keys
from betaops.kernel import ids, tokens
from betaops.kernel.errors import Invalid
from betaops.kernel.work import Work
from tests.support.browsers import Browser
from tests.support.clock import Clock

MemberClient = Callable[[str], Browser]


def _me(browser: Browser, key: str) -> Any:
    return browser.get("/api/v1/me", headers={"Authorization": f"Bearer {key}"})


def test_a_key_learns_what_it_is(client: Browser, work: Work) -> None:
    _row, plain = keys.create_key(work, "CI", {Permission.FLAGS_READ, Permission.TESTERS_READ})
    answer = _me(client, plain)
    assert answer.status_code == 200
    assert answer.json["name"] == "CI"
    assert answer.json["scopes"] == ["flags:read", "testers:read"]
    assert answer.json["workspace"] == {"name": "Acme", "slug": "acme-tests"}
    assert plain not in answer.text


def test_s32_a_key_is_shown_once_and_kept_as_a_digest(member_client: MemberClient, work: Work) -> None:
    owner = member_client("owner")
    made = owner.submit("/console/settings/keys/new", {"name": "CI", "scopes": ["flags:read"], "days": "90"})
    page = owner.get(made.location).text
    plain = page.split('value="bok_')[1].split('"')[0]
    assert f"bok_{plain}" not in owner.get(made.location).text
    row = work.session.scalars(select(ApiKey)).one()
    assert row.digest == tokens.digest(f"bok_{plain}")
    assert plain not in str({column.name: getattr(row, column.name) for column in ApiKey.__table__.columns})
    assert row.expires_at is not None
    assert timedelta(days=89) < row.expires_at - row.created_at <= timedelta(days=90)
    assert _me(owner, f"bok_{plain}").status_code == 200


def test_s32_a_key_ends_with_its_date_and_when_it_is_revoked(
    member_client: MemberClient, client: Browser, work: Work, clock: Clock
) -> None:
    _short, short = keys.create_key(
        work, "short", {Permission.FLAGS_READ}, expires_at=work.now + timedelta(days=1)
    )
    row, revoked = keys.create_key(work, "revoked", {Permission.FLAGS_READ})
    assert _me(client, short).status_code == _me(client, revoked).status_code == 200
    owner = member_client("owner")
    assert owner.post(f"/console/settings/keys/{ids.encode('key', row.id)}/revocation").status_code == 303
    assert _me(client, revoked).status_code == 401
    clock.shift(days=2)
    assert _me(client, short).status_code == 401
    page = owner.get("/console/settings/keys")
    assert page.location.startswith("/sign-in"), "the owner's own session ended meanwhile"


def test_s32_it_shows_when_a_key_was_last_used(
    client: Browser, member_client: MemberClient, work: Work, clock: Clock
) -> None:
    row, plain = keys.create_key(work, "CI", {Permission.FLAGS_READ})
    owner = member_client("owner")
    assert "Never" in owner.get("/console/settings/keys").text
    _me(client, plain)
    assert row.last_used_at == work.now
    first = work.now
    clock.shift(seconds=20)
    _me(client, plain)
    assert row.last_used_at == first, "not written with every request"
    clock.shift(minutes=5)
    _me(client, plain)
    assert row.last_used_at == work.now


def test_without_a_valid_key_the_answer_says_what_to_send(client: Browser) -> None:
    for header in ("", "Bearer", "Bearer ", "Bearer bok_wrong", "Basic YTpi", "Bearer \x00", "bok_x"):
        answer = client.get("/api/v1/me", headers={"Authorization": header} if header else {})
        assert answer.status_code == 401, header
        assert answer.content_type == "application/problem+json"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_key_does_not_open_the_console(client: Browser, work: Work) -> None:
    _row, plain = keys.create_key(work, "CI", set(SCOPES))
    answer = client.get("/console/settings", headers={"Authorization": f"Bearer {plain}"})
    assert answer.location.startswith("/sign-in")


def test_a_key_can_be_given_nothing_that_only_a_person_should_do(work: Work) -> None:
    for permission in set(Permission) - SCOPES:
        with pytest.raises(Invalid):
            keys.create_key(work, "CI", {permission})
    with pytest.raises(Invalid):
        keys.create_key(work, "CI", set())


def test_a_form_without_scopes_keeps_what_was_typed(member_client: MemberClient) -> None:
    owner = member_client("owner")
    refused = owner.post("/console/settings/keys/new", data={"name": "Nightly export", "days": "30"})
    assert refused.status_code == 422
    assert 'value="Nightly export"' in refused.text
    assert "Choose at least one thing" in refused.text


def test_s42_answers_to_a_key_are_stored_by_nobody(client: Browser, work: Work) -> None:
    _row, plain = keys.create_key(work, "CI", {Permission.FLAGS_READ})
    assert _me(client, plain).headers["Cache-Control"] == "no-store"
