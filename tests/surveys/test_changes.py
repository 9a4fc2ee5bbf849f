"""What an edit means for the answers that were given before it: options that go or mean something else, ends of scales."""

from typing import Any

import pytest
from sqlalchemy import select

from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.events import RecordedEvent
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.surveys import queries, service
from betaops.surveys.changes import Change, Weight, compare
from betaops.surveys.events import SurveyPublished
from betaops.surveys.given import Given
from betaops.surveys.models import Survey
from betaops.surveys.reading import read
from tests.factories.surveys import a_survey
from tests.surveys.test_anonymity import make_anonymous
from tests.surveys.test_series import edit, rows_of, submit, told
from tests.surveys.test_series_pages import _console as console

PLAN = {"type": "radiogroup", "name": "plan", "title": "Plan?",
        "choices": [{"value": "a", "text": "Pro"}, {"value": "b", "text": "Team"}, {"value": "c", "text": "Solo"}]}  # fmt: skip
A, B, C = PLAN["choices"]
HAPPY = {"type": "rating", "name": "happy", "title": "Happy?",
         "minRateDescription": "Not at all", "maxRateDescription": "Very"}  # fmt: skip
GRID = {
    "type": "matrix",
    "name": "grid",
    "title": "Grid",
    "rows": ["import", "export"],
    "columns": ["good", "bad"],
}
FAMILY = {"type": "paneldynamic", "name": "family", "title": "Family", "templateElements": [PLAN]}
LINES = {"type": "multipletext", "name": "lines", "title": "Lines",
         "items": [{"name": "x", "inputType": "number"}, {"name": "y"}]}  # fmt: skip


def changes(old: dict[str, Any], new: dict[str, Any], **parts: int) -> list[Change]:
    """`parts` are how often a code was given; a row stands before two underscores (`import__good`)."""
    given = Given({tuple(part.rpartition("__")[::2]): times for part, times in parts.items()})  # type: ignore[misc]
    before, after = (read({"elements": [each]}) for each in (old, new))
    return compare(before, after, {str(old["name"]): given} if parts else {})


def weights(old: dict[str, Any], new: dict[str, Any], **parts: int) -> list[Weight]:
    return [each.weight for each in changes(old, new, **parts)]


WITHOUT = {**PLAN, "choices": [A, B]}
MEANT = {**PLAN, "choices": [{"value": "a", "text": "Enterprise"}, B, C]}


@pytest.mark.parametrize(
    ("new", "parts", "weight"),
    [
        (WITHOUT, {}, Weight.ADDITIVE),
        (WITHOUT, {"a": 9}, Weight.ADDITIVE),
        (WITHOUT, {"a": 9, "c": 1}, Weight.BREAKING),
        (MEANT, {}, Weight.COSMETIC),
        (MEANT, {"b": 9}, Weight.COSMETIC),
        (MEANT, {"a": 1}, Weight.BREAKING),
        ({**PLAN, "choices": [{"value": "a", "text": "PRO!"}, B, C]}, {"a": 1}, Weight.COSMETIC),
        ({**PLAN, "choices": [{"value": "a", "text": {"default": "Pro", "de": "Profi"}}, B, C]}, {"a": 1}, None),
        ({**PLAN, "choices": [A, {"value": "b", "text": "Solo"}, {"value": "c", "text": "Team"}]}, {"b": 1, "c": 1},
         Weight.BREAKING),
    ],
)  # fmt: skip
def test_an_option_is_weighed_by_the_answers_it_has(
    new: dict[str, Any], parts: dict[str, int], weight: Weight | None
) -> None:
    found = changes(PLAN, new, **parts)
    assert {each.weight for each in found} == ({weight} if weight else set())
    assert all(each.may_count_on == (each.weight is Weight.BREAKING) for each in found)


def test_what_goes_is_told_with_how_many_answers_it_touches() -> None:
    (found,) = changes(PLAN, {**PLAN, "choices": [B]}, a=12, c=1)
    assert "“Pro” (12 answers), “Solo” (1 answer)" in found.message
    secret = compare(
        read({"elements": [PLAN]}), read({"elements": [WITHOUT]}), {"plan": Given(is_secret=True)}
    )
    assert (secret[0].weight, "answers)" in secret[0].message) == (Weight.BREAKING, False)


