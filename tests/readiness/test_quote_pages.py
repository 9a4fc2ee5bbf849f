"""Quotes on pages: offered where they are allowed, and to whom."""

import re
from html import unescape
from typing import Any

from sqlalchemy import select

from betaops.enrollment.models import Enrollment
from betaops.enrollment.quoting import Quoting
from betaops.enrollment.service import quoting as consent
from betaops.feedback.models import Report
from betaops.kernel import ids
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness.models import Expectation, Quote
from betaops.surveys.models import Response
from tests.factories.readiness import an_expectation
from tests.readiness.test_quotes import a_quote, an_answer, paper


def test_a_member_picks_one_from_a_report_sees_it_and_lets_it_go(
    work: Work, program: Program, need: Expectation, ana: Enrollment, report: Report, member_client: Any
) -> None:
    browser = member_client("manager")
    public = ids.encode("rpt", report.id)
    shown = f"/console/programs/{program.slug}/feedback/{public}"
    chosen = ids.encode("exp", need.id)
    picking = f"/console/programs/{program.slug}/readiness/quotes/new?report={public}"
    assert "Quote for a need" not in browser.get(shown).text
    assert "does not allow to be quoted" in browser.get(picking).text
    consent.choose(work, ana, Quoting.NAMED)
    assert "Quote for a need" in browser.get(shown).text
    refused = browser.submit(picking, {"passage": "Made up", "expectation": chosen})
    assert refused.status_code == 422
    assert "These are not their words" in refused.text
    assert "Made up" in refused.text
    assert browser.submit(picking, {"expectation": chosen}).status_code == 303
    listed = f"/console/programs/{program.slug}/readiness/quotes"
    assert "I &lt;need&gt; it offline" in browser.get(listed).text
    consent.choose(work, ana, Quoting.NEVER)
    assert "it offline" not in browser.get(listed).text
    assert browser.submit(listed, action="/removal").status_code == 303
    assert work.session.scalar(select(Quote)) is None


def test_of_several_needs_none_is_chosen_beforehand(
    work: Work, program: Program, need: Expectation, ana: Enrollment, report: Report, member_client: Any
) -> None:
    an_expectation(work, program, need="It is quick")
    consent.choose(work, ana, Quoting.NAMED)
    browser = member_client("manager")
    picking = f"/console/programs/{program.slug}/readiness/quotes/new?report={ids.encode('rpt', report.id)}"
    refused = browser.submit(picking, {})
    assert refused.status_code == 422
    assert "Choose the need." in refused.text
    assert browser.submit(picking, {"expectation": ids.encode("exp", need.id)}).status_code == 303


def test_a_viewer_sees_quotes_and_picks_none(
    work: Work, program: Program, need: Expectation, ana: Enrollment, report: Report, member_client: Any
) -> None:
    consent.choose(work, ana, Quoting.NAMED)
    a_quote(work, program, need, report)
    browser = member_client("viewer")
    base = f"/console/programs/{program.slug}/readiness/quotes"
    assert "it offline" in browser.get(base).text
    assert browser.get(f"{base}/new?report={ids.encode('rpt', report.id)}").status_code == 403


def test_written_answers_offer_it_only_where_it_is_allowed(
    work: Work, program: Program, need: Expectation, ana: Enrollment, member_client: Any
) -> None:
    answer = an_answer(work, program, ana, "Offline please")
    survey_id = work.session.get_one(Response, answer.response_id).survey_id
    page = f"/console/programs/{program.slug}/surveys/{ids.encode('svy', survey_id)}/results/{answer.question_id}"
    browser = member_client("manager")
    assert "Offline please" in browser.get(page).text
    assert "Quote for a need" not in browser.get(page).text
    consent.choose(work, ana, Quoting.ANONYMOUS)
    assert "Quote for a need" in browser.get(page).text
    (offered,) = re.findall(r'href="([^"]*quotes/new[^"]*)"', browser.get(page).text)
    offered = unescape(offered)
    for wrong in (offered.replace("question=", "other="), f"{offered}zz", f"{offered}20", f"{offered}0000"):
        assert browser.get(wrong).status_code == 404
    picked = browser.submit(offered, {"expectation": ids.encode("exp", need.id)})
    assert picked.status_code == 303
    assert "Offline please" in paper(work, program)
