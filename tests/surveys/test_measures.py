"""Published measures in the builder: a list to add them from, and what of each its author says in words."""

from typing import Any

import pytest

from betaops.kernel import ids
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.surveys import instruments
from betaops.surveys.checking import problems
from betaops.surveys.instruments import INSTRUMENTS, designs
from betaops.surveys.models import Survey
from betaops.surveys.reading import read
from betaops.surveys.ready import measures
from tests.factories.programs import a_program
from tests.factories.surveys import a_survey

EMPTY: dict[str, Any] = {"title": "T", "pages": [{"name": "one", "elements": []}]}


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


@pytest.fixture
def survey(work: Work, program: Program) -> Survey:
    return a_survey(work, program=program, definition=EMPTY, is_published=False)


def build(survey: Survey, program: Program) -> str:
    return f"/console/programs/{program.slug}/surveys/{ids.encode('svy', survey.id)}/build"


def add(browser: Any, survey: Survey, program: Program, name: str) -> str:
    """Where the page leads that adds it."""
    added = browser.submit(build(survey, program), {"measure": name}, action="/measures")
    assert added.status_code == 303
    return str(added.location)


def elements(survey: Survey) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = survey.draft["pages"][0]["elements"]
    return found


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("name", list(INSTRUMENTS))
def test_every_measure_is_scored_as_it_is_added_also_twice(name: str, language: str) -> None:
    draft: dict[str, Any] = {"pages": [{"name": "one", "elements": []}]}
    for _time in range(2):
        draft["pages"][0]["elements"].append(measures.element(name, draft, language))
    definition = read(draft)
    assert problems(definition) == []
    assert [each.instrument.name for each in instruments.placed(definition)] == [name, name]


def test_the_builder_lists_each_with_what_it_measures(
    survey: Survey, program: Program, member_client: Any
) -> None:
    browser = member_client("manager")
    shown = browser.get(build(survey, program)).text
    for each in INSTRUMENTS.values():
        assert str(each.title) in shown
        assert str(each.about) in shown
        added = browser.get(add(browser, survey, program, each.name)).text
        assert str(each.source) in added, "what is chosen then says by whom it is scored"
    assert [each["x-betaops"]["instrument"] for each in elements(survey)] == list(INSTRUMENTS)
    assert browser.post(f"{build(survey, program)}/measures", data={"measure": "none"}).status_code == 404


@pytest.mark.parametrize(
    ("name", "said", "words"),
    [
        (
            "ces",
            "set up the sync",
            "How much do you agree? The product made it easy for me to set up the sync.",
        ),
        ("nps", "Lantern", "How likely is it that you would recommend Lantern to somebody you know?"),
        ("csat", "the new editor", "How satisfied or dissatisfied are you with the new editor?"),
        ("pmf", "Lantern", "How would you feel if you had to do without Lantern from tomorrow?"),
    ],
)
def test_what_it_is_about_is_said_in_words(
    survey: Survey, program: Program, member_client: Any, name: str, said: str, words: str
) -> None:
    browser = member_client("manager")
    place = add(browser, survey, program, name)
    assert browser.submit(place, {"subject": said}, action="/element").status_code == 303
    assert elements(survey)[0]["title"] == words
    assert f'value="{said}"' in browser.get(place).text, "and can be said anew"
    browser.submit(place, {"title": "In other words?", "subject": "ignored"}, action="/element")
    assert elements(survey)[0]["title"] == "In other words?"
    assert 'name="subject"' not in browser.get(place).text, "there is no gap in words of one's own"


def test_a_price_says_its_currency(survey: Survey, program: Program, member_client: Any) -> None:
    browser = member_client("manager")
    place = add(browser, survey, program, "van_westendorp")
    browser.submit(place, {"subject": "Per year and team, in euros"}, action="/element")
    assert elements(survey)[0]["description"] == "Per year and team, in euros. Leave out what you cannot say."


def test_satisfaction_has_five_steps_or_seven(survey: Survey, program: Program, member_client: Any) -> None:
    browser = member_client("manager")
    place = add(browser, survey, program, "csat")
    browser.submit(place, {"steps": "7"}, action="/element")
    assert elements(survey)[0]["rateMax"] == 7
    assert browser.submit(place, {"steps": "6"}, action="/element").status_code == 422


def test_things_are_compared_in_sets_that_stay_with_their_names(
    survey: Survey, program: Program, member_client: Any
) -> None:
    browser = member_client("manager")
    place = add(browser, survey, program, "maxdiff")
    things = ["Offline", "Search", "Sharing", "Tags", "Dark mode", "Export", "Import", "Voice"]
    browser.submit(place, {"compared": "\n".join(things)}, action="/element")
    [panel] = elements(survey)
    names = [each["name"] for each in panel["elements"]]
    assert [each["title"] for each in panel["elements"]] == [f"Set {n} of 6" for n in range(1, 7)]
    shown = [thing for each in panel["elements"] for thing in each["columns"]]
    assert {shown.count(thing) for thing in things} == {3}
    assert "\n".join(things) in browser.get(place).text.replace("\r", ""), "in the order of their author"
    # One is reworded, one comes besides: sets that were there keep the names that answers hang on.
    lines = "\n".join(["Offline | Without a network", *things[1:], "Print"])
    browser.submit(place, {"compared": lines}, action="/element")
    [panel] = elements(survey)
    assert [each["name"] for each in panel["elements"]][: len(names)] == names
    assert {"value": "Offline", "text": "Without a network"} in panel["elements"][0]["columns"]
    assert problems(read(survey.draft)) == []
    browser.submit(place, {"compared": "A\nB\nC"}, action="/element")
    [lone] = elements(survey)[0]["elements"]
    assert (lone["columns"], lone["title"]) == (["A", "B", "C"], "One in each row")
    for refused in ("A\nB", "\n".join(f"thing {number}" for number in range(41))):
        answer = browser.submit(place, {"compared": refused}, action="/element")
        assert answer.status_code == 422
        assert "Compare 3 to 40 things" in answer.text


