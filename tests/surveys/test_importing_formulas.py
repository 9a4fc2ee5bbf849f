"""Surveys of tools with formulas ask the same people the same questions here."""

from typing import Any

import pytest

from betaops.surveys.expressions import holds
from betaops.surveys.importers import Report
from tests.factories.survey_files import (
    FORM,
    FORM_CHOICES,
    FORM_HEADINGS,
    FORM_SETTINGS,
    LIME,
    form_row,
    lss,
    question,
    xlsx,
)
from tests.support.imported import NOW, Json, is_shown, taken

# LimeSurvey


def test_limesurveys_groups_codes_and_answers_stay() -> None:
    definition, found, _report = taken(lss())
    assert [page["name"] for page in definition["pages"]] == ["welcome", "page1", "page2"]
    assert definition["pages"][1]["title"] == {"default": "Start", "de": "Anfang"}
    assert found["plan"]["choices"][1] == {"value": "pro", "text": {"default": "Pro", "de": "Profi"}}
    assert [each["value"] for each in found["where"]["choices"]] == ["web", "app"]
    assert found["uses"]["title"] == {"default": "Do you use <strong>it</strong>?", "de": "Nutzen Sie es?"}
    assert found["where"]["title"] == "Where, {plan}?"
    assert (found["grid"]["type"], found["grid"]["eachRowRequired"]) == ("matrix", True)
    kinds = {
        name: found[name]["type"]
        for name in ("order", "score", "parts", "dual", "cells", "five", "long", "info")
    }
    assert kinds == {
        "order": "ranking", "score": "expression", "parts": "multipletext", "dual": "matrixdropdown",
        "cells": "matrixdropdown", "five": "rating", "long": "comment", "info": "html",
    }  # fmt: skip


def test_limesurveys_expressions_mean_the_same() -> None:
    _definition, found, _report = taken(lss())
    assert is_shown(found["plan"], uses="Y")
    assert not is_shown(found["plan"], uses="N")
    assert is_shown(found["age"], where=["web"], age2=4, plan="free")
    assert not is_shown(found["age"], where=["app"], age2=4, plan="free")
    assert is_shown(found["age"])
    assert is_shown(found["long"], plan="other")
    assert is_shown(found["five"], grid={"r1": "a2"})
    assert not is_shown(found["five"], grid={"r1": "a1"})
    assert found["age"]["validators"] == [
        {"type": "expression", "expression": "{age} < 100", "text": "Too old"}
    ]
    assert found["grid"]["rowsVisibleIf"] == "{where} contains {item}"


def test_what_limesurvey_has_and_we_have_not_is_named() -> None:
    _definition, found, report = taken(lss())
    assert "visibleIf" not in found["info"]
    for words in (
        "info: its condition (strtoupper",
        "age: time_limit",
        "lang: choosing",
        "quotas (1)",
        "mails",
    ):
        assert any(line.startswith(words) or words in line for line in report.dropped), words
    assert any(line.startswith("dual:") for line in report.approximated)


@pytest.mark.parametrize(
    ("relevance", "shown", "hidden"),
    [
        ("uses == 'Y' && !is_empty(plan)", {"uses": "Y", "plan": "pro"}, {"uses": "Y"}),
        ("strlen(plan) > 0", {"plan": "x"}, {}),
        ("1X10X3web.NAOK != 'Y'", {"where": ["app"]}, {"where": ["web"]}),
        ("count(where_web, where_app) >= 2", {"where": ["web", "app"]}, {"where": ["web"]}),
        ("in_array(plan, 'pro', 'free')", {"plan": "free"}, {"plan": "other"}),
        ("if(uses == 'Y', 1, 0) == 1", {"uses": "Y"}, {"uses": "N"}),
        ("not (plan eq 'pro') or age ge 3", {"plan": "free"}, {"plan": "pro", "age": 2}),
        ("0", None, {}),
        ("{age.value * 2 - 1 lt 10}", {"age": 5}, {"age": 6}),
        ("order_1 == 'x'", {"order": ["x", "y"]}, {"order": ["y", "x"]}),
        ("parts_p1 == 'a' or cells_y1_x1 == 'b'", {"cells": {"y1": {"x1": "b"}}}, {"parts": {"p1": "b"}}),
        ("plan_other == 'mine'", {"plan-Comment": "mine"}, {"plan": "other"}),
    ],
)
def test_expressions_of_limesurvey(relevance: str, shown: Json | None, hidden: Json) -> None:
    rows = [*LIME["questions"], question(99, "S", "last", "Last", gid=11, relevance=relevance)]
    _definition, found, report = taken(lss(questions=rows))
    assert not any(line.startswith("last") for line in report.dropped)
    assert shown is None or is_shown(found["last"], **shown)
    assert not is_shown(found["last"], **hidden)


