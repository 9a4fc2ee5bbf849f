"""The words for kinds, states and operators, and the icons that go with them."""

from typing import Any

from betaops.kernel.i18n import lazy_gettext as _l
from betaops.surveys.analysis.narrowing import CameBy
from betaops.surveys.analysis.quality import Doubt
from betaops.surveys.changes import Weight
from betaops.surveys.models import (
    Audience,
    Corner,
    LinkKind,
    Repeat,
    ResponseState,
    Shape,
    SurveyState,
    UrlMatch,
    WhenFull,
)

#: What the builder offers, in this order.
KINDS = {
    "radiogroup": _l("One of several answers"),
    "checkbox": _l("Several answers"),
    "rating": _l("Rating scale"),
    "boolean": _l("Yes or no"),
    "dropdown": _l("One of a long list"),
    "text": _l("Short text or number"),
    "comment": _l("Long text"),
    "matrix": _l("Same scale for several rows"),
    "ranking": _l("Put in order"),
    "tagbox": _l("Several of a long list"),
    "buttongroup": _l("One of a few, as buttons"),
    "imagepicker": _l("Choose a picture"),
    "slider": _l("Number on a slider"),
    "multipletext": _l("Several short texts"),
    "paneldynamic": _l("Questions that repeat"),
    "matrixdropdown": _l("Table with fixed rows"),
    "matrixdynamic": _l("Table that grows"),
    "file": _l("Files"),
    "expression": _l("Calculated value"),
    "image": _l("Picture without a question"),
    "html": _l("Text without a question"),
    "panel": _l("Group with one condition"),
}
KIND_ICONS = {
    "radiogroup": "circle-dot",
    "checkbox": "square-check",
    "rating": "star",
    "boolean": "toggle-left",
    "dropdown": "list",
    "text": "text-cursor-input",
    "comment": "text-align-start",
    "matrix": "table",
    "ranking": "list-ordered",
    "tagbox": "tags",
    "buttongroup": "rectangle-horizontal",
    "imagepicker": "images",
    "slider": "sliders-horizontal",
    "multipletext": "rows-3",
    "paneldynamic": "copy-plus",
    "matrixdropdown": "table-2",
    "matrixdynamic": "table-rows-split",
    "file": "paperclip",
    "expression": "calculator",
    "image": "image",
    "html": "pilcrow",
    "panel": "group",
}
STATES = {
    SurveyState.DRAFT: _l("Draft"),
    SurveyState.OPEN: _l("Open"),
    SurveyState.CLOSED: _l("Closed"),
    SurveyState.ARCHIVED: _l("Archived"),
}
RESPONSE_STATES = {
    ResponseState.STARTED: _l("Begun"),
    ResponseState.PARTIAL: _l("Partly answered"),
    ResponseState.COMPLETE: _l("Complete"),
    ResponseState.SCREENED_OUT: _l("Screened out"),
    ResponseState.OVER_QUOTA: _l("Over quota"),
    ResponseState.WITHDRAWN: _l("Withdrawn"),
    ResponseState.TEST: _l("Trial"),
}
DOORS = {
    CameBy.PERSONAL: _l("Personal link"),
    CameBy.PUBLIC: _l("Public link"),
    CameBy.EMBEDDED: _l("Frame on a page"),
    CameBy.PRODUCT: _l("Inside the product"),
    CameBy.PORTAL: _l("Portal"),
    CameBy.API: _l("API, without a person"),
    CameBy.TEST: _l("Trial link"),
    CameBy.GONE: _l("A link that is gone"),
    CameBy.UNKNOWN: _l("Not kept: the survey is anonymous"),
}
WHEN_FULL = {
    WhenFull.TURN_AWAY: _l("End the survey for people of this kind"),
    WhenFull.CLOSE: _l("Close the survey for everybody"),
}
DOUBTS = {
    Doubt.SPEEDING: _l("Too fast to have read it"),
    Doubt.STRAIGHT_LINING: _l("One column all the way down"),
    Doubt.DUPLICATE: _l("The same answers as another"),
    Doubt.HONEYPOT: _l("Filled in by a machine"),
    Doubt.PASTED: _l("Pasted text"),
}
LINKS = {
    LinkKind.PUBLIC: _l("Public link"),
    LinkKind.TEST: _l("Trial link"),
    LinkKind.PERSONAL: _l("Personal link"),
}
WEIGHTS = {
    Weight.COSMETIC: _l("Wording or order: answers are counted together"),
    Weight.ADDITIVE: _l("Added or no longer asked: earlier answers stay as they are"),
    Weight.BREAKING: _l("Not comparable with earlier answers"),
}
INPUT_TYPES = {
    "text": _l("Text"),
    "number": _l("Number"),
    "email": _l("Mail address"),
    "tel": _l("Telephone number"),
    "url": _l("Web address"),
    "date": _l("Date"),
    "time": _l("Time"),
}
RATE_TYPES = {"": _l("Numbers or words"), "stars": _l("Stars"), "smileys": _l("Faces")}
CELL_TYPES = {
    "dropdown": _l("One of a list"),
    "radiogroup": _l("One of a list, all in sight"),
    "checkbox": _l("Several of a list"),
    "text": _l("Short text or number"),
    "comment": _l("Long text"),
    "boolean": _l("Yes or no"),
    "rating": _l("Rating scale"),
}
DISPLAY_STYLES = {
    "": _l("As it is"),
    "decimal": _l("Number"),
    "percent": _l("Percent"),
    "currency": _l("Money"),
    "date": _l("Date"),
}
#: Operators of the condition editor, as the expression language writes them.
OPERATORS = {
    "=": _l("is"),
    "<>": _l("is not"),
    "contains": _l("includes"),
    "notcontains": _l("does not include"),
    ">": _l("is more than"),
    "<": _l("is less than"),
    ">=": _l("is at least"),
    "<=": _l("is at most"),
    "notempty": _l("is answered"),
    "empty": _l("is not answered"),
}
AUDIENCES = {
    Audience.EVERYBODY.value: _l("Everybody with a seat in the program"),
    Audience.COHORTS.value: _l("People of cohorts"),
}
REPEATS = {
    Repeat.ONCE.value: _l("Once"),
    Repeat.EVERY.value: _l("Again and again, after some days"),
    Repeat.ALWAYS.value: _l("Whenever they want: it is always there"),
}
SHAPES = {
    Shape.POPOVER.value: _l("It comes up by itself"),
    Shape.TAB.value: _l("A tab at the edge of the page opens it"),
    Shape.SELECTOR.value: _l("An element of your page opens it"),
    Shape.API.value: _l("Your own code shows it"),
}
URL_MATCHES = {
    UrlMatch.CONTAINS.value: _l("contains this"),
    UrlMatch.EXACT.value: _l("is exactly this"),
    UrlMatch.REGEX.value: _l("matches this pattern"),
}
DEVICES = {"Desktop": _l("Computers"), "Mobile": _l("Phones"), "Tablet": _l("Tablets")}
CORNERS = {
    Corner.BOTTOM_RIGHT.value: _l("Bottom right"),
    Corner.BOTTOM_LEFT.value: _l("Bottom left"),
    Corner.BOTTOM_CENTER.value: _l("Bottom centre"),
    Corner.MIDDLE_CENTER.value: _l("In the middle"),
    Corner.TOP_RIGHT.value: _l("Top right"),
    Corner.TOP_LEFT.value: _l("Top left"),
}


