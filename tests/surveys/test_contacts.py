"""How often people are asked: over all programs, by mail and in the product, with one reading."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from betaops.cohorts import service as cohort_service
from betaops.enrollment.models import Enrollment
from betaops.kernel.errors import Invalid, NotFound, Refused
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.surveys import links, queries
from betaops.surveys.links import Sent
from betaops.surveys.product.payload import ASKED
from tests.factories.cohorts import a_cohort
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.factories.surveys import a_survey
from tests.support.browsers import Browser
from tests.support.clock import Clock
from tests.support.outbox import Outbox
from tests.support.running import RunJobs


@pytest.fixture
def ana(work: Work, program: Program) -> Enrollment:
    return an_enrollment(work, program=program, mail="ana@example.com")


def invited(outbox: Outbox) -> list[str]:
    return sorted(letter.to for letter in outbox.letters() if letter.kind == "surveys.invitation")


def test_who_was_asked_by_one_program_is_left_alone_by_the_next(
    work: Work, program: Program, ana: Enrollment, run_jobs: RunJobs, outbox: Outbox, clock: Clock
) -> None:
    other = a_program(work)
    an_enrollment(work, program=other, mail="ana@example.com")
    an_enrollment(work, program=other, mail="ben@example.com")
    assert links.send(work, a_survey(work, program=program).id) == Sent(1, 0)
    run_jobs()
    later = a_survey(work, program=other)
    assert links.send(work, later.id) == Sent(1, 1)
    run_jobs()
    assert invited(outbox) == ["ana@example.com", "ben@example.com"]
    with pytest.raises(Refused) as refused:
        links.send(work, later.id)
    assert refused.value.code == "asked_lately"
    clock.shift(days=7, minutes=1)
    clock.follow(work)
    assert links.send(work, later.id) == Sent(2, 0)
    run_jobs()
    assert invited(outbox) == ["ana@example.com", "ana@example.com", "ben@example.com", "ben@example.com"]


def test_a_question_in_the_product_counts_and_a_mail_keeps_the_product_quiet(
    work: Work, program: Program, ana: Enrollment, run_jobs: RunJobs
) -> None:
    cohort_service.set_trait(work, ana.tester_id, ASKED, work.now.isoformat())
    survey = a_survey(work, program=program)
    assert queries.count_asked_lately(work.session, survey, work.now) == 1
    later = work.now + timedelta(days=8)
    assert queries.count_asked_lately(work.session, survey, later) == 0
    assert links.send(work, survey.id, may_ask_again=True) == Sent(1, 0)
    run_jobs()
    assert not links.may_ask(work, ana.tester_id)


def test_the_rule_can_be_overruled_changed_and_dropped(
    work: Work, program: Program, ana: Enrollment, run_jobs: RunJobs, outbox: Outbox, clock: Clock
) -> None:
    survey = a_survey(work, program=program)
    links.send(work, survey.id)
    run_jobs()
    clock.shift(hours=1)
    clock.follow(work)
    assert links.send(work, survey.id, may_ask_again=True).people == 1
    run_jobs()
    assert len(invited(outbox)) == 2
    links.set_contact_days(work, 0)
    assert links.send(work, survey.id) == Sent(1, 0)
    links.set_contact_days(work, 30)
    assert queries.contact_days(work.session) == 30
    with pytest.raises(Invalid):
        links.set_contact_days(work, 366)


def test_a_survey_goes_to_a_cohort_alone(
    work: Work, program: Program, ana: Enrollment, run_jobs: RunJobs, outbox: Outbox
) -> None:
    an_enrollment(work, program=program, mail="ben@example.com")
    cohort = a_cohort(work, program=program)
    cohort_service.add_members(work, cohort.id, [ana.tester_id])
    survey = a_survey(work, program=program)
    assert links.send(work, survey.id, cohort_id=cohort.id) == Sent(1, 0)
    run_jobs()
    assert invited(outbox) == ["ana@example.com"]
    with pytest.raises(NotFound):
        links.send(work, a_survey(work).id, cohort_id=cohort.id)


def test_the_console_says_who_is_left_alone(
    work: Work, program: Program, ana: Enrollment, member_client: Callable[..., Browser], run_jobs: RunJobs
) -> None:
    from tests.surveys.test_console import base

    survey = a_survey(work, program=program)
    links.send(work, survey.id)
    run_jobs()
    an_enrollment(work, program=program, mail="ben@example.com")
    pm = member_client("owner")
    assert "1 of them was asked something in the last 7 days" in pm.get(f"{base(program, survey)}/share").text
    sent = pm.submit(f"{base(program, survey)}/share", action="/sending")
    assert "1 person was asked lately and is left alone." in pm.get(sent.location).text
    assert pm.submit(f"{base(program)}/contact", {"days": "400"}).status_code == 422
    assert pm.submit(f"{base(program)}/contact", {"days": "14"}).status_code == 303
    assert queries.contact_days(work.session) == 14
    assert member_client("manager").get(f"{base(program)}/contact").status_code == 403
