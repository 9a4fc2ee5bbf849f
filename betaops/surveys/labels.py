"""The words for kinds, states and operators, and the icons that go with them."""

from betaops.kernel.i18n import lazy_gettext as _l
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
)

#: What the builder offers, in this order.
KINDS = {
    "radiogroup": _l("One of several answers"),
    "checkbox": _l("Several answers"),
    "rating": _l("Rating scale"),
    "nps": _l("Would recommend (NPS)"),
    "boolean": _l("Yes or no"),
    "dropdown": _l("One of a long list"),
    "text": _l("Short text or number"),
    "comment": _l("Long text"),
    "matrix": _l("Same scale for several rows"),
    "html": _l("Text without a question"),
    "panel": _l("Group with one condition"),
}
KIND_ICONS = {
    "radiogroup": "circle-dot",
    "checkbox": "square-check",
    "rating": "star",
    "nps": "gauge",
    "boolean": "toggle-left",
    "dropdown": "list",
    "text": "text-cursor-input",
    "comment": "text-align-start",
    "matrix": "table",
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
    ResponseState.WITHDRAWN: _l("Withdrawn"),
    ResponseState.TEST: _l("Trial"),
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
#: Ways in, by `queries.exporting.Exported.door`.
DOORS = {
    "personal": _l("Personal links"),
    "public": _l("Public links"),
    "test": _l("Trial link"),
    "link": _l("Links that are gone"),
    "portal": _l("Portal"),
    "product": _l("In the product"),
    "api": _l("API"),
}
#: Files of responses, by `exports.FileFormat`.
FILES = {
    "csv": _l("CSV: a line for each response"),
    "xlsx": _l("Excel: the same, with a sheet that explains the columns"),
    "sav": _l("SPSS: numbers with labels and missing values"),
    "json": _l("JSON: a document a line for each response (NDJSON)"),
}