@pytest.mark.parametrize(
    ("old", "new", "may_count_on"),
    [
        (HAPPY, {**HAPPY, "rateMin": 0}, False),
        (HAPPY, {**HAPPY, "rateMax": 7}, False),
        (HAPPY, {**HAPPY, "rateValues": [1, 2, 3]}, False),
        (HAPPY, {**HAPPY, "minRateDescription": "Very", "maxRateDescription": "Not at all"}, True),
        ({**HAPPY, "rateValues": [{"value": 1, "text": "Bad"}, 2]},
         {**HAPPY, "rateValues": [{"value": 1, "text": "Good"}, 2]}, True),
        ({"type": "slider", "name": "s"}, {"type": "slider", "name": "s", "max": 10}, False),
        ({"type": "slider", "name": "s"}, {"type": "slider", "name": "s", "sliderType": "range"}, False),
        ({"type": "boolean", "name": "s"}, {"type": "boolean", "name": "s", "valueTrue": "no", "valueFalse": "yes"}, False),
        ({"type": "boolean", "name": "s", "labelTrue": "On", "labelFalse": "Off"},
         {"type": "boolean", "name": "s", "labelTrue": "Off", "labelFalse": "On"}, True),
        ({"type": "text", "name": "s"}, {"type": "text", "name": "s", "inputType": "number"}, False),
        ({"type": "imagepicker", "name": "s", "choices": ["1"]},
         {"type": "imagepicker", "name": "s", "choices": ["1"], "multiSelect": True}, False),
        ({"type": "expression", "name": "s", "expression": "1"}, {"type": "expression", "name": "s", "expression": "2"}, True),
        (GRID, {**GRID, "columns": ["good"]}, True),
        (GRID, {**GRID, "columns": ["good", {"value": "bad", "text": "Fine"}]}, True),
        (GRID, {**GRID, "rows": ["import", {"value": "export", "text": "Printing"}]}, True),
    ],
)  # fmt: skip
def test_what_places_and_answers_mean_may_not_change_unnoticed(
    old: dict[str, Any], new: dict[str, Any], may_count_on: bool
) -> None:
    parts = {"1": 1, "true": 1, "export__bad": 1}
    found = [each for each in changes(old, new, **parts) if each.weight is Weight.BREAKING]
    assert {each.may_count_on for each in found} == {may_count_on}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "text", "name": "s"}, {"type": "text", "name": "s", "inputType": "email"}),
        ({"type": "slider", "name": "s"}, {"type": "slider", "name": "s", "step": 5}),
        (HAPPY, {**HAPPY, "rateMin": 1, "rateMax": 5}),
        (HAPPY, {**HAPPY, "maxRateDescription": "very"}),
        (GRID, {**GRID, "rows": ["import"]}),
        (GRID, {**GRID, "rows": ["import", "export", "more"]}),
    ],
)
def test_other_edits_count_on(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert Weight.BREAKING not in weights(old, new, **{"1": 1, "export__bad": 1})


def test_a_row_that_goes_is_told_with_its_answers() -> None:
    (found,) = changes(GRID, {**GRID, "rows": ["import"]}, export__bad=2, import__good=9)
    assert (found.weight, "“export” (2 answers)" in found.message) == (Weight.ADDITIVE, True)


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        (FAMILY, {**FAMILY, "templateElements": [MEANT]}, "3.plan__a"),
        (FAMILY, {**FAMILY, "templateElements": [WITHOUT]}, "0.plan__c"),
        (FAMILY, {**FAMILY, "templateElements": [{"type": "text", "name": "plan"}]}, "0.plan__c"),
        (LINES, {**LINES, "items": [{"name": "x"}, {"name": "y"}]}, "x__3"),
    ],
)
def test_questions_inside_a_question_are_weighed_as_well(
    old: dict[str, Any], new: dict[str, Any], part: str
) -> None:
    found = changes(old, new, **{part: 2})
    assert [(each.weight, each.name) for each in found] == [(Weight.BREAKING, str(old["name"]))]
    elsewhere = changes(old, new, **{part.replace("plan", "plane").replace("x_", "xx_"): 2})
    types = {each["type"] for each in (new.get("templateElements") or [{"type": "text"}])}
    assert (elsewhere[0].weight is Weight.BREAKING) == (types == {"text"})


