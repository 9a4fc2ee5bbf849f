"""What people do in the product through PostHog's browser SDK: join a feature, answer a survey, prove who they are."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page
from playwright.sync_api import Response as PageResponse
from sqlalchemy import select

from betaops.enrollment.models import Enrollment
from betaops.flags import service
from betaops.flags.service import change_flag
from betaops.kernel import clock
from betaops.kernel.work import Work
from betaops.programs import service as program_service
from betaops.programs.identities import signature
from betaops.programs.models import Product, Program
from betaops.surveys import queries
from betaops.surveys import service as service_of_surveys
from betaops.surveys.models import Audience, Response, ResponseState
from tests.clients.conftest import Visit
from tests.clients.site import posthog_page
from tests.factories.cohorts import a_cohort
from tests.factories.enrollment import an_enrollment
from tests.factories.flags import a_feature, a_flag
from tests.factories.programs import a_program
from tests.factories.surveys import SHORT, a_placement, a_survey, an_armed_survey

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]

ANA = "ana@example.com"
IS_FLAGS = re.compile(r"/flags/")


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


@pytest.fixture
def ana(work: Work, program: Program) -> Enrollment:
    return an_enrollment(work, program=program, mail=ANA)


@pytest.fixture
def product(work: Work, program: Program) -> Product:
    return work.session.get_one(Product, program.product_id)


def page_of(host: str, product: Product, **options: Any) -> bytes:
    """What it sends can be read (`told`)."""
    return posthog_page(host, product.project_key, disable_compression=True, **options)


Come = Callable[..., Page]


@pytest.fixture
def come(visit: Visit, host: str, product: Product) -> Come:
    """`come("ana@example.com")`: on a device of its own, signed in, with the flags that are for this person."""

    def signed_in(who: str) -> Page:
        return visit(page_of(host, product, bootstrap={"distinctID": who, "isIdentifiedID": True}))

    return signed_in


def told(words: str) -> Callable[[PageResponse], bool]:
    """The answer to an event with these words."""
    return lambda response: "/e/" in response.url and words in (response.request.post_data or "")


def is_on(page: Page, key: str) -> Any:
    return page.evaluate("key => posthog.isFeatureEnabled(key)", key)


def reloaded(page: Page, key: str) -> Any:
    """The flag's value after the page asked for its flags again."""
    return page.evaluate(
        """key => new Promise((done) => {
            let has_asked = false; // the handler is called at once with what is there
            posthog.onFeatureFlags(() => has_asked && done(posthog.isFeatureEnabled(key)));
            has_asked = true;
            posthog.reloadFeatureFlags();
        })""",
        key,
    )


def asks(page: Page) -> Any:
    """Whether the SDK would show a survey, or does."""
    return page.evaluate(
        """new Promise((done) => posthog.onSurveysLoaded(() =>
            posthog.getActiveMatchingSurveys((found) => done(found.length > 0), true)))"""
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
        with laptop.expect_response(told("$feature_enrollment_update")), laptop.expect_response(IS_FLAGS):
            laptop.evaluate(
                "joins => posthog.updateEarlyAccessFeatureEnrollment('focus', joins, 'beta')", joins
            )
            assert is_on(laptop, "focus") is joins, "at once"
        soon()
        # The SDK has asked again by itself, maybe before the server had heard.
        laptop.wait_for_function("joins => posthog.isFeatureEnabled('focus') === joins", arg=joins)
        assert reloaded(phone, "focus") is joins
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
    laptop = visit(page_of(host, product))
    assert asks(laptop) is False, "nobody knows yet who it is"
    laptop.evaluate(f"posthog.identify('{ANA}')")
    laptop.get_by_role("button", name="Rate 10").click()
    laptop.get_by_role("button", name="Submit survey").click()
    laptop.get_by_text("Pro", exact=True).click()
    with laptop.expect_response(told('"$survey_completed":true')):
        laptop.get_by_role("button", name="Submit survey").click()
    laptop.get_by_text("Thank you").wait_for()
    work.session.expire_all()
    response = work.session.scalars(select(Response)).one()
    assert (response.state, response.tester_id) == (ResponseState.COMPLETE, ana.tester_id)
    assert (response.answers, response.is_in_product) == ({"nps": 10, "plan": "p"}, True)
    for other_device in (ANA, "ben@example.com"):
        assert asks(come(other_device)) is False, other_device


def test_each_person_is_shown_the_arm_they_are_in_and_answers_it(
    work: Work, come: Come, program: Program, ana: Enrollment
) -> None:
    survey = an_armed_survey(work, program=program)
    ben = an_enrollment(work, program=program, mail="ben@example.com")
    a_placement(work, survey)
    service_of_surveys.put_into_arms(work, survey.id)
    service_of_surveys.tell_arms(work, survey.id)
    arms = {mail: queries.allotted(work.session, survey.id, place.id)
            for mail, place in ((ANA, ana), ("ben@example.com", ben))}  # fmt: skip
    work.session.commit()
    assert sorted(arms.values()) == ["box", "tin"]
    for mail, arm in arms.items():
        page = come(mail)
        page.get_by_text(f"Would you buy {arm}?").wait_for()
        page.get_by_text("yes", exact=True).click()
        if arm == "tin":
            page.get_by_role("button", name="Submit survey").click()
            page.get_by_role("textbox").fill("It shines")
        with page.expect_response(told('"$survey_completed":true')):
            page.get_by_role("button", name="Submit survey").click()
        page.get_by_text("Thank you").wait_for()
        assert asks(come(mail)) is False, "and is not asked again elsewhere"
    work.session.expire_all()
    rows = {row.arm: row for row in work.session.scalars(select(Response))}
    assert rows["tin"].answers == {"buy": "yes", "why": "It shines"}
    assert rows["box"].answers == {"buy": "yes"}
    assert {row.tester_id for row in rows.values()} == {ana.tester_id, ben.tester_id}


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
        with page.expect_response(IS_FLAGS):
            page.evaluate(
                "hash => posthog.setPersonPropertiesForFlags({ $identity_hash: hash })",
                signature(secret, who),
            )
        page.wait_for_function("wanted => posthog.isFeatureEnabled('guarded') === wanted", arg=is_proved)
