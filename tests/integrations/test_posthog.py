"""Events go on to PostHog through its SDK, from a job: here to a second product of ours, which speaks the same."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from betaops.app import create_app
from betaops.integrations import posthog
from betaops.kernel.db import Database
from betaops.kernel.jobs import Claimed, Run
from betaops.kernel.settings import Settings
from betaops.kernel.work import Platform, Work
from betaops.programs.models import Product
from betaops.usage import queries
from betaops.usage.models import UsageEvent
from tests.factories.programs import a_product
from tests.support.browsers import Browser
from tests.support.serving import served

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]


@pytest.fixture
def theirs(work: Work) -> Product:
    return a_product(work, name="PostHog's")


@pytest.fixture
def host(platform: Platform, theirs: Product, work: Work) -> Iterator[str]:
    work.session.commit()
    with served(create_app(platform.settings, platform)) as address:
        yield address


@pytest.fixture
def forward(
    settings: Settings, database: Database, theirs: Product, work: Work, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """Runs the job against `host`, at once for events of this moment."""
    monkeypatch.setattr(posthog, "SETTLED_AFTER", timedelta(seconds=-1))
    monkeypatch.setattr(Run, "progress", lambda self, done, total: None)

    def run(host: str, key: str | None = None) -> Any:
        own = dataclasses.replace(settings, posthog_api_key=key or theirs.project_key, posthog_host=host)
        work.session.commit()
        claimed = Claimed(uuid4(), "integrations.forward_usage", {}, None, 1)
        return posthog.forward_usage(Run(Platform(own, database), claimed))

    return run


def capture(client: Browser, product: Product, *names: str) -> None:
    batch = [
        {"event": name, "distinct_id": "ana", "uuid": str(uuid4()), "properties": {"n": 1}} for name in names
    ]
    client.post("/batch/", data=json.dumps({"api_key": product.project_key, "batch": batch}), csrf=False)


def arrived(work: Work, product: Product) -> dict[str, UsageEvent]:
    work.session.expire_all()
    found = work.session.scalars(select(UsageEvent).where(UsageEvent.product_id == product.id)).all()
    # Others write while this test looks: it must not hold the database.
    work.session.commit()
    return {event.name: event for event in found}


def test_events_go_on_with_their_own_uuid_and_moment_and_only_once(
    work: Work,
    client: Browser,
    host: str,
    theirs: Product,
    forward: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours = a_product(work, name="Ours")
    ours_id = ours.id
    # Only our own are passed on: what arrives at the second product is in the same database.
    all_events = queries.events_after
    monkeypatch.setattr(
        "betaops.integrations.posthog.usage_queries.events_after",
        lambda *args, **more: [each for each in all_events(*args, **more) if each.product_id == ours_id],
    )
    capture(client, ours, "note created", "note synced")
    assert forward(host) == {"sent": 2}
    sent, kept = arrived(work, theirs), arrived(work, ours)
    assert sent.keys() == {"note created", "note synced"}
    for name, event in sent.items():
        assert event.uuid == kept[name].uuid
        assert abs(event.at - kept[name].at) < timedelta(seconds=1)
        assert event.properties["n"] == 1
    assert forward(host) == {"sent": 0}
    capture(client, ours, "note shared")
    assert forward(host) == {"sent": 1}
    assert "note shared" in arrived(work, theirs)


def test_what_posthog_did_not_take_is_sent_again(
    work: Work, client: Browser, host: str, theirs: Product, forward: Callable[..., Any]
) -> None:
    ours = a_product(work, name="Ours")
    capture(client, ours, "note created")
    with pytest.raises(Exception, match="401"):
        forward(host, key="bo_wrong")
    assert arrived(work, theirs) == {}
    assert queries.position(work.session, posthog.DESTINATION) is None


def test_without_a_key_nothing_is_done(platform: Platform, work: Work) -> None:
    assert posthog.forward_usage(Run(platform, Claimed(uuid4(), "x", {}, None, 1))) is None
    assert work.session.scalar(select(UsageEvent)) is None
