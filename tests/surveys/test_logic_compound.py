"""What a survey does by itself, where questions stand inside questions, are calculated, or take files. Pure."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from betaops.surveys.checking import check
from betaops.surveys.definition import Definition
from betaops.surveys.engine.judging import judge_all
from betaops.surveys.engine.marking import changed, marks
from betaops.surveys.engine.scene import STATE
from betaops.surveys.engine.walking import Walk
from betaops.surveys.reading import read
from betaops.surveys.rendering import view

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TOOLS = {"type": "checkbox", "name": "tools", "choices": ["hammer", "saw", "file"]}
COSTS = {
    "type": "matrixdynamic",
    "name": "costs",
    "columns": [{"name": "amount", "cellType": "text", "inputType": "number", "totalType": "sum"}],
}
CITY = {"type": "text", "name": "city"}


def a_walk(*elements: dict[str, Any], **options: Any) -> Walk:
    return Walk(read({"elements": list(elements), **options}), NOW, "default", "seed")


def a_panel(*elements: dict[str, Any], **options: Any) -> dict[str, Any]:
    return {"type": "paneldynamic", "name": "family", "templateElements": list(elements), **options}


def answered(walk: Walk, **answers: Any) -> dict[str, Any]:
    """The answers after these were given one by one."""
    values = walk.begun()
    for key, value in answers.items():
        values = walk.answered(values, {key: value})
    return values


def final(walk: Walk, values: dict[str, Any]) -> dict[str, Any]:
    judged = judge_all(walk.definition, values, now=NOW, seed="seed")
    assert [(problem.name, problem.message) for problem in judged.problems] == []
    return judged.values


def inside(walk: Walk, values: dict[str, Any]) -> list[Any]:
    """What is drawn of the entries of the question called `family`."""
    scene, page = walk.page(values, 0)
    assert page is not None
    group = view(scene, page).group
    family: Any = next(each for each in group.elements if getattr(each, "name", "") == "family")
    return [element for entry in family.entries for element in entry.elements]


def test_a_total_sets_off_triggers_and_stands_in_values_that_are_set() -> None:
    walk = a_walk(
        COSTS,
        CITY,
        {"type": "text", "name": "copied", "setValueExpression": "{costs-total.amount}"},
        triggers=[
            {
                "type": "setvalue",
                "expression": "{costs-total.amount} > 100",
                "setToName": "city",
                "setValue": "Berlin",
            }
        ],
    )
    few = answered(walk, costs=[{"amount": 60}])
    assert (few["copied"], "city" in few) == (60, False)
    more = walk.answered(few, {"costs": [{"amount": 60}, {"amount": 50}]})
    assert (more["copied"], more["city"]) == (110, "Berlin")


def test_what_is_calculated_and_what_is_summed_up_may_need_each_other() -> None:
    walk = a_walk(
        COSTS,
        {"type": "expression", "name": "net", "expression": "{sum} + 1"},
        a_panel({"type": "expression", "name": "twice", "expression": "{panel.age} * {factor}"}),
        calculatedValues=[
            {"name": "factor", "expression": "3"},
            {"name": "sum", "expression": "{costs-total.amount} + {factor}", "includeIntoResult": True},
        ],
    )
    values = answered(walk, costs=[{"amount": 60}, {"amount": 50}], family=[{"age": 4}])
    assert (values["net"], values["family"][0]["twice"]) == (114, 12)
    kept = final(walk, {"costs": [{"amount": 60}, {"amount": 50}], "family": [{}]})
    assert (kept["sum"], kept["net"], kept["costs-total"]) == (113, 114, {"amount": 110})


def test_an_expression_asks_the_survey_for_words() -> None:
    walk = a_walk(TOOLS, {"type": "expression", "name": "said", "expression": "displayValue('tools')"})
    values = answered(walk, tools=["hammer", "saw"])
    assert values["said"] == "hammer, saw"
    assert final(walk, values)["said"] == "hammer, saw"


def test_texts_inside_a_panel_name_its_own_answers_and_those_of_the_survey() -> None:
    title = "Age of {panel.name}, number {panelIndex}, of {city} ({sum}; {nobody})"
    walk = a_walk(
        CITY,
        a_panel({"type": "text", "name": "name"}, {"type": "text", "name": "age", "title": title}),
        calculatedValues=[{"name": "sum", "expression": "1 + 1"}],
    )
    values = answered(walk, city="<b>Bonn</b>", family=[{}, {"name": "Ann"}])
    ages = [element.title for element in inside(walk, values) if element.question.name == "age"]
    assert ages == [
        "Age of , number 1, of &lt;b&gt;Bonn&lt;/b&gt; (2; {nobody})",
        "Age of Ann, number 2, of &lt;b&gt;Bonn&lt;/b&gt; (2; {nobody})",
    ]


def test_choices_inside_a_panel_come_from_the_survey_or_from_the_panel_itself() -> None:
    walk = a_walk(
        TOOLS,
        a_panel(
            {"type": "checkbox", "name": "known", "choices": ["red", "blue"]},
            {
                "type": "radiogroup",
                "name": "best",
                "choicesFromQuestion": "panel.known",
                "choicesFromQuestionMode": "selected",
            },
            {
                "type": "ranking",
                "name": "order",
                "choicesFromQuestion": "tools",
                "choicesFromQuestionMode": "selected",
            },
            {"type": "radiogroup", "name": "round", "choicesFromQuestion": "panel.round", "choices": ["x"]},
        ),
    )
    assert [finding.code for finding in check(walk.definition)] == ["unknown_name"], "one names itself"
    values = answered(walk, tools=["saw"], family=[{"known": ["blue"]}])
    drawn = {element.question.name: element for element in inside(walk, values)}
    assert [choice.value for choice in drawn["best"].fields[0].choices] == ["blue"]
    assert [field.label.text for field in drawn["order"].fields] == ["saw"]
    assert [choice.value for choice in drawn["round"].fields[0].choices] == ["x"]


def test_bounds_inside_a_panel_go_by_its_answers() -> None:
    limited = {
        "type": "text",
        "name": "worked",
        "inputType": "number",
        "maxValueExpression": "{panel.age} + {grace}",
    }
    walk = a_walk(
        a_panel({"type": "text", "name": "age", "inputType": "number"}, limited),
        calculatedValues=[{"name": "grace", "expression": "3"}],
    )
    judged = judge_all(walk.definition, {"family": [{"age": 4, "worked": 8}]}, now=NOW)
    assert [(each.name, each.message) for each in judged.problems] == [
        ("family[0].worked", "The number must be at most 7.")
    ]


def test_that_there_is_no_entry_is_an_answer_in_surveys_that_act_as_well() -> None:
    walk = a_walk(
        a_panel({"type": "text", "name": "name"}, panelCount=1),
        CITY,
        triggers=[
            {"type": "setvalue", "expression": "{city} = 'x'", "setToName": "family", "setValue": [{}]}
        ],
    )
    values = answered(walk, family=[])
    assert values["family"] == []
    assert inside(walk, values) == []


@pytest.mark.parametrize(
    ("element", "place", "code"),
    [
        ({"type": "text", "name": "q", "setValueIf": "{a"}, "setValueIf", "bad_expression"),
        ({"type": "text", "name": "q", "maxValueExpression": "{nobody}"}, "maxValueExpression", "unknown_name"),
        ({"type": "checkbox", "name": "q", "choices": ["a"], "choicesVisibleIf": "fly()"}, "choicesVisibleIf",
         "unknown_function"),
        ({"type": "dropdown", "name": "q", "choicesFromQuestion": "nobody"}, "choicesFromQuestion", "unknown_name"),
        ({"type": "dropdown", "name": "q", "choicesFromQuestion": "panel.nobody"}, "choicesFromQuestion",
         "unknown_name"),
        ({"type": "matrix", "name": "q", "rows": ["a"], "columns": ["b"], "columnsVisibleIf": "{x} = 1"},
         "columnsVisibleIf", "unknown_name"),
    ],
)  # fmt: skip
def test_expressions_inside_questions_are_checked(element: dict[str, Any], place: str, code: str) -> None:
    definition: Definition = read({"elements": [a_panel(element)]})
    found = [(each.code, each.place[-1]) for each in check(definition)]
    assert found == [(code, place)]


def test_choices_of_other_questions_inside_a_panel_are_no_finding() -> None:
    walk = a_walk(TOOLS, a_panel({"type": "dropdown", "name": "q", "choicesFromQuestion": "tools"}))
    assert check(walk.definition) == []


def test_a_screen_out_may_name_what_is_calculated() -> None:
    calculated = [{"name": "young", "expression": "{age} < 18"}]
    definition = read(
        {
            "elements": [{"type": "text", "name": "age"}],
            "calculatedValues": calculated,
            "x-betaops": {"screenOutIf": "{young} = true"},
        }
    )
    assert check(definition) == []
    wrong = read({"elements": [CITY], "x-betaops": {"screenOutIf": "{young} = true"}})
    assert [each.code for each in check(wrong)] == ["unknown_name"]


def test_files_hold_while_the_survey_acts() -> None:
    walk = a_walk(
        {"type": "file", "name": "proof"},
        {"type": "text", "name": "thanks", "setValueIf": "{proof} notempty", "setValueExpression": "'yes'"},
        {"type": "text", "name": "ready", "setValueExpression": "iif(isContainerReady('page1'), 1, 2)"},
    )
    item = {"name": "a.png", "type": "image/png", "content": "address"}
    mine = Walk(walk.definition, NOW, "default", "seed", frozenset({"address"}))
    values = mine.answered(mine.begun(), {"proof": [item]})
    assert values["thanks"] == "yes"
    judged = judge_all(mine.definition, values, now=NOW, seed="seed", files=mine.files)
    assert (judged.problems, judged.values["proof"]) == ((), [item])
    assert judge_all(mine.definition, values, now=NOW, seed="seed").problems, "nobody else's file"


def test_what_the_survey_remembers_is_no_answer_in_the_end() -> None:
    walk = a_walk(
        COSTS,
        CITY,
        triggers=[
            {
                "type": "setvalue",
                "expression": "{city} = 'x'",
                "setToName": "v",
                "setValue": 1,
                "isVariable": True,
            }
        ],
    )
    values = answered(walk, city="x")
    assert values[STATE] == {"variables": {"v": 1}}
    assert STATE not in final(walk, values)


def test_what_an_address_brought_along_counts_as_soon_as_it_is_sent() -> None:
    drawn = marks({"nps": 9, "why": None, "costs": [{"amount": 1}]}, unsaved={"nps"})
    assert set(orjson.loads(drawn)) == {"why", "costs"}
    assert changed({"nps": 9, "why": None, "costs": [{"amount": 1}]}, drawn) == {"nps": 9}
    assert changed({"why": "so", "costs": [{"amount": 2}]}, drawn) == {"why": "so", "costs": [{"amount": 2}]}
    assert changed({"why": None}, "no JSON") == {"why": None}


def test_what_feeds_itself_grows_no_further_than_an_answer_may() -> None:
    walk = a_walk(
        {
            "type": "matrixdynamic",
            "name": "costs",
            "columns": [
                {"name": "x", "cellType": "expression", "expression": "{more} + 1", "totalType": "sum"}
            ],
        },
        {"type": "expression", "name": "more", "expression": "{costs-total.x} + 1"},
        {"type": "expression", "name": "long", "expression": "{long} + {long} + 'x'"},
        {"type": "text", "name": "one", "setValueExpression": "{two} + 1"},
        {"type": "text", "name": "two", "setValueExpression": "{one} + 1"},
        calculatedValues=[{"name": "none", "expression": "{one} % 'x'", "includeIntoResult": True}],
    )
    values = answered(walk, costs=[{}, {}], one=1)
    values = walk.answered(values, {"costs": [{}, {}, {}]})
    kept = final(walk, values)
    assert (len(kept["long"]), "none" in kept) == (10_000, False)
    assert orjson.loads(orjson.dumps(kept)) == kept


def test_questions_in_a_panel_fill_themselves_in_from_beside_them_and_from_outside() -> None:
    walk = a_walk(
        CITY,
        a_panel(
            {"type": "text", "name": "town", "defaultValueExpression": "{city}"},
            {"type": "text", "name": "both", "setValueExpression": "{panel.town} + '!'"},
            {
                "type": "text",
                "name": "late",
                "setValueIf": "{panel.town} = 'Bonn'",
                "setValueExpression": "'yes'",
            },
            {"type": "text", "name": "note", "resetValueIf": "{panel.town} = 'Ulm'"},
            panelCount=1,
        ),
    )
    values = answered(walk, city="Kiel")
    assert values["family"] == [{"town": "Kiel", "both": "Kiel!"}]
    grown = walk.arranged(values, "add:family")
    assert grown is not None
    assert grown["family"] == [{"town": "Kiel", "both": "Kiel!"}, {"town": "Kiel"}]
    own = [grown["family"][0], {"town": "Bonn", "note": "n"}]
    values = walk.answered(grown, {"family": own})
    assert values["family"][1] == {"town": "Bonn", "both": "Bonn!", "late": "yes", "note": "n"}
    values = walk.answered(values, {"city": "Köln"})
    assert [each["town"] for each in values["family"]] == ["Köln", "Bonn"], "what a person wrote stays"
    values = walk.answered(values, {"family": [values["family"][0], {**values["family"][1], "town": "Ulm"}]})
    assert "note" not in values["family"][1]


def test_taking_an_entry_away_leaves_to_the_others_what_they_were_given() -> None:
    walk = a_walk(
        CITY, a_panel({"type": "text", "name": "town", "defaultValueExpression": "{city}"}, panelCount=3)
    )
    values = answered(walk, city="Kiel")
    values = walk.answered(values, {"family": [{"town": "Kiel"}, {"town": "Bonn"}, {"town": "Kiel"}]})
    values = walk.arranged(values, "remove:0:family") or {}
    values = walk.answered(values, {"city": "Ulm"})
    assert [each["town"] for each in values["family"]] == ["Bonn", "Ulm"]


def test_rows_know_their_own_names_in_what_they_fill_in() -> None:
    grid = {
        "type": "matrixdropdown",
        "name": "grid",
        "rows": ["north", "south"],
        "columns": [
            {"name": "code", "cellType": "text", "defaultValueExpression": "{rowValue} + '-1'"},
            {"name": "copy", "cellType": "text", "setValueExpression": "{row.code} + {rowTitle}"},
        ],
    }
    values = answered(a_walk(CITY, grid), city="x")
    assert values["grid"] == {"north": {"code": "north-1"}, "south": {"code": "south-1"}}
    values = a_walk(CITY, grid).answered(values, {"grid": {**values["grid"], "south": {"code": "s"}}})
    assert values["grid"]["south"] == {"code": "s", "copy": "ssouth"}