#: What a translator calls the texts of a survey that are not the question itself, by SurveyJS's property.
TEXTS = {
    "title": _l("Question or heading"),
    "description": _l("Text below it"),
    "html": _l("Text"),
    "text": _l("Answer"),
    "requiredErrorText": _l("What is said when it is not answered"),
    "placeholder": _l("Example inside the field"),
    "minRateDescription": _l("Low end"),
    "maxRateDescription": _l("High end"),
    "completedHtml": _l("Thanks at the end"),
    "otherText": _l("“Other”"),
    "noneText": _l("“None”"),
    "dontKnowText": _l("“Don’t know”"),
    "refuseText": _l("“Refuse to answer”"),
    "pageNextText": _l("Button to the next page"),
    "pagePrevText": _l("Button to the page before"),
    "completeText": _l("Button that sends"),
    "startSurveyText": _l("Button that begins"),
}


def text_name(name: str) -> Any:
    """What one is called; the property's own name where it has none here."""
    return TEXTS.get(name, name)


#: Files of responses, by `exports.FileFormat`.
FILES = {
    "csv": _l("CSV: a line for each response"),
    "xlsx": _l("Excel: the same, with a sheet that explains the columns"),
    "sav": _l("SPSS: numbers with labels and missing values"),
    "json": _l("JSON: a document a line for each response (NDJSON)"),
}
