"""The page and the API that put a survey into the product."""

from collections.abc import Callable
from typing import Any

import pytest

from betaops.accounts.permissions import Permission
from betaops.accounts.service import keys
from betaops.cohorts import queries as cohort_queries
from betaops.enrollment.models import Tester
from betaops.kernel import ids
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.surveys import provided, queries, showing
from betaops.surveys.models import Repeat, Shape, Survey
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.factories.surveys import CHECK_IN, SHORT, a_placement, a_response, a_survey
from tests.support.browsers import Browser
from tests.support.running import RunJobs

MATRIX = {
    "type": "matrix",
    "name": "parts",
    "title": "How was it?",
    "rows": ["Sync"],
    "columns": ["Good", "Bad"],
}


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


@pytest.fixture
def survey(work: Work, program: Program) -> Survey:
    return a_survey(work, program=program, definition=SHORT)


@pytest.fixture
def api(client: Browser, work: Work) -> Callable[..., Any]:
    _row, key = keys.create_key(work, "test", {Permission.SURVEYS_READ, Permission.SURVEYS_WRITE})

    def call(method: str, address: str, body: dict[str, Any] | None = None) -> Any:
        return client.open(address, method=method, json=body, headers={"Authorization": f"Bearer {key}"})

    return call


def page_of(program: Program, survey: Survey, page: str = "placement") -> str:
    return f"/console/programs/{program.slug}/surveys/{ids.encode('svy', survey.id)}/{page}"


def test_a_survey_is_put_into_the_product_and_says_so(
    work: Work, program: Program, survey: Survey, member_client: Callable[..., Browser], run_jobs: RunJobs
) -> None:
    browser = member_client("manager")
    page = page_of(program, survey)
    sent = {"is_on": "y", "repeat": "every", "every_days": "30", "events": "note synced\n\n note  exported "}
    assert browser.submit(page, sent).status_code == 303
    assert "in a moment" in browser.get(page).text
    run_jobs()
    assert "On in the product" in browser.get(page).text
    row = queries.placement(work.session, survey.id)
    assert row is not None
    assert (row.is_begun, row.repeat, row.every_days, row.events) == (
        True, Repeat.EVERY, 30, ["note synced", "note exported"],
    )  # fmt: skip
    assert browser.submit(page, {"repeat": "once", "every_days": "9999"}).status_code == 303
    work.session.refresh(row)
    assert (row.repeat, row.every_days, row.version) == (Repeat.ONCE, None, 2)


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"share": "0"}, "Choose a number from 1 to 100."),
        ({"share": "9" * 30}, "Not a valid integer value."),
        ({"repeat": "every"}, "Choose a number from 1 to 365."),
        ({"audience": "cohorts"}, "Choose at least one cohort."),
        ({"shape": "selector"}, "Say which element opens it"),
        ({"url": "(", "url_match": "regex"}, "This is no pattern that can be matched."),
        ({"color": "red"}, "Write a colour as #rrggbb."),
        ({"events": "\n".join(map(str, range(11)))}, "Name at most 10 events"),
        ({"shape": "nonsense"}, "Not a valid choice."),
    ],
)
def test_what_makes_no_sense_is_refused_in_its_place(
    work: Work,
    program: Program,
    survey: Survey,
    member_client: Callable[..., Browser],
    sent: Any,
    sentence: str,
) -> None:
    refused = member_client("manager").submit(
        page_of(program, survey), {"is_on": "y", "thanks": "Kept", **sent}
    )
    assert refused.status_code == 422
    assert sentence in refused.text
    assert 'value="Kept"' in refused.text
    assert queries.placement(work.session, survey.id) is None


def test_one_that_cannot_be_shown_says_which_element_and_stays_off(
    work: Work, program: Program, member_client: Callable[..., Browser]
) -> None:
    elements = [*SHORT["pages"][0]["elements"], MATRIX]
    survey = a_survey(work, program=program, definition={"pages": [{"name": "p", "elements": elements}]})
    browser = member_client("manager")
    page = page_of(program, survey)
    assert "“How was it?” asks row by row." in browser.get(page).text
    assert browser.submit(page, {"is_on": "y"}).status_code == 422
    assert browser.submit(page, {"delay_seconds": "5"}).status_code == 303  # kept for when it can
    unpublished = a_survey(work, program=program, is_published=False)
    assert "Publish the survey first." in browser.submit(page_of(program, unpublished), {"is_on": "y"}).text