@pytest.mark.parametrize("size", measures.SET_SIZES)
@pytest.mark.parametrize("things", range(3, 41))
def test_sets_show_everything_equally_often_with_ever_other_neighbours(things: int, size: int) -> None:
    found = designs.sets(things, size)
    counts = [sum(thing in each for each in found) for thing in range(things)]
    assert all(len(set(each)) == min(size, things) for each in found)
    assert max(counts) - min(counts) <= 1
    assert list(dict.fromkeys(thing for each in found for thing in each)) == list(range(things))
    if things > size:
        assert min(counts) >= designs.TIMES
        met = {frozenset((one, other)) for each in found for one in each for other in each if one != other}
        possible = min(things * (things - 1) // 2, len(found) * size * (size - 1) // 2)
        assert len(met) >= 0.6 * possible


def test_the_fifteen_pairs_of_the_task_load_come_and_go(
    survey: Survey, program: Program, member_client: Any
) -> None:
    browser = member_client("manager")
    place = add(browser, survey, program, "nasa_tlx")
    browser.submit(place, {"has_pairs": "y"}, action="/element")
    inside = elements(survey)[0]["elements"]
    assert len(inside) == 21
    assert [choice["text"] for choice in inside[6]["choices"]] == ["Mental demand", "Physical demand"]
    [placed] = instruments.placed(read(survey.draft))
    assert len(placed.items) == 21
    browser.submit(place, {"has_pairs": None}, action="/element")
    assert len(elements(survey)[0]["elements"]) == 6


def test_features_get_a_pair_of_questions_each(survey: Survey, program: Program, member_client: Any) -> None:
    browser = member_client("manager")
    place = add(browser, survey, program, "kano")
    said = {"title": "Offline mode", "more_features": "Dark mode\n\n  Voice  notes \n"}
    assert browser.submit(place, said, action="/element").status_code == 303
    assert [each["title"] for each in elements(survey)] == ["Offline mode", "Dark mode", "Voice notes"]
    definition = read(survey.draft)
    assert problems(definition) == []
    assert [each.instrument.name for each in instruments.placed(definition)] == ["kano"] * 3


def test_a_measure_that_is_scored_no_more_is_a_question_like_any_other(
    survey: Survey, program: Program, member_client: Any
) -> None:
    browser = member_client("manager")
    place = add(browser, survey, program, "nps")
    assert 'name="rate_max"' not in browser.get(place).text, "its score hangs on its scale"
    browser.submit(place, {"is_scored": None}, action="/element")
    assert "x-betaops" not in elements(survey)[0]
    assert 'name="rate_max"' in browser.get(place).text


def test_the_next_question_does_not_land_inside_of_a_measure(
    survey: Survey, program: Program, member_client: Any
) -> None:
    browser = member_client("manager")
    place = add(browser, survey, program, "kano")
    browser.submit(place, {"kind": "comment", "title": "Why?"}, action="/elements")
    assert [each["name"] for each in elements(survey)] == ["kano", "why"]


def test_texts_in_other_languages_stay(work: Work, program: Program, member_client: Any) -> None:
    definition = {"title": {"default": "T", "de": "T"}, "pages": [{"name": "one", "elements": []}]}
    survey = a_survey(work, program=program, definition=definition, is_published=False)
    browser = member_client("manager")
    place = add(browser, survey, program, "ces")
    browser.submit(place, {"subject": "share a note"}, action="/element")
    assert elements(survey)[0]["title"] == {
        "default": "How much do you agree? The product made it easy for me to share a note.",
        "de": "Wie sehr stimmen Sie zu? Das Produkt hat es mir leicht gemacht zu tun, was ich vorhatte.",
    }


def test_what_is_added_to_a_survey_that_somebody_changed_meanwhile_is_told(
    survey: Survey, program: Program, member_client: Any
) -> None:
    browser = member_client("manager")
    former = str(survey.version)
    add(browser, survey, program, "nps")
    for way, data in (("measures", {"measure": "nps"}), ("elements", {"kind": "text", "title": "Mine"})):
        refused = browser.post(f"{build(survey, program)}/{way}", data={**data, "at": "0", "version": former})
        assert refused.status_code == 422
        assert "saved a newer version" in refused.text
    assert [each["name"] for each in elements(survey)] == ["nps"]