def test_conditions_from_before_expressions_are_read_by_scenario() -> None:
    def row(field: str, method: str, value: str, scenario: int) -> Json:
        return {"qid": 99, "cfieldname": field, "method": method, "value": value, "scenario": scenario}

    rows = [*LIME["questions"], question(99, "S", "last", "Last", gid=11, relevance="")]
    conditions = [
        row("1X10X2", "==", "free", 1), row("1X10X2", "==", "pro", 1), row("+1X11X3web", "==", "Y", 1),
        row("1X11X4", ">", "60", 2),
    ]  # fmt: skip
    _definition, found, _report = taken(lss(questions=rows, conditions=conditions))
    assert is_shown(found["last"], plan="pro", where=["web"])
    assert not is_shown(found["last"], plan="pro", where=["app"])
    assert is_shown(found["last"], age=61)
    refused = [row("1X10X2", "RX", "^a", 1)]
    _definition, found, report = taken(lss(questions=rows, conditions=refused))
    assert any(line.startswith("last: its condition") for line in report.dropped)


def test_files_of_newer_limesurveys_have_their_words_apart() -> None:
    tables: dict[str, list[Json]] = {
        "groups": [{"gid": 10, "sid": 1, "group_order": 1}],
        "group_l10ns": [{"id": 1, "gid": 10, "group_name": "Start", "language": "en"},
                        {"id": 2, "gid": 10, "group_name": "Anfang", "language": "de"}],
        "questions": [{"qid": 2, "parent_qid": 0, "gid": 10, "type": "L", "title": "plan", "mandatory": "S",
                       "question_order": 1, "relevance": "1"}],
        "question_l10ns": [{"id": 1, "qid": 2, "question": "Which?", "language": "en"},
                           {"id": 2, "qid": 2, "question": "Welcher?", "language": "de"}],
        "subquestions": [],
        "answers": [{"aid": 5, "qid": 2, "code": "b", "sortorder": 2, "scale_id": 0},
                    {"aid": 6, "qid": 2, "code": "a", "sortorder": 1, "scale_id": 0}],
        "answer_l10ns": [{"id": 1, "aid": 5, "answer": "Bee", "language": "en"}],
        "question_attributes": [], "defaultvalues": [], "quota": [],
    }  # fmt: skip
    definition, found, report = taken(lss(**tables))
    assert definition["pages"][1]["title"] == {"default": "Start", "de": "Anfang"}
    assert found["plan"]["title"] == {"default": "Which?", "de": "Welcher?"}
    assert found["plan"]["choices"] == [{"value": "a", "text": "a"}, {"value": "b", "text": "Bee"}]
    assert any(line.startswith("plan:") for line in report.approximated)


# XLSForm


def _form(*rows: list[Any]) -> tuple[Json, dict[str, Json], Report]:
    return taken(xlsx([FORM_HEADINGS, *rows], FORM_CHOICES, FORM_SETTINGS))


def test_a_forms_groups_are_pages_and_its_repeats_dynamic_panels() -> None:
    definition, found, report = _form(*FORM[1:])
    assert [page["name"] for page in definition["pages"]] == ["page1", "home", "page3"]
    assert found["children"]["type"] == "paneldynamic"
    assert found["child_age"]["visibleIf"] == "{panel.child} notempty"
    assert found["child_age"]["title"] == "Age of {panel.child}"
    assert (
        definition["calculatedValues"][0]["expression"]
        == "sumInArray({children}, 'child_age') + {tools.length}"
    )
    assert found["nickname"]["title"] == {"default": "Your name", "fr": "Votre nom"}
    assert (definition["title"], definition["locale"]) == ("Household", "en")
    for words in ("children: how often", "code: its condition", "photo: a picture", "start: what a phone"):
        assert any(line.startswith(words) for line in report.dropped), words
    assert any(line.startswith("place:") for line in report.approximated)


