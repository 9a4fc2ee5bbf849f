"""Surveys, published and answered the way the product does it."""

from itertools import count
from typing import Any

from betaops.enrollment.models import Enrollment
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.surveys import links, respond, service
from betaops.surveys.models import Response, Survey, SurveyPlacement
from betaops.surveys.queries.doors import Door, Way
from tests.factories.programs import a_program

_numbers = count(1)

#: Two pages, every kind of condition and answer that most surveys have.
CHECK_IN: dict[str, Any] = {
    "title": "Week 2 check-in",
    "pages": [
        {
            "name": "using",
            "title": "How it goes",
            "elements": [
                {"type": "radiogroup", "name": "used_import", "title": "Did you import notes?",
                 "isRequired": True, "choices": [{"value": "yes", "text": "Yes"}, {"value": "no", "text": "No"}]},
                {"type": "rating", "name": "import_easy", "title": "Import was easy", "isRequired": True,
                 "visibleIf": "{used_import} = 'yes'", "rateMin": 1, "rateMax": 5,
                 "x-betaops": {"trait": "import_easy"}},
                {"type": "checkbox", "name": "platforms", "title": "Where do you use it?",
                 "choices": ["iOS", "Android", "Web"], "showOtherItem": True},
            ],
        },
        {
            "name": "ending",
            "elements": [
                {"type": "rating", "name": "nps", "title": "Would you recommend it?", "isRequired": True,
                 "rateMin": 0, "rateMax": 10, "x-betaops": {"instrument": "nps"}},
                {"type": "comment", "name": "why", "title": "Why?", "visibleIf": "{nps} <= 6"},
            ],
        },
    ],
}  # fmt: skip


def a_survey(
    work: Work,
    *,
    program: Program | None = None,
    definition: dict[str, Any] | None = None,
    name: str = "Week 2 check-in",
    is_published: bool = True,
) -> Survey:
    program = program or a_program(work)
    survey = service.create_survey(
        work, program_id=program.id, name=name, definition=definition if definition is not None else CHECK_IN
    )
    if is_published:
        service.publish(work, survey.id)
    work.session.refresh(survey)
    return survey


#: As it is asked inside a product: a scale, then why, in other words for those who are unhappy.
SHORT: dict[str, Any] = {
    "title": "In short",
    "pages": [
        {
            "name": "one",
            "elements": [
                {"type": "rating", "name": "nps", "title": "Would you recommend it?", "isRequired": True,
                 "rateMin": 0, "rateMax": 10, "minRateDescription": "Never", "maxRateDescription": "At once",
                 "x-betaops": {"instrument": "nps"}},
                {"type": "comment", "name": "trouble", "title": "What went wrong?", "visibleIf": "{nps} <= 6"},
                {"type": "radiogroup", "name": "plan", "title": "Which plan?", "choices": [
                    {"value": "t", "text": {"default": "Team", "de": "Mannschaft"}},
                    {"value": "p", "text": {"default": "Pro", "de": "Profi"}}], "showOtherItem": True},
            ],
        },
    ],
}  # fmt: skip


#: Questions called `q` of kinds whose answers have parts.
FRUIT: dict[str, Any] = {"type": "ranking", "name": "q", "choices": ["apple", "pear", "plum"]}
FAMILY: dict[str, Any] = {
    "type": "paneldynamic",
    "name": "q",
    "panelCount": 1,
    "maxPanelCount": 3,
    "keyName": "who",
    "templateElements": [
        {"type": "text", "name": "who", "isRequired": True},
        {"type": "radiogroup", "name": "uses", "choices": ["yes", "no"]},
        {"type": "text", "name": "why", "visibleIf": "{panel.uses} = 'no'", "isRequired": True},
    ],
}
ORDER: dict[str, Any] = {
    "type": "matrixdynamic",
    "name": "q",
    "rowCount": 2,
    "columns": [
        {"name": "a", "cellType": "text", "inputType": "number", "totalType": "sum"},
        {"name": "b", "cellType": "expression", "expression": "{row.a} * 2", "totalType": "max"},
        {"name": "c", "cellType": "text", "visibleIf": "{row.a} > 2"},
    ],
}
PLANS: dict[str, Any] = {
    "type": "matrixdropdown",
    "name": "q",
    "choices": [1, 2],
    "rows": ["now", {"value": "later", "text": "Later"}],
    "columns": [
        {"name": "fit", "isRequired": True},
        {"name": "use", "cellType": "checkbox", "choices": ["x", "y"]},
    ],
}

_DOT = "data:image/gif;base64,R0lGODlhAQABAPAAAP8AAP///ywAAAAAAQABAAACAkQBADs="

