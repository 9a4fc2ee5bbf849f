"""What a survey does by itself: calculates, sets, resets, leads on, puts answers into text. Pure."""

from datetime import UTC, datetime
from typing import Any

import pytest

from betaops.surveys.checking import problems
from betaops.surveys.cleaning import clean_title
from betaops.surveys.definition import Definition
from betaops.surveys.engine import endings
from betaops.surveys.engine.judging import judge_all
from betaops.surveys.engine.piping import marked, piped, piped_html
from betaops.surveys.engine.scene import STATE, Scene
from betaops.surveys.engine.walking import Walk
from betaops.surveys.reading import read

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def a_definition(*elements: dict[str, Any], **options: Any) -> Definition:
    return read({"elements": list(elements), **options})


def walk_through(definition: Definition) -> Walk:
    return Walk(definition, NOW, "default", "seed")


def answered(definition: Definition, **answers: Any) -> dict[str, Any]:
    """The answers after these were given one by one."""
    walk = walk_through(definition)
    values = walk.begun()
    for key, value in answers.items():
        values = walk.answered(values, {key: value})
    return {key: value for key, value in values.items() if key != STATE}


def scene(definition: Definition, **answers: Any) -> Scene:
    return walk_through(definition).scene(answers)


A, B = {"type": "text", "name": "a"}, {"type": "text", "name": "b"}
PAGES = [
    {
        "name": "first",
        "elements": [{"type": "boolean", "name": "more"}, {"type": "boolean", "name": "enough"}],
    },
    {"name": "second", "elements": [{**A, "isRequired": True}]},
    {"name": "third", "elements": [{**B, "isRequired": True}]},
]


def test_a_calculated_value_stands_in_conditions_and_where_wanted_among_the_answers() -> None:
    values = [
        {"name": "sum", "expression": "{a} + {b}", "includeIntoResult": True},
        {"name": "twice", "expression": "{sum} * 2"},
    ]
    definition = a_definition(
        {**A, "inputType": "number"},
        {**B, "inputType": "number"},
        {"type": "comment", "name": "why", "visibleIf": "{twice} > 9"},
        calculatedValues=values[::-1],
    )
    assert [question.name for question in scene(definition, a=2, b=2).asked] == ["a", "b"]
    assert [question.name for question in scene(definition, a=2, b=3).asked] == ["a", "b", "why"]
    judged = judge_all(definition, {"a": 2, "b": 3, "sum": 77, "twice": 1}, now=NOW)
    assert (judged.problems, judged.values) == ((), {"a": 2, "b": 3, "sum": 5})


def test_defaults_are_calculated_until_somebody_answers_themselves() -> None:
    definition = a_definition(
        A,
        {**B, "defaultValueExpression": "{a} + '!'"},
        {"type": "text", "name": "c", "defaultValue": "=today()"},
    )
    assert answered(definition)["c"] == "2026-03-02"
    assert answered(definition, a="x")["b"] == "x!"
    assert answered(definition, a="x", b="own")["b"] == "own"
    assert answered(definition, b="own", a="y")["b"] == "own"


def test_answers_are_set_and_reset_by_conditions() -> None:
    definition = a_definition(
        A,
        {
            **B,
            "setValueIf": "{a} = 'on'",
            "setValueExpression": "'set by ' + {a}",
            "resetValueIf": "{a} = 'off'",
            "defaultValue": "first",
        },
        {"type": "text", "name": "c", "setValueExpression": "{b} + '.'"},
    )
    assert answered(definition, b="mine", a="on") == {"a": "on", "b": "set by on", "c": "set by on."}
    assert answered(definition, b="mine", a="off")["b"] == "first"


def test_triggers_set_copy_and_calculate() -> None:
    definition = a_definition(
        A,
        B,
        {"type": "text", "name": "c"},
        triggers=[
            {"type": "setvalue", "expression": "{a} = 1", "setToName": "elsewhere", "setValue": [1]},
            {"type": "copyvalue", "expression": "{a} = 1", "fromName": "a", "setToName": "b"},
            {
                "type": "runexpression",
                "expression": "{b} notempty",
                "runExpression": "{b} + 1",
                "setToName": "c",
            },
        ],
    )
    values = answered(definition, a="1")
    assert values == {"a": "1", "elsewhere": [1], "b": "1", "c": 2}
    assert judge_all(definition, values, now=NOW).values == {**values, "c": 2}
    assert answered(definition, a="2") == {"a": "2"}


