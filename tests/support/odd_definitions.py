"""Survey definitions of every shape, for Hypothesis: right, wrong, and nothing like a survey."""

from typing import Any

from hypothesis import strategies as st

SCALAR = st.none() | st.booleans() | st.integers(-5, 500) | st.floats() | st.text(max_size=6)
ANY = st.recursive(
    SCALAR,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
_CONDITION = st.sampled_from(
    ["{a} = 1", "{b} contains 'x'", "{a", "nope({a})", "{a} notempty and {c} <> 'y'", "{row.x} > 1", "((", ""]
) | st.text(max_size=6)
_LABEL = (
    st.text(max_size=6)
    | st.dictionaries(st.sampled_from(["default", "fr", "en"]), st.text(max_size=6))
    | SCALAR
)
_CHOICES = st.lists(
    SCALAR | st.fixed_dictionaries({"value": SCALAR}, optional={"text": _LABEL, "visibleIf": _CONDITION}),
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
                        "matrixdynamic",
                        "matrixdropdown",
                        "multipletext",
                        "tagbox",
                        "buttongroup",
                        "imagepicker",
                        "image",
                        "ranking",
                        "slider",
                        "expression",
                        "file",
                        "signaturepad",
                        "Text",
                    ]
                )
                | SCALAR,
                "name": st.sampled_from(
                    ["a", "b", "c", "data", "errors", "__page", "validate", "a[b]", "q-Comment"]
                )
                | SCALAR,
                "title": _LABEL,
                "description": _LABEL,
                "html": _LABEL,
                "visibleIf": _CONDITION,
                "enableIf": _CONDITION,
                "requiredIf": _CONDITION,
                "isRequired": SCALAR,
                "visible": SCALAR,
                "choices": _CHOICES | ANY,
                "columns": _CHOICES | ANY,
                "rows": _CHOICES | ANY,
                "hasOther": st.booleans(),
                "showNoneItem": st.booleans(),
                "hasComment": st.booleans(),
                "choicesOrder": st.sampled_from(["random", "asc", "desc"]) | ANY,
                "rateMin": SCALAR,
                "rateMax": SCALAR,
                "rateStep": SCALAR,
                "rateCount": SCALAR,
                "rateValues": _CHOICES | ANY,
                "inputType": st.sampled_from(["number", "email", "date", "month", "week", "range", "color"])
                | ANY,
                "min": SCALAR,
                "max": SCALAR,
                "maxLength": SCALAR,
                "minSelectedChoices": SCALAR,
                "maxSelectedChoices": SCALAR,
                "cellType": st.sampled_from(["checkbox", "radio", "text", "expression", "paneldynamic"])
                | ANY,
                "eachRowRequired": st.booleans(),
                "eachRowUnique": st.booleans(),
                "rowsVisibleIf": _CONDITION,
                "columnsVisibleIf": _CONDITION | ANY,
                "templateElements": st.lists(_ELEMENT, max_size=2) | ANY,
                "items": st.lists(_ELEMENT, max_size=2) | ANY,
                "panelCount": SCALAR,
                "minPanelCount": SCALAR,
                "rowCount": SCALAR,
                "maxRowCount": SCALAR,
                "keyName": SCALAR,
                "isUnique": SCALAR,
                "totalType": st.sampled_from(["sum", "avg", "min", "odd"]) | ANY,
                "expression": _CONDITION | ANY,
                "displayStyle": st.sampled_from(["date", "currency", "percent", "decimal"]) | ANY,
                "precision": SCALAR,
                "format": _LABEL,
                "sliderType": st.sampled_from(["range"]) | ANY,
                "step": SCALAR,
                "rateType": st.sampled_from(["stars", "smileys"]) | ANY,
                "maskType": st.sampled_from(["pattern", "numeric", "currency", "datetime"]) | ANY,
                "maskSettings": st.fixed_dictionaries(
                    {},
                    optional={
                        "pattern": st.text(max_size=6)
                        | st.sampled_from(["99-aa", "dd.mm.yyyy", "HH:MM"])
                        | SCALAR,
                        "precision": SCALAR,
                        "min": SCALAR,
                        "saveMaskedValue": st.booleans(),
                        "decimalSeparator": SCALAR,
                    },
                )
                | ANY,
                "imageLink": _LABEL | st.just("https://img.example.com/a.png"),
                "imageWidth": SCALAR,
                "multiSelect": SCALAR,
                "allowMultiple": SCALAR,
                "acceptedTypes": SCALAR,
                "maxSize": SCALAR,
                "selectToRankEnabled": SCALAR,
                "copyDefaultValueFromLastEntry": SCALAR,
                "defaultPanelValue": ANY,
                "templateTitle": _LABEL,
                "valueName": SCALAR,
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
                    _CONDITION | SCALAR,
                ),
                "choicesFromQuestion": st.sampled_from(["a", "b", "c"]) | ANY,
                "choicesFromQuestionMode": st.sampled_from(["all", "selected", "unselected"]) | SCALAR,
                "clearIfInvisible": st.sampled_from(["none", "onHidden", "onHiddenContainer"]) | ANY,
                "hideIfChoicesEmpty": SCALAR,
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
                            "minValue": SCALAR,
                            "maxValue": SCALAR,
                            "minLength": SCALAR,
                            "regex": st.text(max_size=5),
                            "minCount": SCALAR,
                            "expression": _CONDITION,
                            "text": _LABEL,
                        },
                    )
                )
                | ANY,
                "elements": st.lists(_ELEMENT, max_size=2) | ANY,
            },
        )
        | SCALAR
    )
)
_TRIGGER = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["complete", "setvalue", "copyvalue", "skip", "runexpression", "visible"])
        | SCALAR
    },
    optional={
        "expression": _CONDITION | ANY,
        "setToName": st.sampled_from(["a", "b", "data", "a.x", "__logic"]) | ANY,
        "fromName": st.sampled_from(["a", "b", "c"]) | ANY,
        "gotoName": st.sampled_from(["a", "b", "c"]) | ANY,
        "setValue": ANY,
        "runExpression": _CONDITION | ANY,
        "isVariable": SCALAR,
        "name": st.sampled_from(["a", "b"]) | ANY,
        "operator": st.sampled_from(["equal", "notempty", "contains"]) | ANY,
        "value": ANY,
    },
)
_CALCULATED = st.fixed_dictionaries(
    {"name": st.sampled_from(["a", "sum", "__logic"]) | ANY, "expression": _CONDITION | ANY},
    optional={"includeIntoResult": SCALAR},
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
                    "name": SCALAR,
                    "title": _LABEL,
                    "visibleIf": _CONDITION,
                    "elements": st.lists(_ELEMENT, max_size=4) | ANY,
                },
            )
            | SCALAR,
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
        "showProgressBar": SCALAR,
        "questionOrder": st.sampled_from(["random", "initial"]) | ANY,
        "timeLimit": SCALAR,
        "calculatedValues": st.lists(_CALCULATED, max_size=2) | ANY,
        "triggers": st.lists(_TRIGGER, max_size=2) | ANY,
        "completedHtml": _LABEL,
        "completedHtmlOnCondition": _ENDINGS | ANY,
        "navigateToUrl": _LABEL,
        "navigateToUrlOnCondition": _ENDINGS | ANY,
        "elements": ANY,
    },
)
