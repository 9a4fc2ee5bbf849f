"""Definitions of surveys as odd as they come: every property there is, with the wrong type as often as not."""

from typing import Any

from hypothesis import strategies as st

SCALARS = st.none() | st.booleans() | st.integers(-5, 500) | st.floats() | st.text(max_size=6)
ANY = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
_CONDITION = st.sampled_from(
    ["{a} = 1", "{b} contains 'x'", "{a", "nope({a})", "{a} notempty and {c} <> 'y'", "{row.x} > 1", "((", ""]
) | st.text(max_size=6)
_LABEL = (
    st.text(max_size=6)
    | st.dictionaries(st.sampled_from(["default", "fr", "en"]), st.text(max_size=6))
    | SCALARS
)
_CHOICES = st.lists(
    SCALARS | st.fixed_dictionaries({"value": SCALARS}, optional={"text": _LABEL, "visibleIf": _CONDITION}),
    max_size=4,
)
_ELEMENT: Any = st.deferred(
    lambda: (
        st.fixed_dictionaries(
            {},
            optional={
                "type": st.sampled_from(
                    [
                        "text",
                        "comment",
                        "radiogroup",
                        "checkbox",
                        "dropdown",
                        "boolean",
                        "rating",
                        "html",
                        "matrix",
                        "panel",
                        "paneldynamic",
                        "signaturepad",
                        "Text",
                    ]
                )
                | SCALARS,
                "name": st.sampled_from(
                    ["a", "b", "c", "data", "errors", "__page", "validate", "a[b]", "q-Comment"]
                )
                | SCALARS,
                "title": _LABEL,
                "description": _LABEL,
                "html": _LABEL,
                "visibleIf": _CONDITION,
                "enableIf": _CONDITION,
                "requiredIf": _CONDITION,
                "isRequired": SCALARS,
                "visible": SCALARS,
                "choices": _CHOICES | ANY,
                "columns": _CHOICES | ANY,
                "rows": _CHOICES | ANY,
                "hasOther": st.booleans(),
                "showNoneItem": st.booleans(),
                "hasComment": st.booleans(),
                "choicesOrder": st.sampled_from(["random", "asc", "desc"]) | ANY,
                "rateMin": SCALARS,
                "rateMax": SCALARS,
                "rateStep": SCALARS,
                "rateCount": SCALARS,
                "rateValues": _CHOICES | ANY,
                "inputType": st.sampled_from(["number", "email", "date", "month", "week", "range", "color"])
                | ANY,
                "min": SCALARS,
                "max": SCALARS,
                "maxLength": SCALARS,
                "minSelectedChoices": SCALARS,
                "maxSelectedChoices": SCALARS,
                "cellType": st.sampled_from(["checkbox", "radio"]),
                "eachRowRequired": st.booleans(),
                "valueName": SCALARS,
                **dict.fromkeys(
                    [
                        "defaultValueExpression",
                        "setValueIf",
                        "setValueExpression",
                        "resetValueIf",
                        "minValueExpression",
                        "maxValueExpression",
                        "choicesVisibleIf",
                        "choicesEnableIf",
                        "rowsVisibleIf",
                    ],
                    _CONDITION | SCALARS,
                ),
                "choicesFromQuestion": st.sampled_from(["a", "b", "c"]) | ANY,
                "choicesFromQuestionMode": st.sampled_from(["all", "selected", "unselected"]) | SCALARS,
                "clearIfInvisible": st.sampled_from(["none", "onHidden", "onHiddenContainer"]) | ANY,
                "hideIfChoicesEmpty": SCALARS,
                "defaultValue": ANY,
                "valueTrue": ANY,
                "valueFalse": ANY,
                "x-betaops": ANY,
                "requiredErrorText": _LABEL,
                "validators": st.lists(
                    st.fixed_dictionaries(
                        {
                            "type": st.sampled_from(
                                ["numeric", "text", "regex", "email", "answercount", "expression", "odd"]
                            )
                        },
                        optional={
                            "minValue": SCALARS,
                            "maxValue": SCALARS,
                            "minLength": SCALARS,
                            "regex": st.text(max_size=5),
                            "minCount": SCALARS,
                            "expression": _CONDITION,
                            "text": _LABEL,
                        },
                    )
                )
                | ANY,
                "elements": st.lists(_ELEMENT, max_size=2) | ANY,
            },
        )
        | SCALARS
    )
)
_TRIGGER = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["complete", "setvalue", "copyvalue", "skip", "runexpression", "visible"])
        | SCALARS
    },
    optional={
        "expression": _CONDITION | ANY,
        "setToName": st.sampled_from(["a", "b", "data", "a.x", "__logic"]) | ANY,
        "fromName": st.sampled_from(["a", "b", "c"]) | ANY,
        "gotoName": st.sampled_from(["a", "b", "c"]) | ANY,
        "setValue": ANY,
        "runExpression": _CONDITION | ANY,
        "isVariable": SCALARS,
        "name": st.sampled_from(["a", "b"]) | ANY,
        "operator": st.sampled_from(["equal", "notempty", "contains"]) | ANY,
        "value": ANY,
    },
)
_CALCULATED = st.fixed_dictionaries(
    {"name": st.sampled_from(["a", "sum", "__logic"]) | ANY, "expression": _CONDITION | ANY},
    optional={"includeIntoResult": SCALARS},
)
_ENDINGS = st.lists(
    st.fixed_dictionaries({}, optional={"expression": _CONDITION | ANY, "html": _LABEL, "url": _LABEL}),
    max_size=2,
)
DEFINITIONS = st.fixed_dictionaries(
    {
        "pages": st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "name": SCALARS,
                    "title": _LABEL,
                    "visibleIf": _CONDITION,
                    "elements": st.lists(_ELEMENT, max_size=4) | ANY,
                },
            )
            | SCALARS,
            max_size=3,
        )
        | ANY
    },
    optional={
        "title": _LABEL,
        "questionsOnPageMode": st.sampled_from(["singlePage", "questionPerPage", "inputPerPage"]),
        "firstPageIsStartPage": st.booleans(),
        "clearInvisibleValues": st.sampled_from(["none", "onComplete", "onHidden", "onHiddenContainer"])
        | ANY,
        "showProgressBar": SCALARS,
        "calculatedValues": st.lists(_CALCULATED, max_size=2) | ANY,
        "triggers": st.lists(_TRIGGER, max_size=2) | ANY,
        "completedHtml": _LABEL,
        "completedHtmlOnCondition": _ENDINGS | ANY,
        "navigateToUrl": _LABEL,
        "navigateToUrlOnCondition": _ENDINGS | ANY,
        "elements": ANY,
    },
)
