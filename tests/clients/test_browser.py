"""PostHog's browser SDK and OpenFeature's web provider, unmodified, in Chromium, on a page of another origin."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from betaops.enrollment.models import Enrollment
from betaops.flags import service
from betaops.flags.endpoints import openfeature
from betaops.flags.models import Flag
from betaops.kernel.work import Work
from betaops.programs.models import Product, Program
from betaops.usage import queries as usage_queries
from tests.clients.conftest import Visit
from tests.clients.site import openfeature_page, posthog_page
from tests.factories.cohorts import a_cohort
from tests.factories.enrollment import an_enrollment
from tests.factories.flags import a_flag
from tests.factories.programs import a_program

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]

ANA = "ana@example.com"


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


@pytest.fixture
def ana(work: Work, program: Program) -> Enrollment:
    return an_enrollment(work, program=program, mail=ANA)


@pytest.fixture
def product(work: Work, program: Program) -> Product:
    return work.session.get_one(Product, program.product_id)


@pytest.fixture
def flag(work: Work, program: Program, product: Product, ana: Enrollment) -> Flag:
    """For a cohort that only Ana is in."""
    cohort = a_cohort(work, program=program, members=[ana])
    payloads = {"true": '{"toolbar": "compact"}'}
    flag = a_flag(work, product=product, key="new-editor", cohort=cohort, payloads=payloads)
    work.session.commit()
    return flag


def values(page: Page, *keys: str) -> list[Any]:
    return [page.evaluate("(key) => posthog.getFeatureFlag(key)", key) for key in keys]


def test_posthogs_browser_sdk_shows_the_feature_to_the_cohort_alone(
    visit: Visit, host: str, product: Product, flag: Flag
) -> None:
    page = visit(posthog_page(host, product.project_key))
    assert values(page, "new-editor") == [False]
    # Her id in the product, of which nobody has heard yet.
    page.evaluate(
        "() => new Promise((done) => { posthog.identify('user-4711', { email: 'ana@example.com' });"
        "posthog.onFeatureFlags(() => posthog.isFeatureEnabled('new-editor') && done()); })"
    )
    assert values(page, "new-editor") == [True]
    assert page.evaluate("posthog.getFeatureFlagPayload('new-editor')") == {"toolbar": "compact"}


def test_its_events_arrive_with_their_tester(
    visit: Visit, work: Work, host: str, product: Product, flag: Flag, ana: Enrollment
) -> None:
    page = visit(
        posthog_page(host, product.project_key, bootstrap={"distinctID": ANA, "isIdentifiedID": True})
    )
    with page.expect_response(
        lambda response: urlsplit(response.url).path in ("/e/", "/i/v0/e/")
    ) as answered:
        page.evaluate("posthog.capture('note created', {words: 12})")
    assert (answered.value.status, answered.value.json()) == (200, {"status": 1})
    # The SDK's own events may go in a batch before it, and its clock runs late on a busy machine.
    names: set[str] = set()
    for _again in range(300):
        work.session.commit()
        names = {event.name for event in usage_queries.recent(work.session, ana.tester_id)}
        if "note created" in names:
            break
        page.wait_for_timeout(100)
    assert "note created" in names


def test_openfeatures_web_provider_gets_the_cohorts_flag_and_hears_of_its_end(
    visit: Visit, work: Work, host: str, product: Product, flag: Flag, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openfeature, "RETRY_MS", (200, 300))
    page = visit(openfeature_page(host, product.project_key, ANA))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    get = "openFeature.getClient().getBooleanDetails('new-editor', false)"
    found = page.evaluate(get)
    assert (found["value"], found["reason"], found["variant"]) == (True, "TARGETING_MATCH", "on")
    service.kill(work, flag.id)
    work.session.commit()
    page.wait_for_function("events.includes('changed')")
    assert page.evaluate(get)["value"] is False
    # It listens on, with flags that stay as they are, and asks for them no more.
    listened = asked.count("/ofrep/v1/events")
    with page.expect_response(lambda _: asked.count("/ofrep/v1/events") > listened + 2):
        pass
    assert asked.count("/ofrep/v1/evaluate/flags") == 1
    assert page.evaluate("events.filter((each) => each !== 'stale')") == ["changed"]
    page.evaluate("openFeature.setContext({targetingKey: 'somebody'})")
    assert page.evaluate(get)["value"] is False


def test_it_may_ask_every_now_and_then_instead_and_is_never_stale(
    visit: Visit, work: Work, host: str, product: Product, flag: Flag
) -> None:
    options = {"changeDetection": "polling", "pollInterval": 200}
    page = visit(openfeature_page(host, product.project_key, ANA, **options))
    with page.expect_response(lambda response: response.status == 304):
        pass
    service.kill(work, flag.id)
    work.session.commit()
    page.wait_for_function("events.includes('changed')")
    assert page.evaluate("openFeature.getClient().getBooleanValue('new-editor', true)") is False
    assert page.evaluate("[events, openFeature.getClient().providerStatus]") == [["changed"], "READY"]