def test_a_trigger_that_completes_ends_the_survey_there() -> None:
    source = {"pages": PAGES, "triggers": [{"type": "complete", "expression": "{enough} = true"}]}
    walk = walk_through(read(source))
    values = {"more": True, "enough": True}
    step = walk.forward(values, 0, {"more", "enough"})
    assert (step.page, step.problems) == (None, ())
    assert judge_all(walk.definition, step.answers, now=NOW).problems == (), "nothing behind it is asked for"
    assert walk.forward({"enough": False}, 0, {"more", "enough"}).page == 1


def test_a_trigger_that_skips_leads_past_pages_and_back_over_them() -> None:
    source = {"pages": PAGES, "triggers": [{"type": "skip", "expression": "{more} = false", "gotoName": "b"}]}
    walk = walk_through(read(source))
    step = walk.forward({"more": False}, 0, {"more", "enough"})
    assert step.page == 2
    assert walk.back(step.answers, 2).page == 0
    final = judge_all(walk.definition, {"more": False, "b": "x"}, now=NOW)
    assert (final.problems, final.values) == ((), {"more": False, "b": "x"})
    assert [each.name for each in judge_all(walk.definition, {"more": True}, now=NOW).problems] == ["a", "b"]


def test_bounds_can_be_calculated() -> None:
    number = {"type": "text", "inputType": "number", "name": "n", "maxValueExpression": "{a} * 2", "min": 1}
    day = {"type": "text", "inputType": "date", "name": "d", "minValueExpression": "today()"}
    definition = a_definition({**A, "inputType": "number"}, number, day)
    wrong = judge_all(definition, {"a": 2, "n": 5, "d": "2026-03-01"}, now=NOW)
    assert [problem.name for problem in wrong.problems] == ["n", "d"]
    assert judge_all(definition, {"a": 3, "n": 5, "d": "2026-03-02"}, now=NOW).problems == ()


def test_choices_are_narrowed_switched_off_and_carried_over() -> None:
    tools = {"type": "checkbox", "name": "tools", "choices": ["a", "b", "c"], "showNoneItem": True}
    best = {
        "type": "radiogroup",
        "name": "best",
        "choicesFromQuestion": "tools",
        "choicesFromQuestionMode": "selected",
    }
    rest = {
        **best,
        "name": "rest",
        "choicesFromQuestionMode": "unselected",
        "choicesEnableIf": "{item} <> 'c'",
    }
    definition = a_definition(tools, best, rest)
    now = scene(definition, tools=["a"])
    assert [choice.value for choice in now.choices(definition.by_name["best"])] == ["a"]
    assert [(each.value, each.is_disabled) for each in now.choices(definition.by_name["rest"])] == [
        ("b", False),
        ("c", True),
    ]
    assert problems(definition) == []
    values = walk_through(definition).answered({"tools": ["a", "b"], "best": "b"}, {"tools": ["a"]})
    assert values == {"tools": ["a"]}, "what is not offered any more goes"


def test_several_answers_come_back_with_their_choices() -> None:
    several = {"type": "checkbox", "name": "s", "choices": ["x", {"value": "y", "visibleIf": "{a} = 'all'"}]}
    walk = walk_through(a_definition(A, several))
    less = walk.answered({"a": "all", "s": ["x", "y"]}, {"a": "few"})
    assert less["s"] == ["x"]
    assert walk.answered(less, {"a": "all"})["s"] == ["x", "y"]


def test_answers_in_text_are_text() -> None:
    definition = a_definition(
        A,
        {
            "type": "radiogroup",
            "name": "plan",
            "valueName": "p",
            "choices": [{"value": 1, "text": "Team of {a}"}],
        },
        calculatedValues=[{"name": "half", "expression": "3 / 2"}],
    )
    now = scene(definition, a="<b>me</b> & you", p=1)
    assert piped("{A}, {p}: {half} {nobody}", now) == "<b>me</b> & you, Team of {a}: 1.5 {nobody}"
    assert marked("Hi {a}", now, clean_title) == "Hi &lt;b&gt;me&lt;/b&gt; &amp; you"
    assert marked("<b>Hi</b> {a}", now, clean_title) == "<b>Hi</b> &lt;b&gt;me&lt;/b&gt; &amp; you"
    assert "<b>" not in piped_html('<a href="https://x/{a}">', now)
    assert now.choices(definition.by_name["plan"])[0].text == "Team of <b>me</b> & you"
    assert piped("{a}{p}", scene(definition)) == ""


