"""Whole definitions with panels inside panels, made up as in `definitions`."""

from typing import Any

from hypothesis import strategies as st

from tests.clients.definitions import _CHOICES, _INSIDE, _cell, _optional, answer_to


@st.composite
def played_deep(draw: st.DrawFn) -> tuple[dict[str, Any], list[tuple[str, Any]]]:
    """A definition with panels inside panels, whose questions fill themselves in, and who is answered what there."""
    kinds = {name: draw(st.sampled_from(["text", "number"])) for name in _INSIDE}
    order = draw(st.permutations(_INSIDE))
    conditions = st.sampled_from(
        [
            "{one} = 'a'",
            "{two} notempty",
            "{panel.x} notempty",
            "{parentPanel.x} notempty",
            "{parentPanel.y} = 'a'",
        ]
    )

    def cells(names: tuple[str, ...], *, is_deep: bool) -> list[dict[str, Any]]:
        before = {name: tuple(order[: order.index(name)]) for name in names}
        found = []
        for name in names:
            known = tuple(each for each in before[name] if each in names)
            cell = draw(_cell(name, kinds[name], "panel", known, sets_constants=False))
            if is_deep and "setValueIf" in cell:
                # Which of the two comes last depends on the order in which panels inside panels are built.
                cell.pop("defaultValueExpression", None)
            found.append({**cell, **(draw(_optional(visibleIf=conditions)) if is_deep and not known else {})})
        return found

    pets = {
        "type": "paneldynamic", "name": "pets", "panelCount": draw(st.integers(0, 1)),
        "templateElements": cells(_INSIDE, is_deep=True),
        **draw(_optional(visibleIf=st.sampled_from(["{one} = 'a'", "{panel.x} notempty"]))),
    }  # fmt: skip
    family = {
        "type": "paneldynamic", "name": "family", "panelCount": draw(st.integers(0, 2)),
        "templateElements": [*cells(("x", "y"), is_deep=False), pets],
    }  # fmt: skip
    outside = [{"type": "text", "name": "one"}, {"type": "radiogroup", "name": "two", "choices": _CHOICES},
               {"type": "text", "name": "three"}]  # fmt: skip
    answers = {
        "text": st.sampled_from(["a", "b", "Yes"]) | st.none(),
        "number": st.integers(1, 4) | st.none(),
    }

    @st.composite
    def step(draw: st.DrawFn) -> tuple[str, Any]:
        where = draw(st.sampled_from(["pets", "pets", "family", "outside"]))
        if where == "outside":
            called = draw(st.sampled_from(["one", "two", "three"]))
            return called, draw(answer_to("radiogroup") if called == "two" else answers["text"])
        entry = draw(st.sampled_from(["0", "1"]))
        holder = "family" if where == "family" else f"family[{entry}].pets"
        if draw(st.integers(0, 2)) == 0:
            return draw(
                st.sampled_from([f"{holder}[]", f"{holder}[]", f"{holder}[-0]", f"{holder}[-1]"])
            ), None
        called = draw(st.sampled_from(("x", "y") if where == "family" else _INSIDE))
        return f"{holder}[{draw(st.sampled_from(['0', '1']))}].{called}", draw(answers[kinds[called]])

    return {"elements": [*outside, family]}, draw(st.lists(step(), min_size=1, max_size=6))


@st.composite
def played_narrowed(draw: st.DrawFn) -> tuple[dict[str, Any], list[tuple[str, Any]]]:
    """A definition with questions inside panels that come and go, and offer now this and now that."""
    outside = ["{one} = 'a'", "{two} notempty", "{two} = 'b'"]

    def cells(*, is_deep: bool) -> list[dict[str, Any]]:
        around = [*outside, *(["{parentPanel.pick} = 'a'"] if is_deep else [])]
        # What comes and goes with its own being chosen goes with it, and comes back, and goes.
        condition = st.sampled_from([*around, "{panel.word} notempty"])
        at_once = st.sampled_from(["none", "onComplete", "onHidden"])
        last = draw(st.fixed_dictionaries({"value": st.just("c")}, optional={"visibleIf": condition}))
        other = draw(st.sampled_from(["{item} <> {panel.pick}", "{item} <> {one}", "{item} <> {two}"]))
        return [
            {"type": "text", "name": "word", "visibleIf": draw(st.sampled_from(around)),
             **draw(_optional(clearIfInvisible=at_once))},
            {"type": "dropdown", "name": "pick", "choices": ["a", "b", last],
             **draw(_optional(visibleIf=condition, clearIfInvisible=at_once))},
            {"type": "checkbox", "name": "several", "choices": _CHOICES, "choicesVisibleIf": other},
        ]  # fmt: skip

    pets = {"type": "paneldynamic", "name": "pets", "panelCount": 1, "templateElements": cells(is_deep=True)}
    inner = cells(is_deep=False) + ([pets] if draw(st.booleans()) else [])
    definition = {
        "elements": [
            {"type": "text", "name": "one"},
            {"type": "radiogroup", "name": "two", "choices": _CHOICES},
            {"type": "paneldynamic", "name": "family", "panelCount": 2, "templateElements": inner},
        ],
        **draw(_optional(clearInvisibleValues=st.sampled_from(["none", "onComplete", "onHidden"]))),
    }
    answers = {"word": answer_to("text"), "pick": answer_to("dropdown"), "several": answer_to("checkbox")}

    @st.composite
    def step(draw: st.DrawFn) -> tuple[str, Any]:
        if draw(st.integers(0, 3)) == 0:
            called = draw(st.sampled_from(["one", "two"]))
            return called, draw(answer_to("radiogroup" if called == "two" else "text"))
        holder = draw(st.sampled_from(["family", "family[0].pets"] if len(inner) > 3 else ["family"]))
        called = draw(st.sampled_from(sorted(answers)))
        entry = draw(st.sampled_from(["0", "1"])) if holder == "family" else "0"
        return f"{holder}[{entry}].{called}", draw(answers[called])

    return definition, draw(st.lists(step(), min_size=1, max_size=8))
