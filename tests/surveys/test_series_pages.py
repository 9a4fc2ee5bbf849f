"""New series as people meet them: on the page that publishes, in results, over the API and at the terminal."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner

from betaops.accounts.permissions import Permission
from betaops.accounts.service import keys
from betaops.kernel import ids
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.surveys import queries
from betaops.surveys.commands import surveys as command
from betaops.surveys.models import Response, Survey
from tests.factories.surveys import a_survey
from tests.support.browsers import Browser
from tests.surveys.test_series import EASE, TO_TEN, anew, edit, rows_of, submit, with_ease


def _console(program: Program, survey: Survey, page: str) -> str:
    return f"/console/programs/{program.slug}/surveys/{ids.encode('svy', survey.id)}/{page}"


@pytest.fixture
def survey(work: Work, program: Program) -> Survey:
    return a_survey(work, definition=EASE, program=program)


def two_series(work: Work, survey: Survey) -> None:
    """Twelve to five steps, six to ten."""
    for at in range(12):
        submit(work, survey, f"five{at}", ease=4 if at % 2 else 2, plan="pro" if at % 3 else "team")
    anew(work, survey, TO_TEN)
    for at in range(6):
        submit(work, survey, f"ten{at}", ease=9, plan="pro")


def test_the_author_is_asked_for_each_question_that_would_begin_anew(
    work: Work, program: Program, survey: Survey, member_client: Any
) -> None:
    edit(work, survey, TO_TEN)
    member, address = member_client("manager"), _console(program, survey, "publication")
    page = member.get(address).text
    assert "has another scale now" in page
    assert "What was answered so far stays and is shown apart." in page
    assert "survey.ease.2" in page
    refused = member.submit(address, {"note": "Ten steps"})
    assert refused.status_code == 422
    assert "new series" in refused.text
    assert 'value="Ten steps"' in refused.text
    assert survey.live_number == 1
    done = member.submit(address, {"note": "Ten steps", "new_series": ["ease"]})
    assert done.status_code == 303
    assert [(row.name, row.series) for row in rows_of(work, survey)] == [
        ("ease", 1),
        ("ease", 2),
        ("plan", 1),
    ]


def test_results_show_both_with_a_break_between_them(
    work: Work, program: Program, survey: Survey, member_client: Any
) -> None:
    two_series(work, survey)
    old, new, _plan = rows_of(work, survey)
    member = member_client("manager")
    for table in ("", "?table=1"):
        page = member.get(_console(program, survey, "results") + table).text
        assert page.count("A new series began with version 2.") == 1
        assert "Below stand the answers to version 1." in page
        before, after = page.split("A new series began with version 2.")
        links = [re.findall(r'href="[^"]*responses\?answer=([^"&]+)', part) for part in (before, after)]
        assert links[0]
        assert links[1]
    assert "12 answers" in after
    # Every number of either opens its responses.
    cards = {card.id: card for card in _cards(work, survey)}
    assert (cards[old.id].n, cards[new.id].n) == (12, 6)
    assert (cards[old.id].score.scale, cards[new.id].score.scale) == ((1, 5), (0, 10))
    assert sum(bar.value for bar in cards[old.id].bars) == 12
    assert not any("no longer offered" in bar.label for card in cards.values() for bar in card.bars)


def _cards(work: Work, survey: Survey) -> Any:
    from betaops.surveys.analysis import results
    from betaops.surveys.analysis.results import Known, grouped

    tallies = grouped(queries.tallies(work.session, survey.id))
    people = queries.people_per_question(work.session, survey.id)
    known = []
    for row in rows_of(work, survey):
        version = queries.version(work.session, survey.id, row.last_number)
        question = queries.published(work.session, version.id).definition.by_name[row.name]
        known.append(Known(row.id, question, people.get(row.id, 0), False, tallies.get(row.id, [])))
    return results.cards(known)


def test_either_series_is_crossed_with_other_questions(
    work: Work, program: Program, survey: Survey, member_client: Any
) -> None:
    two_series(work, survey)
    old, new, plan = rows_of(work, survey)
    member, address = member_client("manager"), _console(program, survey, "results/crosstab")
    page = member.get(address).text
    assert ">Easy? (version 1)</option>" in page
    assert ">Easy?</option>" in page
    for row, count in ((old, 12), (new, 6)):
        assert (
            f"{count} people answered both." in member.get(f"{address}?down={row.id}:&across={plan.id}:").text
        )
    assert "Nobody answered both" in member.get(f"{address}?down={old.id}:&across={new.id}:").text


def test_waves_compare_within_a_series(
    work: Work, program: Program, survey: Survey, member_client: Any
) -> None:
    two_series(work, survey)
    for at, row in enumerate(queries.responses(work.session, survey.id).items):
        row.wave = 1 + at % 2
    work.session.flush()
    page = member_client("manager").get(_console(program, survey, "results/waves")).text
    assert "Easy? (version 1)" in page
    assert re.search(r"Easy\?\s*<", page)


def test_what_people_wrote_to_an_ended_series_is_read_where_it_was(
    work: Work, program: Program, member_client: Any
) -> None:
    survey = a_survey(work, definition=with_ease(type="comment"), program=program)
    submit(work, survey, "one", ease="Rather easy")
    anew(work, survey, EASE)
    old = rows_of(work, survey)[0]
    member = member_client("manager")
    page = member.get(_console(program, survey, "results")).text
    assert "Rather easy" in page
    assert "Nobody has answered this yet." in page
    assert "Rather easy" in member.get(_console(program, survey, f"results/{old.id}")).text


def test_one_response_is_shown_as_it_was_asked(
    work: Work, program: Program, survey: Survey, member_client: Any
) -> None:
    first: Response = submit(work, survey, "one", ease=4)
    anew(work, survey, with_ease(type="comment"))
    page = (
        member_client("manager")
        .get(_console(program, survey, f"responses/{ids.encode('rsp', first.id)}"))
        .text
    )
    assert re.search(r"Easy\?.*?4", page, re.DOTALL)


def test_the_api_says_what_needs_a_new_series_and_begins_it(
    work: Work, survey: Survey, client: Browser
) -> None:
    _row, key = keys.create_key(work, "test", {Permission.SURVEYS_WRITE, Permission.SURVEYS_READ})
    edit(work, survey, TO_TEN)
    work.session.commit()
    address = f"/api/v1/surveys/{ids.encode('svy', survey.id)}/versions"
    given: dict[str, Any] = {"headers": {"Authorization": f"Bearer {key}"}, "csrf": False}
    refused = client.post(address, json={}, **given)
    assert (refused.status_code, refused.json["type"]) == (409, "urn:betaops:breaking")
    assert [each["name"] for each in refused.json["errors"]] == ["ease"]
    unneeded = client.post(address, json={"new_series": ["ease", "plan"]}, **given)
    assert (unneeded.status_code, unneeded.json["type"]) == (422, "urn:betaops:no_new_series")
    done = client.post(address, json={"new_series": ["ease"]}, **given)
    assert (done.status_code, done.json["number"]) == (201, 2)


def test_the_terminal_publishes_with_a_new_series(
    work: Work,
    program: Program,
    survey: Survey,
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import config

    monkeypatch.setattr(config, "load", lambda: settings)
    work.session.commit()
    file = tmp_path / "survey.json"
    file.write_bytes(orjson.dumps({**TO_TEN, "title": survey.name}))
    asked = ["import", str(file), "--program", program.slug, "--publish", "--json"]
    refused = CliRunner().invoke(command, asked)
    assert refused.exit_code == 1
    assert "new series" in refused.output
    done = CliRunner().invoke(command, [*asked, "--new-series", "ease"])
    assert done.exit_code == 0, done.output
    assert orjson.loads(done.stdout)["published"] == 2


PRICES: dict[str, Any] = {
    "type": "panel", "name": "prices", "title": "Four prices", "x-betaops": {"instrument": "van_westendorp"},
    "elements": [{"type": "text", "inputType": "number", "name": name}
                 for name in ("too_cheap", "cheap", "dear", "too_dear")],
}  # fmt: skip


def test_a_measure_is_shown_as_it_stood_before_one_of_its_questions_began_anew(
    work: Work, program: Program, member_client: Any
) -> None:
    answers = {"too_cheap": 1, "cheap": 5, "dear": 9, "too_dear": 12}
    survey = a_survey(work, definition={"elements": [PRICES]}, program=program)
    for at in range(8):
        submit(work, survey, f"one{at}", **{name: value + at % 3 for name, value in answers.items()})
    member = member_client("manager")
    assert "Four prices (version 1)" not in member.get(_console(program, survey, "results")).text
    inner = [*PRICES["elements"][:3], {"type": "comment", "name": "too_dear"}]
    anew(work, survey, {"elements": [{**PRICES, "x-betaops": {}, "elements": inner}]}, "too_dear")
    assert "Four prices (version 1)" in member.get(_console(program, survey, "results")).text


def test_the_api_says_which_series_an_answer_belongs_to(work: Work, survey: Survey, client: Browser) -> None:
    _row, key = keys.create_key(work, "test", {Permission.SURVEYS_READ})
    old = submit(work, survey, "one", ease=4, plan="pro")
    anew(work, survey, TO_TEN)
    submit(work, survey, "two", ease=9)
    work.session.commit()
    given: dict[str, Any] = {"headers": {"Authorization": f"Bearer {key}"}}
    told = client.get(f"/api/v1/surveys/{ids.encode('svy', survey.id)}/responses", **given).json["items"]
    assert {each["version"]: each["series"] for each in told} == {1: {"ease": "ease_series1"}, 2: {}}
    one = client.get(f"/api/v1/responses/{ids.encode('rsp', old.id)}", **given).json
    assert one["series"] == {"ease": "ease_series1"}
