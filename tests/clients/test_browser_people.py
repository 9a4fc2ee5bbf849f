"""What people do in the product through PostHog's browser SDK: join a feature, answer a survey, prove who they are."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page

from betaops.enrollment.models import Enrollment
from betaops.flags import service
from betaops.flags.service import change_flag
from betaops.kernel import clock
from betaops.kernel.work import Work
from betaops.programs import service as program_service
from betaops.programs.identities import signature
from betaops.programs.models import Product, Program
from betaops.surveys.models import Audience
from tests.clients.conftest import Visit
from tests.clients.site import posthog_page
from tests.factories.cohorts import a_cohort
from tests.factories.enrollment import an_enrollment
from tests.factories.flags import a_feature, a_flag
from tests.factories.programs import a_program
from tests.factories.surveys import SHORT, a_placement, a_survey

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.xdist_group("clients"),
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]

ANA = "ana@example.com"
#: Identified, and the flags of whom are there.
IDENTIFY = """(who) => new Promise((done) => {
    posthog.identify(who);
    posthog.reloadFeatureFlags();
    const asked = posthog.getFeatureFlag;
    posthog.featureFlags.onFeatureFlags(() => posthog.get_distinct_id() === who && done(true));
})"""


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


@pytest.fixture
def ana(work: Work, program: Program) -> Enrollment:
    return an_enrollment(work, program=program, mail=ANA)


@pytest.fixture
def product(work: Work, program: Program) -> Product:
    return work.session.get_one(Product, program.product_id)


Come = Callable[..., Page]


@pytest.fixture
def come(visit: Visit, host: str, product: Product) -> Come:
    """`come("ana@example.com")`: on a device of its own, signed in, with the flags that are for this person."""

    def signed_in(who: str) -> Page:
        bootstrap = {"distinctID": who, "isIdentifiedID": True}
        return visit(posthog_page(host, product.project_key, bootstrap=bootstrap))

    return signed_in


def is_on(page: Page, key: str) -> Any:
    return page.evaluate("key => posthog.isFeatureEnabled(key)", key)


def reloaded(page: Page, key: str) -> Any:
    """The flag's value after the page asked for its flags again."""
    with page.expect_response(lambda response: "/flags/" in response.url):
        page.evaluate("posthog.reloadFeatureFlags()")
    return page.evaluate(
        "key => new Promise((done) => setTimeout(() => done(posthog.isFeatureEnabled(key)), 50))", key
    )


def test_a_feature_is_joined_and_left_inside_the_product_and_by_the_person_everywhere(
    work: Work, come: Come, program: Program, product: Product, ana: Enrollment, soon: Callable[[], None]
) -> None:
    feature = a_feature(work, a_flag(work, product=product, key="focus", conditions=[]))
    work.session.commit()
    laptop, phone = come(ANA), come(ANA)
    [listed] = laptop.evaluate("new Promise((done) => posthog.getEarlyAccessFeatures(done, true, ['beta']))")
    assert (listed["name"], listed["flagKey"], listed["stage"]) == ("Focus mode", "focus", "beta")
    for joins in (True, False):
        with laptop.expect_response(lambda response: "/e/" in response.url or "/i/v0/e/" in response.url):
            laptop.evaluate(
                "joins => posthog.updateEarlyAccessFeatureEnrollment('focus', joins, 'beta')", joins
            )
            assert is_on(laptop, "focus") is joins, "at once on this page"
        soon()
        assert reloaded(phone, "focus") is joins
        assert reloaded(laptop, "focus") is joins
    # What a tester chooses on their own page here counts inside the product, whatever the page's storage says.
    service.choose(replace(work, now=clock.now()), feature.id, ana.tester_id, joins=True)
    work.session.commit()
    soon()
    assert reloaded(laptop, "focus") is True


def test_a_survey_for_a_cohort_comes_once_to_its_members_and_is_answered_there(
    work: Work, come: Come, visit: Visit, host: str, program: Program, product: Product, ana: Enrollment
) -> None:
    cohort = a_cohort(work, program=program, members=[ana])
    an_enrollment(work, program=program, mail="ben@example.com")
    survey = a_survey(work, program=program, definition=SHORT, name="In short")
    a_placement(work, survey, audience=Audience.COHORTS, cohorts=[cohort.number])
    work.session.commit()
    laptop = visit(posthog_page(host, product.project_key))
    laptop.evaluate(IDENTIFY, ANA)
    laptop.get_by_role("button", name="10").click()
    for i in range(3):
        laptop.wait_for_timeout(700)
        print(
            laptop.evaluate(
                "[...document.querySelectorAll('*')].filter(e=>e.shadowRoot).map(e=>e.shadowRoot.textContent.split('}').pop()+e.shadowRoot.innerHTML.split('</style>').pop()).join('|')"
            )
        )
        laptop.screenshot(path=f"/tmp/c2_{i}.png")
        b = laptop.locator(".form-submit")
        print(b.count())
        if b.count():
            b.first.click()


def test_a_flag_for_who_proves_it_goes_on_with_the_servers_signature(
    work: Work, come: Come, product: Product
) -> None:
    guarded = a_flag(work, product=product, key="guarded")
    change_flag(work, guarded.id, version=None, identified_only=True)
    secret = program_service.replace_identity_secret(work, product.id)
    work.session.commit()
    page = come("user-4711")
    assert is_on(page, "guarded") is False
    for who, is_proved in (("somebody-else", False), ("user-4711", True)):
        with page.expect_response(lambda response: "/flags/" in response.url):
            page.evaluate(
                "hash => posthog.setPersonPropertiesForFlags({ $identity_hash: hash })",
                signature(secret, who),
            )
        page.wait_for_function("wanted => posthog.isFeatureEnabled('guarded') === wanted", arg=is_proved)
