"""What a survey does by itself in panels inside panels, and what comes, goes and is offered there from page to page. Pure."""

from datetime import UTC, datetime
from typing import Any

import pytest

from betaops.surveys.engine.judging import judge_all
from betaops.surveys.engine.scene import STATE
from betaops.surveys.engine.walking import Walk
from betaops.surveys.reading import read

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ONE = {"type": "text", "name": "one"}


def panel(name: str, *elements: dict[str, Any], **options: Any) -> dict[str, Any]:
    return {"type": "paneldynamic", "name": name, "templateElements": list(elements), **options}


def text(name: str, **options: Any) -> dict[str, Any]:
    return {"type": "text", "name": name, **options}


def a_walk(*elements: dict[str, Any], **options: Any) -> Walk:
    return Walk(read({"elements": [ONE, *elements], **options}), NOW, "default", "seed")


def after(walk: Walk, *changes: tuple[str, Any]) -> dict[str, Any]:
    """The answers after these were given one by one, without what has to be remembered besides."""
    values = walk.begun()
    for key, value in changes:
        values = walk.answered(values, {key: value})
    return {key: value for key, value in values.items() if key != STATE}


PETS = panel(
    "family",
    text("age"),
    panel(
        "pets",
        text("kind", defaultValueExpression="{one} + '!'"),
        text("twice", setValueExpression="{panel.kind} + {panel.kind}"),
        text("note", resetValueIf="{panel.kind} = 'cat'", defaultValue="none"),
        panelCount=1,
    ),
    panelCount=1,
)


def test_questions_in_panels_of_panels_fill_themselves_in_when_their_entry_comes() -> None:
    walk = a_walk(PETS)
    values = walk.answered(walk.begun(), {"one": "dog"})
    assert values["family"] == [{"pets": [{"kind": "dog!", "note": "none", "twice": "dog!dog!"}]}]
    more = walk.arranged(values, "add:family[0].pets")
    assert more is not None
    assert more["family"][0]["pets"][1] == {"kind": "dog!", "note": "none"}


def test_what_is_answered_there_concerns_its_own_entry_alone() -> None:
    walk = a_walk(PETS)
    values = walk.answered(walk.begun(), {"one": "dog"})
    more = walk.arranged(values, "add:family[0].pets")
    assert more is not None
    first, second = more["family"][0]["pets"]
    given = walk.answered(more, {"family": [{"pets": [first, {**second, "kind": "cat", "note": "big"}]}]})
    assert given["family"][0]["pets"] == [first, {"kind": "cat", "note": "big", "twice": "catcat"}]
    # Answered, so it is calculated no more; and the other one still is.
    later = walk.answered(given, {"one": "cow"})
    assert [each["kind"] for each in later["family"][0]["pets"]] == ["cow!", "cat"]


def test_taking_an_entry_away_leaves_to_the_others_what_they_were_given() -> None:
    walk = a_walk(PETS)
    values = walk.begun()
    for _more in range(2):
        values = walk.arranged(values, "add:family[0].pets") or {}
    pets = [*values["family"][0]["pets"]]
    pets[2] = {**pets[2], "kind": "cat"}
    values = walk.answered(values, {"family": [{"pets": pets}]})
    fewer = walk.arranged(values, "remove:0:family[0].pets")
    assert fewer is not None
    assert [each["kind"] for each in walk.answered(fewer, {"one": "cow"})["family"][0]["pets"]] == [
        "cow!",
        "cat",
    ]


def test_a_calculation_names_the_panel_around_its_own() -> None:
    told = {"type": "expression", "name": "told", "expression": "{parentPanel.age} + {panel.kind}"}
    walk = a_walk(panel("family", text("age"), panel("pets", text("kind"), told, panelCount=1), panelCount=1))
    values = walk.answered(walk.begun(), {"family": [{"age": "7", "pets": [{"kind": "cats"}]}]})
    assert walk.scene(values).values["family"][0]["pets"][0]["told"] == "7cats"


CHOICES = ["a", "b", "c"]


@pytest.mark.parametrize("depth", [1, 2])
def test_what_is_offered_no_more_inside_a_panel_goes_at_once_and_of_several_comes_back(depth: int) -> None:
    several = {
        "type": "checkbox",
        "name": "several",
        "choices": CHOICES,
        "choicesVisibleIf": "{item} <> {one}",
    }
    single = {"type": "dropdown", "name": "single", "choices": CHOICES, "choicesVisibleIf": "{item} <> {one}"}
    given: Any = [{"several": ["a", "b"], "single": "a"}]
    inner, less, again = several, [{"several": ["b"]}], [{"several": ["b", "a"]}]
    element = panel("family", inner, single, panelCount=1)
    if depth == 2:
        element = panel("family", panel("pets", inner, single, panelCount=1), panelCount=1)
        given, less, again = [{"pets": given}], [{"pets": less}], [{"pets": again}]
    walk = a_walk(element)
    assert after(walk, ("family", given), ("one", "a")) == {"one": "a", "family": less}
    assert after(walk, ("family", given), ("one", "a"), ("one", "z")) == {"one": "z", "family": again}


@pytest.mark.parametrize(
    ("options", "own"),
    [({"clearInvisibleValues": "onHidden"}, {}), ({}, {"clearIfInvisible": "onHidden"})],
)
def test_what_is_hidden_inside_a_panel_goes_at_once_where_the_author_says_so(
    options: dict[str, Any], own: dict[str, Any]
) -> None:
    walk = a_walk(
        panel("family", text("age"), text("why", visibleIf="{panel.age} = 'x'", **own), panelCount=1),
        **options,
    )
    given = [{"age": "x", "why": "so"}]
    assert after(walk, ("family", given))["family"] == given
    assert after(walk, ("family", given), ("family", [{"age": "y", "why": "so"}]))["family"] == [{"age": "y"}]


def test_of_what_is_hidden_in_the_end_what_stands_beside_it_is_told() -> None:
    walk = a_walk(
        panel("family", text("age", visibleIf="{one} = 'a'"), text("said", setValueExpression="{panel.age} + 'x'"),
              panelCount=1)
    )  # fmt: skip
    values = walk.answered(walk.answered(walk.begun(), {"one": "a"}), {"family": [{"age": "7"}]})
    values = walk.answered(values, {"one": "b"})
    assert values["family"] == [{"age": "7", "said": "7x"}]
    assert judge_all(walk.definition, values, now=NOW).values["family"] == [{"said": "x"}]
    kept = read({**walk.definition.options, "clearInvisibleValues": "none"})
    assert judge_all(kept, values, now=NOW).values["family"] == [{"age": "7", "said": "7x"}]
