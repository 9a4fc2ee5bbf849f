"""S34: how many proxies are believed is a setting; what a client forges counts for nothing."""

import dataclasses

import pytest
from flask import Blueprint, request

from betaops.app import create_app
from betaops.kernel.settings import Settings
from betaops.kernel.work import Platform
from betaops.web.access import public
from betaops.web.limits import limiter

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def addresses(platform: Platform, settings: Settings, forwarded: list[str]) -> list[str]:
    """Whom the application takes its client for, for each `X-Forwarded-For`."""
    app = create_app(settings, platform)
    blueprint = Blueprint("proxies", __name__)

    @blueprint.get("/who")
    @public(cookieless=True)
    @limiter.limit("2 per minute")
    def who() -> str:
        return request.remote_addr or ""

    app.register_blueprint(blueprint)
    limiter.reset()
    client = app.test_client()
    answers = [client.get("/who", headers={"X-Forwarded-For": value}) for value in forwarded]
    return [answer.text if answer.status_code == 200 else str(answer.status_code) for answer in answers]


def test_s34_without_a_proxy_a_forged_address_does_not_escape_the_limit(
    platform: Platform, settings: Settings
) -> None:
    assert addresses(platform, settings, ["1.1.1.1", "2.2.2.2", "3.3.3.3"]) == [
        "127.0.0.1",
        "127.0.0.1",
        "429",
    ]


def test_s34_behind_one_proxy_only_what_it_has_added_itself_counts(
    platform: Platform, settings: Settings
) -> None:
    behind = dataclasses.replace(settings, trusted_proxies=1)
    forwarded = ["9.9.9.9, 5.5.5.5", "8.8.8.8, 5.5.5.5", "7.7.7.7, 5.5.5.5", "5.5.5.5, 6.6.6.6"]
    assert addresses(platform, behind, forwarded) == ["5.5.5.5", "5.5.5.5", "429", "6.6.6.6"]
