"""Whole definitions with answers one after the other, made up: what both engines are led through."""

import re
from typing import Any

from hypothesis import strategies as st

_NAMES = ("one", "two", "three", "four", "five", "six")
_CHOICES = ["a", "b", "c"]
_SIMPLE = ("text", "number", "radiogroup", "dropdown", "checkbox", "boolean", "rating", "comment")
_FURTHER = (
    "tagbox",
    "buttongroup",
    "imagepicker",
    "ranking",
    "slider",
    "matrix",
    "multipletext",
    "expression",
)
WITH_CHOICES = ("radiogroup", "dropdown", "checkbox", "tagbox", "buttongroup")

_OPERAND = st.sampled_from([f"{{{name}}}" for name in _NAMES] + ["{total}", "{label}", "{mark}"])
_VALUE = st.sampled_from(["'a'", "'b'", "1", "3", "5", "true", "['a','b']"])
# Not one question with another: an unanswered checkbox question is `[]`, which equals the library's *undefined* of an
# unanswered question and not the *null* of a name that stands for nothing. Both are None here.
_CONDITION = st.one_of(
    st.builds(
        "{} {} {}".format, _OPERAND, st.sampled_from(["=", "<>", ">", "<=", "anyof", "contains"]), _VALUE
    ),
    st.builds("{} {}".format, _OPERAND, st.sampled_from(["empty", "notempty"])),
    _OPERAND,
)
_CONDITIONS = _CONDITION | st.builds(
    "{} {} {}".format, _CONDITION, st.sampled_from(["and", "or"]), _CONDITION
)
_TEXT = st.sampled_from(["'a'", "'b'", "{one} + 'x'", "today()", "iif({two} notempty, 'a', 'b')", "{label}"])
#: No sums of what may be words: JavaScript reads 'b' after 0 and before 1 as a number in base 2.
_NUMBER = st.sampled_from(
    [
        "1",
        "3",
        "iif({one} notempty, 2, 5)",
        "{three} + 1",
        "iif({four} notempty, 2, 4)",
        "count({five})",
        "{total}",
    ]
)
_ONE_OF = st.sampled_from(
    ["'a'", "'b'", "iif({one} notempty, 'a', 'c')", "iif({six} = 3, 'b', 'a')", "{label}"]
)
#: Formulas whose values a question of a kind could have: what others may hold, the library's questions themselves bend.
_FORMULAS: dict[str, st.SearchStrategy[str]] = {
    "text": _TEXT,
    "comment": _TEXT,
    "number": _NUMBER,
    "rating": _NUMBER,
    "boolean": st.sampled_from(["true", "false", "{one} notempty", "{two} = 3"]),
    "checkbox": st.sampled_from(["['a']", "['a','b']", "iif({one} notempty, ['a','c'], ['b'])"]),
    "radiogroup": _ONE_OF,
    "dropdown": _ONE_OF,
    "buttongroup": _ONE_OF,
    "imagepicker": _ONE_OF,
    "tagbox": st.sampled_from(["['a']", "['a','b']", "iif({one} notempty, ['a','c'], ['b'])"]),
    "ranking": st.just("{nobody}"),
    "slider": _NUMBER,
    "matrix": st.just("{nobody}"),
    "multipletext": st.just("{nobody}"),
}
_ITEM_CONDITION = st.builds(
    "{} {} {}".format, _OPERAND, st.sampled_from(["=", "<>", "contains"]), st.just("{item}")
)


