"""Surveys of tools that jump: what is jumped over is left out, and nothing else."""

import json
from typing import Any

from betaops.surveys.expressions import holds
from betaops.surveys.importers import jumps
from betaops.surveys.importers.conditions import quoted, unless
from betaops.surveys.importers.words import title
from tests.factories.survey_files import (
    FORMBRICKS,
    FORMBRICKS_BLOCKS,
    POSTHOG,
    QUALTRICS,
    all_samples,
    logic,
)
from tests.support.imported import NOW, is_shown, taken

# Qualtrics


def test_blocks_and_breaks_are_pages_and_recoded_values_stay() -> None:
    definition, found, report = taken(all_samples()["Qualtrics"])
    names = [[each["name"] for each in page["elements"]] for page in definition["pages"]]
    assert names[:2] == [["uses", "where"], ["mail", "grid"]]
    assert "gone" not in found
    assert found["uses"]["choices"] == [
        {"value": 20, "text": "No"},
        {"value": 10, "text": {"default": "Yes", "de": "Ja"}},
    ]
    assert (found["where"]["showOtherItem"], found["where"]["choicesOrder"]) == (True, "random")
    assert found["where"]["title"].startswith("Where, {uses}")
    assert (found["mail"]["inputType"], found["slide"]["max"]) == ("email", 50)
    assert found["nps"]["x-betaops"] == {"instrument": "nps"}
    for words in ("heat: questions of type HeatMap", "quotas", "calls of other services", "source: a field"):
        assert any(line.startswith(words) for line in report.dropped), words


def test_qualtrics_logic_means_the_same() -> None:
    definition, found, _report = taken(all_samples()["Qualtrics"])
    assert is_shown(found["mail"], uses=10, where=["other"])
    assert not is_shown(found["mail"], uses=10, where=[1])
    assert not is_shown(found["mail"], uses=20, where=["other"])
    assert not is_shown(found["where"], uses=20)
    assert is_shown(found["grid"], uses=20)
    assert is_shown(definition["pages"][2], uses=10)
    assert not is_shown(definition["pages"][2], uses=20)
    assert [is_shown(found["why"], nps=score) for score in (6, 7)] == [True, False]
    assert [is_shown(found["rank"], grid={"1": code}) for code in (2, 1)] == [True, False]
    assert is_shown(found["sum"], arm="A")
    [validator] = found["sum"]["validators"]
    assert holds(validator["expression"], {"sum": {"1": 40, "2": 60}}, now=NOW)


def test_jumps_to_the_end_and_alternatives_of_several_conditions() -> None:
    elements = json.loads(json.dumps(QUALTRICS["SurveyElements"]))
    elements[0]["Payload"]["1"]["BlockElements"][0].pop("SkipLogic")
    elements[2]["Payload"]["SkipLogic"] = [
        {
            "Locator": "q://QID1/SelectableChoice/2",
            "Condition": "Is Selected",
            "SkipToDestination": "EndOfSurvey",
        }
    ]
    chosen = [
        {"LeftOperand": f"q://QID2/SelectableChoice/{number}", "Operator": "Selected"} for number in (1, 2)
    ]
    nps = {
        "LeftOperand": "q://QID5/SelectableChoice",
        "Operator": "GreaterThan",
        "RightOperand": "8",
        "Conjuction": "And",
    }
    elements[7]["Payload"]["DisplayLogic"] = logic(chosen[0], {**chosen[1], "Conjuction": "Or"}, nps)
    _definition, found, _report = taken(json.dumps({**QUALTRICS, "SurveyElements": elements}).encode())
    assert not any(is_shown(found[name], uses=20) for name in ("where", "grid", "nps"))
    assert is_shown(found["why"], uses=10, where=[1])
    assert is_shown(found["why"], uses=10, where=["other"], nps=9)
    assert not is_shown(found["why"], uses=10, where=["other"], nps=8)


def test_ends_in_branches_and_what_has_no_counterpart() -> None:
    elements = json.loads(json.dumps(QUALTRICS["SurveyElements"]))
    flow = elements[1]["Payload"]["Flow"]
    flow[2]["Flow"] = [{"Type": "EndSurvey"}]
    flow.insert(3, {"Type": "Standard", "ID": "BL_2"})
    elements[4]["Payload"]["DisplayLogic"] = logic(
        {"LeftOperand": "q://QID1/QuestionDisplayed", "Operator": "Displayed"}
    )
    definition, _found, report = taken(json.dumps({**QUALTRICS, "SurveyElements": elements}).encode())
    assert not is_shown(definition["pages"][2], uses=10)
    assert is_shown(definition["pages"][2], uses=20)
    assert any(line.startswith("mail: its condition") for line in report.dropped)


# PostHog and Formbricks


def test_posthogs_branching_leaves_out_what_it_jumps_over() -> None:
    _definition, found, report = taken(json.dumps(POSTHOG).encode())
    nps, wrong, plan, where, link, mood = list(found.values())[1:]
    score = nps["name"]
    assert [is_shown(wrong, **{score: value}) for value in (3, 7, 10)] == [True, False, False]
    assert [is_shown(plan, **{score: value}) for value in (3, 7, 10)] == [False, False, True]
    assert [is_shown(where, **{score: 10, "plan": each}) for each in ("Free", "Pro", "other")] == [
        True,
        False,
        False,
    ]
    assert [is_shown(link, **{score: 10, "plan": each}) for each in ("Free", "Pro", "other")] == [
        True,
        False,
        True,
    ]
    assert (mood["rateMax"], mood["rateType"]) == (3, "smileys")
    assert nps["title"] == {
        "default": "How likely are you to recommend it?",
        "de": "Würden Sie es empfehlen?",
    }
    assert plan["otherText"] == "Other plan"
    assert wrong.get("isRequired") is None
    for words in ("mood: where it leads", "where and when it is shown", "the limit of responses"):
        assert any(line.startswith(words) for line in report.dropped), words