#: One question of every kind that is asked besides those of `CHECK_IN`.
EVERY_KIND: dict[str, Any] = {
    "title": "Every kind",
    "elements": [
        {"type": "ranking", "name": "rank", "choices": ["a", "b"], "isRequired": True},
        {"type": "multipletext", "name": "lines", "items": [{"name": "x", "isRequired": True}, "y"]},
        {"type": "tagbox", "name": "tags", "choices": ["t1", "t2"]},
        {"type": "buttongroup", "name": "button", "choices": ["b1", "b2"]},
        {"type": "slider", "name": "slide", "max": 10},
        {"type": "rating", "name": "stars", "rateType": "stars"},
        {"type": "text", "name": "plate", "maskType": "pattern", "maskSettings": {"pattern": "aa-99"}},
        {"type": "expression", "name": "double", "title": "Twice", "expression": "{slide} * 2"},
        {
            "type": "paneldynamic",
            "name": "people",
            "title": "Your team",
            "panelCount": 1,
            "templateElements": [
                {"type": "text", "name": "who", "isRequired": True},
                {"type": "checkbox", "name": "does", "choices": ["dev", "ops"], "showOtherItem": True},
                {"type": "text", "name": "since", "visibleIf": "{panel.does} contains 'ops'"},
            ],
        },
        {
            "type": "matrixdynamic",
            "name": "order",
            "rowCount": 1,
            "columns": [{"name": "n", "cellType": "text", "inputType": "number", "totalType": "sum"}],
        },
        {
            "type": "matrixdropdown",
            "name": "plans",
            "rows": ["now"],
            "columns": [{"name": "fit", "choices": [1, 2]}],
        },
        {
            "type": "imagepicker",
            "name": "look",
            "choices": [{"value": "l1", "text": "Bright", "imageLink": "https://img.example.com/1.png"}],
        },
        {"type": "image", "name": "photo", "imageLink": _DOT, "altText": "A red dot", "imageWidth": 40},
        {"type": "file", "name": "proof", "title": "A picture of it", "acceptedTypes": ".png,.jpg"},
        {"type": "rating", "name": "mood", "rateType": "smileys"},
        {"type": "slider", "name": "span", "title": "From when to when", "sliderType": "range", "max": 24},
        {
            "type": "matrix",
            "name": "often",
            "cellType": "checkbox",
            "columns": ["Morning", "Night"],
            "rows": ["Phone"],
        },
    ],
}


def a_placement(work: Work, survey: Survey, **values: Any) -> SurveyPlacement:
    """The survey stands in the product, and everybody who has answered it is known there."""
    placement = service.change_placement(work, survey.id, version=None, **{"is_on": True, **values})
    while service.note_earlier_answers(work, survey.id):
        pass
    service.begin_placement(work, survey.id)
    return placement


#: What is asked depends on the arm: `tin` or another.
TWO_WORDINGS: dict[str, Any] = {
    "title": "Two wordings",
    "pages": [
        {
            "elements": [
                {"type": "radiogroup", "name": "buy", "title": "Would you buy {__arm}?", "choices": ["yes", "no"]},
                {"type": "comment", "name": "why", "title": "Why the tin?", "visibleIf": "{__arm} = 'tin'"},
            ]
        }
    ],
}  # fmt: skip


def an_armed_survey(
    work: Work, *weights: int, definition: dict[str, Any] = TWO_WORDINGS, program: Program | None = None
) -> Survey:
    """Arms `tin`, `box`, `bag` of those weights, published."""
    survey = a_survey(work, program=program, definition=definition, is_published=False)
    for name, weight in zip(("tin", "box", "bag"), weights or (1, 1), strict=False):
        service.add_arm(work, survey.id, name=name, weight=weight)
    service.publish(work, survey.id)
    work.session.refresh(survey)
    return survey


def a_public_link(work: Work, survey: Survey) -> str:
    """The token of the survey's link for anybody."""
    token = links.public_link(work, survey.id).token
    assert token is not None
    return token


def a_response(
    work: Work,
    survey: Survey,
    answers: dict[str, Any] | None = None,
    *,
    enrollment: Enrollment | None = None,
    key: str | None = None,
) -> Response:
    """A complete one."""
    given = answers if answers is not None else {"used_import": "yes", "import_easy": 4, "nps": 9}
    return respond.submit(
        work, survey, given, submission_key=key or f"response-{next(_numbers)}", enrollment=enrollment
    ).response


def a_door(survey: Survey, *, enrollment: Enrollment | None = None) -> Door:
    return Door(Way.PORTAL if enrollment else Way.PUBLIC, survey, None, enrollment)