def _optional(**strategies: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Some of these properties, seldom many."""
    return st.lists(st.sampled_from(sorted(strategies)), max_size=2, unique=True).flatmap(
        lambda chosen: st.fixed_dictionaries({name: strategies[name] for name in chosen})
    )


_COMMON: dict[str, Any] = {
    "visibleIf": _CONDITIONS,
    "resetValueIf": _CONDITIONS,
    "setValueIf": _CONDITIONS,
    "visible": st.booleans(),
    "clearIfInvisible": st.sampled_from(["none", "onComplete", "onHidden"]),
}
_OFFERED = {
    "choicesVisibleIf": _ITEM_CONDITION,
    "showOtherItem": st.booleans(),
    "showNoneItem": st.booleans(),
    "hideIfChoicesEmpty": st.booleans(),
}


def answer_to(kind: str) -> st.SearchStrategy[Any]:
    """What a person could answer, or that they take their answer back."""
    answers: dict[str, st.SearchStrategy[Any]] = {
        "text": st.sampled_from(["a", "b", "Yes", "5"]),
        "comment": st.sampled_from(["a", "long words"]),
        "number": st.integers(0, 6),
        "rating": st.integers(1, 5),
        "boolean": st.booleans(),
        "checkbox": st.lists(st.sampled_from(_CHOICES), unique=True, min_size=1),
        "tagbox": st.lists(st.sampled_from(_CHOICES), unique=True, min_size=1),
        "ranking": st.permutations(_CHOICES),
        "slider": st.integers(1, 100),
        "matrix": st.dictionaries(st.sampled_from(["r1", "r2"]), st.sampled_from(_CHOICES), min_size=1),
        "multipletext": st.dictionaries(st.sampled_from(["x", "y"]), st.sampled_from(["a", "b"]), min_size=1),
        "expression": st.nothing(),
    }
    return answers.get(kind, st.sampled_from(_CHOICES)) | st.none()


def _feeds_itself(called: str, formula: str) -> bool:
    """Through a calculated value as well: those look at the first three questions."""
    looks_at = set(re.findall(r"\{(\w+)\}", formula))
    return called in looks_at or (called in ("one", "two", "three") and bool(looks_at & {"label", "total"}))


@st.composite
def _question(draw: st.DrawFn, called: str, kind: str, kinds: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "text" if kind == "number" else kind, "name": called}
    if kind == "number":
        found["inputType"] = "number"
    if kind in ("ranking", "imagepicker"):
        found["choices"] = _CHOICES
    if kind == "matrix":
        found |= {"rows": ["r1", "r2"], "columns": _CHOICES}
    if kind == "multipletext":
        found["items"] = [{"name": "x"}, {"name": "y"}]
    if kind == "expression":
        # What looks at itself, or at another that looks at it, stops where the library stops trying.
        # Dates it keeps as JavaScript's own, which JSON has not.
        plain = (_TEXT | _NUMBER).filter(lambda source: "today" not in source)
        found["expression"] = draw(plain.filter(lambda source: not _feeds_itself(called, source)))
        of_others = _CONDITIONS.filter(lambda source: f"{{{called}}}" not in source)
        # Where answers go when they are hidden, a calculated one comes back with a later look, or does not.
        return (
            found
            | {"clearIfInvisible": "onComplete"}
            | draw(_optional(visibleIf=of_others, visible=st.booleans()))
        )
    if kind in WITH_CHOICES:
        # A choice that is there while nothing is chosen goes with its being chosen, and comes back, and goes.
        of_others = _CONDITIONS.filter(lambda source: f"{{{called}}}" not in source)
        shown = st.fixed_dictionaries({"value": st.just("c")}, optional={"visibleIf": of_others})
        found["choices"] = ["a", "b", draw(shown)]
        mode = st.sampled_from(["all", "selected", "unselected"])
        found |= draw(_optional(**_OFFERED))
        # Of a question that stands further down, the library offers what it offered one look before.
        before = _NAMES[: _NAMES.index(called)]
        sources = [each for each in before if kinds[each] in WITH_CHOICES]
        if sources and draw(st.integers(0, 2)) == 0:
            found |= {
                "choicesFromQuestion": draw(st.sampled_from(sources)),
                "choicesFromQuestionMode": draw(mode),
            }
    if draw(st.integers(0, 3)) == 0:
        found["defaultValue"] = draw(answer_to(kind))
    # What feeds itself has the value that it has when the library stops trying.
    formula = _FORMULAS[kind].filter(lambda source: not _feeds_itself(called, source))
    of_others = _CONDITIONS.filter(lambda source: f"{{{called}}}" not in source)
    common = {**_COMMON, "visibleIf": of_others}
    found |= draw(_optional(**common, setValueExpression=formula, defaultValueExpression=formula))
    if {"choicesFromQuestion", "choicesVisibleIf"} & found.keys():
        # What a question fills in without offering it, the library keeps or drops by when it last looked.
        for name in ("setValueExpression", "defaultValueExpression", "defaultValue"):
            found.pop(name, None)
    if "defaultValueExpression" in found:
        found.pop("defaultValue", None)  # of two defaults, which one wins depends on the kind of question
    return found


def _trigger(
    kinds: dict[str, str], closed: set[str], switched: list[str]
) -> st.SearchStrategy[dict[str, Any]]:
    """One trigger; what it writes to a question fits there, "elsewhere" is none. `closed` are not written to, `switched`
    are the questions that it may show and hide."""
    targets = st.sampled_from([*(name for name in _NAMES if name not in closed), "elsewhere"])

    def setting(target: str) -> st.SearchStrategy[dict[str, Any]]:
        kind = kinds.get(target, "text")
        expression, name = _CONDITIONS, st.just(target)
        value = answer_to(kind).filter(lambda each: each is not None)
        alike = [each for each in _NAMES if kinds[each] == kind and each != target] or [target]
        return st.one_of(
            st.fixed_dictionaries(
                {"type": st.just("setvalue"), "expression": expression, "setToName": name, "setValue": value}
            ),
            st.fixed_dictionaries(
                {"type": st.just("copyvalue"), "fromName": st.sampled_from(alike), "setToName": name},
                optional={
                    "expression": expression,
                    # Words fit into text alone.
                    **({"copyDisplayValue": st.booleans()} if kind in ("text", "comment") else {}),
                },
            ),
            st.fixed_dictionaries(
                {
                    "type": st.just("runexpression"),
                    "expression": expression,
                    "setToName": name,
                    "runExpression": _FORMULAS[kind],
                }
            ),
        )

    mark = st.fixed_dictionaries(
        {
            "type": st.just("setvalue"),
            "expression": _CONDITIONS,
            "setToName": st.just("mark"),
            "setValue": st.sampled_from(["a", 3]),
            "isVariable": st.just(True),
        }
    )
    shown = st.fixed_dictionaries(
        {"type": st.just("visible"), "expression": _CONDITIONS},
        optional={
            "questions": st.lists(st.sampled_from(switched), max_size=2, unique=True),
            "pages": st.sampled_from([["first"], []]),
        },
    )
    return targets.flatmap(setting) | mark | shown


_CALCULATED = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["total", "label"]),
        "expression": st.one_of(
            st.builds(
                "sum({}, {})".format, st.sampled_from(["{one}", "{two}"]), st.sampled_from(["{three}", "4"])
            ),
            st.builds("iif({}, 'a', 'b')".format, st.sampled_from(["{one} = 'a'", "{two} notempty"])),
        ),
    },
    optional={"includeIntoResult": st.booleans()},
)


@st.composite
def played(
    draw: st.DrawFn, kinds_of: tuple[str, ...] = _SIMPLE
) -> tuple[dict[str, Any], list[tuple[str, Any]]]:
    """A definition, and who is answered what, in order."""
    kinds = {name: draw(st.sampled_from(kinds_of)) for name in _NAMES}
    questions = [draw(_question(name, kind, kinds)) for name, kind in kinds.items()]
    panel = {
        "type": "panel",
        "name": "group",
        "elements": questions[2:4],
        **draw(_optional(visibleIf=_CONDITIONS)),
    }
    second = {"name": "later", "elements": questions[4:], **draw(_optional(visibleIf=_CONDITIONS))}
    # What is written to a question that does not offer it, the library keeps or drops by when it last looked.
    closed = {each["name"] for each in questions if {"choicesFromQuestion", "choicesVisibleIf"} & each.keys()}
    closed |= {name for name, kind in kinds.items() if kind == "expression"}
    # A trigger and a condition of its own: what is shown is what the later one said.
    switched = [each["name"] for each in questions if "visibleIf" not in each] or ["nobody"]
    definition: dict[str, Any] = {
        "pages": [{"name": "first", "elements": [*questions[:2], panel]}, second],
        "triggers": draw(st.lists(_trigger(kinds, closed, switched), max_size=2)),
        "calculatedValues": draw(st.lists(_CALCULATED, max_size=2, unique_by=lambda each: each["name"])),
        **draw(_optional(clearInvisibleValues=st.sampled_from(["none", "onComplete", "onHidden"]))),
    }
    steps = draw(
        st.lists(
            st.sampled_from(_NAMES)
            .filter(lambda name: kinds[name] != "expression")
            .flatmap(lambda name: st.tuples(st.just(name), answer_to(kinds[name]))),
            max_size=6,
        )
    )
    return definition, steps


_INSIDE = ("x", "y", "z")


def _cell(
    called: str, kind: str, word: str, before: tuple[str, ...], *, sets_constants: bool
) -> st.SearchStrategy[dict[str, Any]]:
    """A question inside a panel or a row: what it fills in comes from beside it, from outside, or from nowhere."""
    beside = [f"{{{word}.{each}}}" for each in before]
    operand = st.sampled_from([*beside, "{one}", "{two}", "{three}"])
    condition = st.one_of(
        st.builds("{} = {}".format, operand, st.sampled_from(["'a'", "'b'", "3"])),
        st.builds("{} {}".format, operand, st.sampled_from(["empty", "notempty"])),
    )
    constant = st.sampled_from(["1", "3"] if kind == "number" else ["'a'", "'b'"])
    if kind == "number":
        changing = st.builds("iif({} notempty, 2, 4)".format, operand)
    else:
        joined = st.builds("{} + 'x'".format, st.sampled_from(["{one}", *beside[:1]]))
        changing = st.builds("iif({} notempty, 'a', 'b')".format, operand) | joined | st.just("{one}")
    formula = constant | changing
    return st.fixed_dictionaries(
        {"name": st.just(called)},
        optional={
            "defaultValueExpression": formula,
            # A constant is set as soon as a question is there: rows with names show it and do not keep it, and in panels
            # it depends on which of the questions were there before.
            "setValueExpression": formula if sets_constants else changing,
            "setValueIf": condition,
            "resetValueIf": condition,
        },
    ).map(lambda found: _typed(found, kind, word))


def _typed(found: dict[str, Any], kind: str, word: str) -> dict[str, Any]:
    if "setValueIf" in found and "setValueExpression" not in found:
        found.pop(
            "defaultValueExpression", None
        )  # what is taken away and filled in again stands as the last left it
    if f"{{{word}." in found.get("setValueIf", ""):
        # Set by what stands beside it, or filled in before that: which of the two it was decides, with the same value, whether
        # it is filled in anew later.
        found.pop("defaultValueExpression", None)
    if "{" not in found.get("setValueExpression", "{"):
        # A constant takes its place at once; what looked at the default before may or may not look again.
        found.pop("defaultValueExpression", None)
    shape = {"type": "text"} if word == "panel" else {"cellType": "text"}
    return {**found, **shape, **({"inputType": "number"} if kind == "number" else {})}


@st.composite
def played_inside(draw: st.DrawFn) -> tuple[dict[str, Any], list[tuple[str, Any]]]:
    """A definition with questions inside panels and rows, and who is answered what there and outside."""
    kinds = {name: draw(st.sampled_from(["text", "number"])) for name in _INSIDE}

    # What feeds itself has the value that it has when the library stops trying.
    order = draw(st.permutations(_INSIDE))

    def cells(word: str, *, sets_constants: bool = False) -> list[dict[str, Any]]:
        before = {name: tuple(order[: order.index(name)]) for name in _INSIDE}
        return [
            draw(_cell(name, kind, word, before[name], sets_constants=sets_constants))
            for name, kind in kinds.items()
        ]

    outers = draw(st.lists(st.sampled_from(["family", "costs", "grid"]), min_size=1, max_size=2, unique=True))
    made = {
        "family": lambda: {
            "type": "paneldynamic", "name": "family", "panelCount": draw(st.integers(0, 2)),
            "templateElements": cells("panel"),
        },
        "costs": lambda: {
            "type": "matrixdynamic", "name": "costs", "rowCount": draw(st.integers(0, 2)),
            "columns": cells("row", sets_constants=True),
        },
        "grid": lambda: {"type": "matrixdropdown", "name": "grid", "rows": ["r1", "r2"], "columns": cells("row")},
    }  # fmt: skip
    outside = [
        {"type": "text", "name": "one"},
        {"type": "radiogroup", "name": "two", "choices": _CHOICES},
        {
            "type": "text", "name": "three",
            **draw(_optional(visibleIf=st.sampled_from(["{one} = 'a'", "{two} notempty"]))),
        },
    ]  # fmt: skip
    definition = {"elements": [*outside, *(made[name]() for name in outers)]}
    answers = {
        "text": st.sampled_from(["a", "b", "Yes"]) | st.none(),
        "number": st.integers(1, 4) | st.none(),
    }

    @st.composite
    def step(draw: st.DrawFn) -> tuple[str, Any]:
        where = draw(st.sampled_from([*outers, *outers, "outside"]))
        if where == "outside":
            called = draw(st.sampled_from(["one", "two", "three"]))
            return called, draw(answer_to("radiogroup") if called == "two" else answers["text"])
        if where != "grid" and draw(st.integers(0, 2)) == 0:
            return draw(st.sampled_from([f"{where}[]", f"{where}[-0]", f"{where}[-1]"])), None
        called = draw(st.sampled_from(_INSIDE))
        entry = draw(st.sampled_from(["r1", "r2"] if where == "grid" else ["0", "1"]))
        return f"{where}[{entry}].{called}", draw(answers[kinds[called]])

    return definition, draw(st.lists(step(), min_size=1, max_size=6))


def played_further() -> st.SearchStrategy[tuple[dict[str, Any], list[tuple[str, Any]]]]:
    """With every type of question that stands in no other."""
    return played((*_SIMPLE, *_FURTHER, *_FURTHER))
