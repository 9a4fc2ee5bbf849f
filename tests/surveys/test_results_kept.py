"""Shares with their ranges on the page of results, and themes that are kept until answers change."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from betaops.kernel.jobs import Job
from betaops.kernel.work import Work
from betaops.surveys import queries
from betaops.surveys.models import Survey
from tests.factories.surveys import a_response, a_survey
from tests.surveys.test_results import SURVEY, base, question, shown


@pytest.fixture
def survey(work: Work) -> Survey:
    return a_survey(work, definition=SURVEY, name="Reading")


@pytest.mark.parametrize("address", ["results", "results?table=1"])
def test_every_share_on_the_page_has_its_range_and_n(
    work: Work, survey: Survey, member_client: Any, address: str
) -> None:
    for number in range(5):
        a_response(work, survey, {"plan": "pro", "uses": ["web", "app"] if number else ["web"]})
    page = shown(member_client("manager").get(f"{base(work, survey)}/{address}"))
    assert re.search(r"Which plan\? 5 answers", page)
    assert "team 0 0% 0% to 35%" in page
    assert "pro 5 100% 65% to 100%" in page
    assert "app 4 80% 44% to 95%" in page


def test_themes_of_many_texts_are_looked_for_by_a_job_and_kept_until_answers_change(
    work: Work, survey: Survey, member_client: Any, run_jobs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from betaops.surveys.views import texts as view

    monkeypatch.setattr(view, "AT_ONCE", 10)
    for number in range(6):
        a_response(work, survey, {"why": f"The sync of my notes is slow on day {number}"})
        a_response(work, survey, {"why": f"Such an expensive price for plan {number}"})
    work.session.commit()
    address = f"{base(work, survey)}/results/{question(work, survey, 'why')}/themes"
    browser = member_client("viewer")
    assert "Look for themes" in browser.get(address).text
    for _twice in range(2):
        assert browser.post(address, data={}).status_code == 303
    assert len(work.session.scalars(select(Job).where(Job.name == queries.THEMES)).all()) == 1
    assert "Looking for themes" in browser.get(address).text
    run_jobs()
    monkeypatch.setattr(view, "themes", lambda _texts: pytest.fail("looked for again"))
    page = browser.get(address).text
    assert "texts</" in page
    assert re.search(r"price|sync", page)
    seen = re.search(r'name="seen" value="(\w+)"', member_client("manager").get(address).text)
    assert seen is not None
    member_client("manager").post(address, data={"seen": seen[1], "theme": "0", "tag": "Found"})
    assert [
        key for key, _n, _c in queries.tags_counted(work.session, survey.id, question(work, survey, "why"))
    ] == ["found"]
    a_response(work, survey, {"why": "Another one"})
    work.session.commit()
    assert "Look for themes" in browser.get(address).text