def test_the_end_and_the_way_on_go_by_conditions() -> None:
    definition = a_definition(
        A,
        completedHtml="Thanks, {a}",
        completedHtmlOnCondition=[{"expression": "{a} = 'vip'", "html": "<b>Welcome</b>"}],
        navigateToUrl="https://example.com/next?who={a}",
        navigateToUrlOnCondition=[{"expression": "{a} = 'vip'", "url": "https://vip.example.com"}],
    )
    own = ["https://example.com"]
    assert endings.words(scene(definition, a="<i>")) == "Thanks, &lt;i&gt;"
    assert endings.words(scene(definition, a="vip")) == "<b>Welcome</b>"
    assert (
        endings.address(scene(definition, a="a b&c=/"), own) == "https://example.com/next?who=a%20b%26c%3D%2F"
    )
    assert endings.address(scene(definition, a="vip"), own) == "", "an origin that is none of the survey's"
    assert (
        endings.address(scene(definition, a="vip"), [*own, "https://vip.example.com"])
        == "https://vip.example.com"
    )


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "//example.com", "https://example.com.evil.org", "https://example.com@evil.org",
        "https:/\\evil.org", "http://example.com", "https://example.com:8443/", "https://evil.org\\.example.com",
        "https://exa\nmple.com", "{a}",
    ],
)  # fmt: skip
def test_nobody_is_led_to_an_address_that_only_looks_allowed(address: str) -> None:
    definition = a_definition(A, navigateToUrl=address)
    assert endings.address(scene(definition, a="https://evil.org"), ["https://example.com"]) == ""


@pytest.mark.parametrize(
    ("options", "code", "place"),
    [
        ({"calculatedValues": [{"name": "n", "expression": "fly()"}]},
         "unknown_function", ("calculatedValues", 0, "expression")),
        ({"calculatedValues": [{"name": "n", "expression": "1"}, {"name": "N", "expression": "2"}]},
         "same_name_twice", ("calculatedValues", 1)),
        ({"triggers": [{"type": "setvalue", "expression": "{z} = 1", "setToName": "a"}]},
         "unknown_name", ("triggers", 0, "expression")),
        ({"triggers": [{"type": "runexpression", "expression": "{a} = 1", "runExpression": "((", "setToName": "a"}]},
         "bad_expression", ("triggers", 0, "runExpression")),
        ({"triggers": [{"type": "skip", "expression": "{a} = 1", "gotoName": "z"}]},
         "unknown_name", ("triggers", 0, "gotoName")),
        ({"triggers": [{"type": "copyvalue", "fromName": "z", "setToName": "a"}]},
         "unknown_name", ("triggers", 0, "fromName")),
        ({"completedHtmlOnCondition": [{"expression": "{a", "html": ""}]},
         "bad_expression", ("completedHtmlOnCondition", 0, "expression")),
        ({"navigateToUrlOnCondition": [{"expression": "{z}", "url": "https://x"}]},
         "unknown_name", ("navigateToUrlOnCondition", 0, "expression")),
        ({"navigateToUrl": "javascript:x"}, "bad_address", ("navigateToUrl",)),
    ],
)  # fmt: skip
def test_what_a_survey_does_is_checked_where_it_stands(
    options: dict[str, Any], code: str, place: tuple[Any, ...]
) -> None:
    assert [(each.code, each.place) for each in problems(a_definition(A, **options))] == [(code, place)]


@pytest.mark.parametrize(
    "name",
    [
        "defaultValueExpression", "setValueIf", "setValueExpression", "resetValueIf", "minValueExpression",
        "maxValueExpression", "choicesVisibleIf", "choicesEnableIf", "rowsVisibleIf",
    ],
)  # fmt: skip
def test_every_expression_of_a_question_is_checked(name: str) -> None:
    for source, code in (
        ("{a} =", "bad_expression"),
        ("{z} = 1", "unknown_name"),
        ("fly({a})", "unknown_function"),
    ):
        found = problems(a_definition(A, {**B, name: source}))
        assert [(each.code, each.name, each.place) for each in found] == [(code, "b", ("elements", 1, name))]
    found = problems(
        a_definition(A, {"type": "dropdown", "name": "q", "choices": [{"value": 1, "enableIf": "{z}"}]})
    )
    assert [each.code for each in found] == ["unknown_name"]


def test_columns_of_rows_are_no_names_of_the_survey() -> None:
    definition = a_definition({**B, "defaultValueExpression": "sumInArray({b}, 'price', {amount} > 2)"})
    assert problems(definition) == []