# -- Publishing.


@pytest.fixture
def survey(work: Work, program: Program) -> Survey:
    found = a_survey(work, definition={"title": "Plans", "elements": [PLAN, HAPPY]}, program=program)
    submit(work, found, "one", plan="a", happy=2)
    submit(work, found, "two", plan="c", happy=2)
    return found


def _draft(plan: dict[str, Any], happy: dict[str, Any] = HAPPY) -> dict[str, Any]:
    return {"title": "Plans", "elements": [plan, happy]}


@pytest.mark.parametrize("plan", [WITHOUT, MEANT])
def test_the_author_says_whether_answers_count_on_or_begin_anew(
    work: Work, survey: Survey, plan: dict[str, Any]
) -> None:
    edit(work, survey, _draft(plan))
    with pytest.raises(Refused) as refused:
        service.publish(work, survey.id)
    assert [each.name for each in refused.value.values["changes"]] == ["plan"]
    for new_series, counted_on, code in (([], ["happy"], "not_countable"), (["plan"], ["plan"], "both")):
        with pytest.raises(Invalid) as invalid:
            service.publish(work, survey.id, new_series=new_series, counted_on=counted_on)
        assert invalid.value.code == code
    service.publish(work, survey.id, counted_on=["plan"])
    assert [(row.name, row.series) for row in rows_of(work, survey)] == [("happy", 1), ("plan", 1)]
    assert told(work, survey)["plan", 1, "c"] == 1
    recorded = work.session.scalars(
        select(RecordedEvent.data).where(RecordedEvent.kind == SurveyPublished.kind)
    )
    assert sorted(each["counted_on"] for each in recorded) == [[], ["plan"]]


def test_what_no_words_can_mend_does_not_count_on(work: Work, survey: Survey) -> None:
    edit(work, survey, _draft(MEANT, {**HAPPY, "rateMax": 7}))
    with pytest.raises(Invalid) as invalid:
        service.publish(work, survey.id, counted_on=["happy", "plan"])
    assert invalid.value.code == "not_countable"
    service.publish(work, survey.id, counted_on=["plan"], new_series=["happy"])
    assert [(row.name, row.series) for row in rows_of(work, survey)] == [
        ("happy", 1), ("happy", 2), ("plan", 1),
    ]  # fmt: skip


def test_answers_of_an_ended_series_do_not_weigh(work: Work, survey: Survey) -> None:
    edit(work, survey, _draft(MEANT))
    service.publish(work, survey.id, new_series=["plan"])
    edit(work, survey, _draft(WITHOUT))
    assert service.publish(work, survey.id).number == 3


def test_the_page_shows_what_an_edit_touches_and_asks(
    work: Work, program: Program, survey: Survey, member_client: Any
) -> None:
    edit(work, survey, _draft(WITHOUT))
    member, address = member_client("manager"), console(program, survey, "publication")
    page = member.get(address).text
    assert "no longer offers “Solo” (1 answer)" in page
    assert "Count on together" in page
    assert member.submit(address, {"note": "Fewer"}).status_code == 422
    assert member.submit(address, {"note": "Fewer", "counted_on": ["plan"]}).status_code == 303
    assert queries.versions(work.session, survey.id)[0].note == "Fewer\nCounted on together: Plan?."


def test_of_anonymous_answers_no_number_is_told(work: Work, program: Program, member_client: Any) -> None:
    survey = a_survey(work, definition=_draft(PLAN), program=program)
    make_anonymous(work, survey)
    member, address = member_client("manager"), console(program, survey, "publication")
    edit(work, survey, _draft(WITHOUT))
    assert "Count on together" not in member.get(address).text
    submit(work, survey, "one", plan="a", happy=2)
    page = member.get(address).text
    assert "Count on together" in page
    assert "answer)" not in page