def test_publishing_says_what_the_product_would_lose(
    work: Work, program: Program, survey: Survey, member_client: Callable[..., Browser]
) -> None:
    a_placement(work, survey)
    survey.draft = {"pages": [{"name": "p", "elements": [*SHORT["pages"][0]["elements"], MATRIX]}]}
    work.session.flush()
    page = member_client("manager").get(page_of(program, survey, "publication")).text
    assert "It would no longer be shown in the product" in page
    assert "“How was it?” asks row by row." in page


def test_a_newer_placement_is_not_saved_over(
    work: Work, program: Program, survey: Survey, member_client: Callable[..., Browser]
) -> None:
    browser = member_client("manager")
    page = page_of(program, survey)
    assert browser.submit(page, {"is_on": "y", "thanks": "Theirs"}).status_code == 303
    stale = {"version": "0", "is_on": "y", "thanks": "Mine"}
    refused = browser.submit(page, stale)
    assert refused.status_code == 422
    assert "Theirs" in refused.text
    assert 'value="Mine"' in refused.text
    assert member_client("viewer").get(page).status_code == 403


def test_results_and_responses_show_that_they_came_from_inside(
    work: Work, program: Program, survey: Survey, member_client: Callable[..., Browser]
) -> None:
    ana = an_enrollment(work, program=program)
    placement = a_placement(work, survey)
    response = a_response(work, survey, {"nps": 9}, enrollment=ana)
    response.is_in_product = True
    showing.note_shown(work, placement, program.id, ana.tester_id, work.now)
    browser = member_client("owner")
    assert "1 complete response came from there" in browser.get(page_of(program, survey, "results")).text
    assert "In the product" in browser.get(page_of(program, survey, "responses")).text
    tester = work.session.get_one(Tester, ana.tester_id)
    told = provided.data(work.session, tester)
    assert (told[-1]["shown_in_product"], told[-1]["shown_at"]) == (1, work.now.isoformat())
    facts = [fact.name for fact in cohort_queries.catalogue(work.session, program).facts]
    assert not [name for name in facts if "$survey" in name]


def test_an_engineer_places_it_by_the_api(
    work: Work, program: Program, survey: Survey, api: Callable[..., Any]
) -> None:
    address = f"/api/v1/surveys/{ids.encode('svy', survey.id)}/placement"
    assert api("GET", address).status_code == 404
    placed = api("PATCH", address, {"is_on": True, "shape": "tab", "repeat": "always", "share": 25})
    assert placed.status_code == 200, placed.text
    assert (placed.json["is_on"], placed.json["shape"], placed.json["label"]) == (True, "tab", "Feedback")
    assert placed.json["flag_key"].startswith("survey-targeting-")
    changed = api("PATCH", address, {"thanks": "Ta", "version": placed.json["version"]})
    assert (changed.json["share"], changed.json["thanks"], changed.json["version"]) == (25, "Ta", 2)
    assert api("PATCH", address, {"thanks": "Late", "version": 1}).status_code == 409
    for wrong in (
        {"share": 0},
        {"color": "red"},
        {"devices": ["Toaster"]},
        {"cohorts": "x"},
    ):
        assert api("PATCH", address, wrong).status_code == 422, wrong
    without = api("PATCH", address, {"repeat": "every"})
    assert without.json["detail"] == "Say after how many days it may be asked again."
    assert queries.placement(work.session, survey.id).shape is Shape.TAB  # type: ignore[union-attr]
    matrix = a_survey(work, program=program, definition={"pages": [{"name": "p", "elements": [MATRIX]}]})
    refused = api("PATCH", f"/api/v1/surveys/{ids.encode('svy', matrix.id)}/placement", {"is_on": True})
    assert (refused.status_code, "row by row" in refused.text) == (409, True)


def test_a_survey_with_two_pages_and_groups_is_one_row_of_questions(work: Work, program: Program) -> None:
    survey = a_survey(work, program=program, definition=CHECK_IN)
    [compiled] = queries.compiled_live(work.session, survey).values()
    rows = {row.name: str(row.id) for row in queries.survey_questions(work.session, survey.id)}
    assert [question["id"] for question in compiled.questions] == list(rows.values())