def test_functions_look_at_the_survey() -> None:
    plan = {"type": "radiogroup", "name": "plan", "title": "Plan", "choices": [{"value": 1, "text": "Team"}]}
    now = scene(a_definition(plan, {**A, "isRequired": True}, B), plan=1, **{"plan-Comment": "note"})
    assert now.value("displayValue('plan')") == "Team"
    assert now.value("propertyValue('plan', 'title')") == "Plan"
    assert now.value("getComment('plan')") == "note"
    assert now.value("isContainerReady('page1')") is False
    assert scene(now.definition, plan=1, a="x").value("isContainerReady('page1')") is True


def test_only_true_itself_shows_an_element() -> None:
    definition = a_definition(A, {**B, "visibleIf": "{a}"}, {"type": "text", "name": "c", "enableIf": "{a}"})
    assert [question.name for question in scene(definition, a="yes").asked] == ["a", "c"]
    assert [question.name for question in scene(definition, a="true").asked] == ["a", "b", "c"]
    assert scene(definition).is_enabled(definition.by_name["c"]), "only false itself switches off"


def test_answers_of_hidden_questions_go_when_the_author_wants_it() -> None:
    hidden = {**B, "visibleIf": "{a} = 'x'", "defaultValue": "d"}
    at_once = a_definition(A, hidden, clearInvisibleValues="onHidden")
    assert answered(at_once, a="x", b="mine") == {"a": "x", "b": "mine"}
    walk = walk_through(at_once)
    gone = walk.answered({"a": "x", "b": "mine"}, {"a": "y"})
    assert gone == {"a": "y"}
    assert walk.answered(gone, {"a": "x"}) == {"a": "x", "b": "d"}
    kept = a_definition(A, {**hidden, "clearIfInvisible": "none"})
    assert judge_all(kept, {"a": "y", "b": "mine"}, now=NOW).values == {"a": "y", "b": "mine"}


def test_words_of_an_answer_are_copied_where_its_author_wants_them() -> None:
    plan = {"type": "dropdown", "name": "plan", "choices": [{"value": 1, "text": "Team"}]}
    copy = {"type": "copyvalue", "fromName": "plan", "setToName": "a"}
    walk = walk_through(a_definition(A, plan, triggers=[{**copy, "copyDisplayValue": True}]))
    assert walk.answered({}, {"plan": 1})["a"] == "Team"
    walk = walk_through(a_definition(A, plan, triggers=[copy]))
    assert walk.answered({}, {"plan": 1})["a"] == 1


def test_a_trigger_shows_and_hides_pages_and_questions() -> None:
    source = {
        "pages": [
            {"name": "p1", "elements": [A, B]},
            {"name": "p2", "elements": [{"type": "text", "name": "c"}]},
        ],
        "triggers": [{"type": "visible", "expression": "{a} = 'x'", "questions": ["b"], "pages": ["p2"]}],
    }
    walk = walk_through(read(source))
    shown = lambda values: [each.name for each in walk.scene(values).asked]  # noqa: E731
    begun = walk.begun()
    assert shown(begun) == ["a", "b", "c"], "as their author has it, until the trigger is looked at"
    values = walk.answered(begun, {"a": "y", "b": "told"})
    assert shown(values) == ["a"]
    assert judge_all(walk.definition, values, now=NOW, seed="seed").values == {"a": "y"}
    assert shown(walk.answered(values, {"a": "x"})) == ["a", "b", "c"]


def test_buttons_that_carry_no_choices_are_hidden_though_they_could_have_a_special_one() -> None:
    """As in the library: among buttons there is nothing to write beside, whatever the definition says."""
    source = {
        "type": "radiogroup",
        "name": "two",
        "choices": ["a", "b"],
        "choicesVisibleIf": "{one} = {item}",
    }
    carried = {"choicesFromQuestion": "two", "hideIfChoicesEmpty": True, "showOtherItem": True}
    definition = read(
        {
            "elements": [
                {"type": "text", "name": "one"},
                source,
                {"type": "buttongroup", "name": "buttons", **carried},
                {"type": "radiogroup", "name": "list", **carried},
            ]
        }
    )
    none, some = (Scene(definition, {"one": value}, now=NOW) for value in ("q", "a"))
    assert [question.name for question in none.asked] == ["one", "two", "list"]
    assert [question.name for question in some.asked] == ["one", "two", "buttons", "list"]