def test_formbricks_jumps_fallbacks_and_endings() -> None:
    definition, found, report = taken(json.dumps(FORMBRICKS).encode())
    shown = {
        answer: [page["elements"][0]["name"] for page in definition["pages"] if is_shown(page, why=answer)]
        for answer in ("c1", "c2", None)
    }
    assert shown["c1"] == ["welcome_text", "why", "nps", "grid", "agree", "who", "pics"]
    assert shown["c2"] == ["welcome_text", "why", "bugs"]
    assert shown[None] == ["welcome_text", "why"]
    assert found["bugs"]["title"] == "Which, after {why}?"
    assert found["grid"]["requiredIf"] == "({nps} > 8) or ({score} = 3)"
    assert definition["calculatedValues"][0]["expression"] == "0 + iif({nps} > 8, 5, 0)"
    assert definition["completedHtml"] == "<h3>Bye</h3>"
    assert [each["name"] for each in found["who"]["items"]] == ["firstName", "lastName", "email", "company"]
    for words in (
        "meet: questions of type cal",
        "ref: a hidden field",
        "nps: a calculation (assign)",
        "leading to another",
    ):
        assert any(line.startswith(words) for line in report.dropped), words


def test_formbricks_blocks_are_pages() -> None:
    definition, found, report = taken(json.dumps(FORMBRICKS_BLOCKS).encode())
    assert [page["name"] for page in definition["pages"]] == ["First", "Happy", "End"]
    assert [is_shown(definition["pages"][1], q1=score) for score in (2, 3)] == [False, True]
    assert found["q3"]["showNoneItem"] is True
    assert found["q2"]["type"] == "text"
    assert any(line.startswith("q4: where it leads") for line in report.dropped)


def test_formbricks_rules_from_before_there_were_trees() -> None:
    survey = {
        "name": "Old",
        "questions": [
            {"id": "a", "type": "multipleChoiceSingle", "headline": {"default": "A?"},
             "choices": [{"id": "x", "label": {"default": "Yes"}}, {"id": "y", "label": {"default": "No"}}],
             "logic": [{"condition": "equals", "value": "No", "destination": "c"},
                       {"condition": "skipped", "destination": "end"}]},
            {"id": "b", "type": "openText", "headline": {"default": "B?"}},
            {"id": "c", "type": "consent", "headline": {"default": "C?"}, "label": {"default": "Yes"}},
        ],
    }  # fmt: skip
    definition, _found, _report = taken(json.dumps(survey).encode())
    assert [[is_shown(page, a=answer) for page in definition["pages"]] for answer in ("x", "y", None)] == [
        [True, True, True], [True, False, True], [True, False, False],
    ]  # fmt: skip


# What all of them use


def test_a_jump_from_a_question_that_is_not_shown_does_not_count() -> None:
    stops = [
        jumps.Stop(rules=[("{a} = 1", 2)]), jumps.Stop(rules=[("{b} <> 2", 3)]), jumps.Stop(usual=4),
        jumps.Stop(), jumps.Stop(),
    ]  # fmt: skip
    shown = jumps.conditions(stops)

    def seen(**values: Any) -> list[int]:
        return [
            number
            for number, condition in enumerate(shown)
            if not condition or holds(condition, values, now=NOW)
        ]

    assert seen(a=1) == [0, 2, 4]
    assert seen(a=2, b=1) == [0, 1, 3, 4]
    assert seen(a=2, b=2) == [0, 1, 2, 4]


def test_constants_are_written_so_that_they_mean_themselves() -> None:
    for value in ("it's", 'say "no"', "{brace}", "a\\b", "ünï", "", "ends in \\'", "\\"):
        assert holds(f"{{q}} = {quoted(value)}", {"q": value}, now=NOW), value


def test_the_contrary_of_a_contrary_is_the_thing_itself() -> None:
    assert unless("!({a} = ')')") == "{a} = ')'"
    assert unless("!({a} = 1) and !({b} = 2)") == "!(!({a} = 1) and !({b} = 2))"


def test_titles_lose_their_markup_but_not_their_stress() -> None:
    assert title("<p>One &amp; two</p><p>Three</p>") == "One & two\nThree"
    assert title('<span style="x">Is <b>this</b> it?</span><script>alert(1)</script>') == "Is <b>this</b> it?"
    assert title("a < b & c") == "a < b & c"


def test_measures_are_named_only_where_their_scale_is_theirs() -> None:
    sizes = {"csat": (5, 4), "ces": (7, 5)}
    for kind, (fitting, other) in sizes.items():
        questions = [
            {"id": f"q{size}", "type": kind, "headline": {"default": "How?"}, "range": size}
            for size in (fitting, other)
        ]
        _definition, found, report = taken(json.dumps({"name": "n", "questions": questions}).encode())
        assert found[f"q{fitting}"]["x-betaops"] == {"instrument": kind}
        assert "x-betaops" not in found[f"q{other}"]
        assert report.problems == []
