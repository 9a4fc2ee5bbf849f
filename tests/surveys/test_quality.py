"""Doubts about responses: they mark, they never take away; results show both ways."""

from collections.abc import Callable
from typing import Any

import pytest

from betaops.kernel import ids
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.surveys import queries
from betaops.surveys.analysis.quality import Doubt, digest, doubts
from betaops.surveys.models import Response, ResponseState, Survey
from betaops.surveys.reading import read
from tests.factories.surveys import a_public_link, a_response, a_survey
from tests.support.browsers import Browser
from tests.support.clock import Clock

ROWS = ["speed", "looks", "words", "help"]
LONG: dict[str, Any] = {
    "pages": [
        {
            "elements": [
                {"type": "matrix", "name": "how", "rows": ROWS, "columns": ["bad", "so", "good"]},
                {"type": "comment", "name": "why"},
            ]
        }
    ]
}
DEFINITION = read(LONG)
MIXED = {"how": dict(zip(ROWS, ["bad", "so", "good", "so"], strict=True))}
STRAIGHT = {"how": dict.fromkeys(ROWS, "so")}


def found(answers: dict[str, Any], *, seconds: float | None = None, is_repeated: bool = False) -> list[Doubt]:
    return doubts(DEFINITION, answers, seconds=seconds, is_repeated=is_repeated)


def test_a_third_of_the_usual_time_is_too_fast_to_have_read_it() -> None:
    # Four rows of eight seconds and a text of thirty: 62 seconds as a rule.
    answers = {**MIXED, "why": "Because"}
    assert found(answers, seconds=20) == [Doubt.SPEEDING]
    assert found(answers, seconds=21) == []
    assert found(answers, seconds=None) == []
    assert found({"how": {"speed": "so"}}, seconds=0) == []


def test_one_column_all_the_way_down_is_marked_and_three_rows_are_not() -> None:
    assert found(STRAIGHT) == [Doubt.STRAIGHT_LINING]
    assert found(MIXED) == []
    assert found({"how": dict.fromkeys(ROWS[:3], "so")}) == []


def test_the_same_few_choices_are_no_duplicate_and_the_same_words_are() -> None:
    assert digest(DEFINITION, MIXED) is None
    words = {**MIXED, "why": "The import lost my notes twice."}
    assert digest(DEFINITION, words) == digest(DEFINITION, dict(reversed(words.items())))
    assert digest(DEFINITION, words) != digest(DEFINITION, {**words, "why": words["why"] + "!"})


@pytest.fixture
def survey(work: Work, program: Program) -> Survey:
    return a_survey(work, program=program, definition=LONG, name="Long")


def answered(work: Work, survey: Survey) -> Response:
    return queries.responses(work.session, survey.id).items[0]


def test_the_second_of_two_equal_responses_is_marked_and_counts(work: Work, survey: Survey) -> None:
    words = {**MIXED, "why": "The import lost my notes twice."}
    first, second = a_response(work, survey, words), a_response(work, survey, words)
    assert (first.doubts, second.doubts) == ([], [Doubt.DUPLICATE])
    assert second.state is ResponseState.COMPLETE
    assert queries.count_doubtful(work.session, survey.id) == 1


def test_a_page_tells_how_long_it_took(work: Work, client: Browser, clock: Clock, survey: Survey) -> None:
    address = f"/s/{a_public_link(work, survey)}"
    fields = {f"how[{row}]": value for row, value in MIXED["how"].items()}
    page = client.get(address).text
    shown = page.split('name="__shown" value="')[1].split('"')[0]
    on = {"__on": ["how", "why"], "__page": "0", "__action": "next", "__shown": shown}
    clock.shift(seconds=40)
    client.post(address, data={**on, **fields, "__submission": "a1"}, csrf=False)
    assert answered(work, survey).active_seconds == pytest.approx(40, abs=1)
    assert answered(work, survey).doubts == []
    client.post(address, data={**on, **fields, "__shown": "forged", "__submission": "a2"}, csrf=False)
    later = [row for row in queries.responses(work.session, survey.id).items if row.submission_key == "a2"]
    assert later[0].active_seconds is None


def test_machines_and_pasted_texts_give_themselves_away(work: Work, client: Browser, survey: Survey) -> None:
    address = f"/s/{a_public_link(work, survey)}"
    sent = {"why": "Buy now", "__website": "https://example.com", "__pasted": "1", "__action": "next"}
    assert client.submit(address, sent).status_code == 303
    response = answered(work, survey)
    assert response.state is ResponseState.COMPLETE
    assert {Doubt.HONEYPOT, Doubt.PASTED} <= set(response.doubts)


def test_results_are_read_with_and_without_what_is_doubtful(
    work: Work, program: Program, survey: Survey, member_client: Callable[..., Browser]
) -> None:
    a_response(work, survey, MIXED)
    a_response(work, survey, STRAIGHT)
    pm = member_client("manager")
    base = f"/console/programs/{program.slug}/surveys/{ids.encode('svy', survey.id)}"
    both = pm.get(f"{base}/results").text
    assert "1 complete response looks doubtful" in both
    assert "2 answers" in both
    assert "2 answers" not in pm.get(f"{base}/results?doubtful=without").text
    listed = pm.get(f"{base}/responses?care=doubtful").text
    assert "One column all the way down" in listed
    assert "One column all the way down" not in pm.get(f"{base}/responses?care=plain").text