def test_a_forms_formulas_mean_the_same() -> None:
    _definition, found, _report = _form(*FORM[1:])
    assert is_shown(found["home"], years=21)
    assert not is_shown(found["home"])
    assert is_shown(found["tools"], state="ca", years=31)
    assert not is_shown(found["tools"], state="ca", years=30)
    offered = {each["value"]: each["visibleIf"] for each in found["city"]["choices"]}
    assert [value for value, condition in offered.items() if holds(condition, {"state": "tx"}, now=NOW)] == [
        "au"
    ]
    assert found["city"]["showOtherItem"] is True
    [validator] = found["years"]["validators"]
    assert [holds(validator["expression"], {"years": years}, now=NOW) for years in (17, 18, 119, 120, None)] == [
        False, True, True, False, True,
    ]  # fmt: skip
    assert validator["text"] == "Be honest"
    assert found["nickname"]["validators"] == [{"type": "text", "maxLength": 19}]
    assert found["code"]["validators"] == [{"type": "regex", "regex": "^[A-Z]{3}$"}]
    assert found["years"]["requiredIf"] == "{nickname} notempty"
    assert (found["mood"]["type"], found["mood"]["max"], found["mood"]["step"]) == ("slider", 20, 5)
    assert found["state"]["type"] == "dropdown"
    assert (found["tools"]["choicesOrder"], found["tools"]["defaultValue"]) == ("random", ["saw"])


@pytest.mark.parametrize(
    ("relevant", "shown", "hidden"),
    [
        ("${n} > 3 and ${n} <= 5", {"n": 4}, {"n": 6}),
        ("${n} mod 2 = 0", {"n": 4}, {"n": 5}),
        ("${n} div 2 >= 2", {"n": 4}, {"n": 3}),
        ("if(${n} = 1, 'a', 'b') = 'a'", {"n": 1}, {"n": 2}),
        ("count-selected(${tools}) > 1", {"tools": ["saw", "2"]}, {"tools": ["saw"]}),
        ("selected(${tools}, '2')", {"tools": ["2"]}, {"tools": ["saw"]}),
        ("${tools} = 'saw'", {"tools": ["saw"]}, {"tools": ["saw", "2"]}),
        ("not(selected(${tools}, 'saw') or ${n} = 1)", {"tools": ["2"], "n": 2}, {"tools": ["saw"]}),
        ("string-length(${name}) > 0", {"name": "x"}, {}),
        ("coalesce(${n}, 7) = 7", {}, {"n": 1}),
        ("${n}-1 = 3", {"n": 4}, {"n": 5}),
        ("-${n} < -3", {"n": 4}, {"n": 3}),
        ("int(${n}) = 2 or round(${n}, 0) = 9", {"n": 2.7}, {"n": 3}),
        ("${n} != ''", {"n": 1}, {}),
        ("true()", {}, None),
        ("“a” = ${name}", {"name": "a"}, {"name": "b"}),
    ],
)
def test_formulas_of_forms(relevant: str, shown: Json, hidden: Json | None) -> None:
    _definition, found, report = _form(
        form_row("integer", "n", "N"), form_row("text", "name", "Name"), form_row("select_multiple tools", "tools", "Tools"),
        form_row("text", "last", "Last", relevant=relevant),
    )  # fmt: skip
    assert not any(line.startswith("last") for line in report.dropped)
    assert is_shown(found["last"], **shown)
    assert hidden is None or not is_shown(found["last"], **hidden)


def test_answers_of_repeats_cannot_be_asked_for_from_outside() -> None:
    _definition, found, report = _form(
        form_row("begin_repeat", "kids", "Kids", repeat_count=2), form_row("text", "kid", "Kid"), form_row("end_repeat"),
        form_row("text", "last", "Last", relevant="${kid} = 'x'"),
        form_row("note", "many", "Many", relevant="count(${kids}) > 1"),
    )  # fmt: skip
    assert any(line.startswith("last: its condition") and "many times" in line for line in report.dropped)
    assert found["kids"]["panelCount"] == 2
    assert is_shown(found["many"], kids=[{"kid": "a"}, {"kid": "b"}])
    assert not is_shown(found["many"], kids=[{"kid": "a"}])


def test_groups_that_are_never_closed_are_named() -> None:
    _definition, found, report = _form(form_row("begin group", "g", "G"), form_row("text", "a", "A"))
    assert found["g"]["elements"][0]["name"] == "a"
    assert any(line.startswith("g:") for line in report.approximated)


def test_labels_without_a_language_are_the_default_ones() -> None:
    headings = ["type", "name", "label", "label::French (fr)", "Label :: Deutsch"]
    _definition, found, _report = taken(
        xlsx([headings, ["text", "a", "Name", "Nom", "Der Name"], ["text", "b", "Age"]])
    )
    assert found["a"]["title"] == {"default": "Name", "fr": "Nom", "de": "Der Name"}
    assert found["b"]["title"] == "Age"
    _definition, found, _report = taken(
        xlsx(
            [headings, ["text", "a", "Nom", "", "Der Name"]], settings=[["default_language"], ["French (fr)"]]
        )
    )
    assert found["a"]["title"] == {"default": "Nom", "de": "Der Name"}
