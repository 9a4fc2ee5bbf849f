"""What facts are called, of which kind they are, and which comparisons suit them: for forms and sentences. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from betaops.cohorts.rules import COUNTED
from betaops.enrollment.wording import SOURCES as WAYS_IN
from betaops.enrollment.wording import STATES
from betaops.kernel.i18n import lazy_gettext as _l


class Kind(StrEnum):
    """What a fact is, as far as its name tells; `text` may be anything."""

    TEXT = "text"
    NUMBER = "number"
    MOMENT = "moment"
    CHOICE = "choice"
    COUNTED = "counted"
    COHORT = "cohort"
    SAMPLE = "sample"


#: Headings of the list of facts.
SOURCES: dict[str, Any] = {
    "enrollment": _l("Place in the program"),
    "agreement": _l("Agreement"),
    "attribute": _l("Attributes"),
    "device": _l("Devices"),
    "answer": _l("Signup answers"),
    "usage": _l("Usage of the product"),
    "feedback": _l("Feedback"),
    "task": _l("Tasks"),
    "trait": _l("Activity and survey answers"),
    "cohort": _l("Other cohorts"),
    "sample": _l("Chance"),
    "tester": _l("Person"),
}

#: Facts that everybody has, by their whole name.
KNOWN: dict[str, Any] = {
    "enrollment.state": _l("Status"),
    "enrollment.source": _l("Came by"),
    "enrollment.applied_at": _l("Applied"),
    "enrollment.waitlisted_at": _l("Put on the waitlist"),
    "enrollment.accepted_at": _l("Accepted"),
    "enrollment.activated_at": _l("Became active"),
    "enrollment.completed_at": _l("Completed"),
    "enrollment.declined_at": _l("Declined"),
    "enrollment.withdrawn_at": _l("Left"),
    "enrollment.removed_at": _l("Removed"),
    "agreement.in_force": _l("Accepted the agreement in force"),
    "agreement.number": _l("Number of an accepted agreement"),
    "agreement.signed_at": _l("Accepted an agreement"),
    "tester.mail": _l("Mail address"),
    "tester.name": _l("Name"),
    "tester.locale": _l("Language"),
    "tester.created_at": _l("Known since"),
    "tester.seen_at": _l("Last seen"),
    "trait.usage.active_days": _l("Active days in the last 14"),
    "trait.usage.last_day": _l("Last active day"),
    "trait.person.$os": _l("Operating system"),
    "trait.person.$os_version": _l("Version of the operating system"),
    "trait.person.$browser": _l("Browser"),
    "trait.person.$browser_version": _l("Version of the browser"),
    "trait.person.$device_type": _l("Kind of device"),
    "trait.person.$app_version": _l("App version"),
    "trait.person.$app_build": _l("App build"),
}

#: Facts whose own name is typed or chosen in the condition, by their source.
OPEN: dict[str, Any] = {
    "attribute": _l("Another attribute"),
    "usage": _l("Did something in the product"),
    "feedback": _l("Sent feedback"),
    "task": _l("What became of a task"),
    "cohort": _l("Another cohort"),
    "sample": _l("Random sample"),
}

#: What `feedback.<kind>` counts, behind "sent".
FEEDBACK: dict[str, Any] = {
    "any": _l("any feedback"),
    "bug": _l("a bug report"),
    "idea": _l("an idea"),
    "praise": _l("praise"),
    "question": _l("a question"),
}

#: What `task.<outcome>` counts, whichever task it was; rooms above name the single ones.
TASK: dict[str, Any] = {
    "completed": _l("completed a task"),
    "blocked": _l("was blocked on a task"),
    "opted_out": _l("opted out of a task"),
}

#: Attributes that tell about somebody's devices.
DEVICES = frozenset(
    {
        "platform", "device", "devices", "device_type", "device_model", "model", "manufacturer", "os", "os_name",
        "os_version", "browser", "browser_version", "screen", "app_version", "client", "build",
        "$os", "$os_version", "$browser", "$browser_version", "$device", "$device_type", "$app_version",
    }
)  # fmt: skip

_YES_NO = {"yes": _l("Yes"), "no": _l("No")}
#: Facts with few values, and how each reads.
CHOICES: dict[str, Mapping[str, Any]] = {
    "enrollment.state": {state.value: words for state, words in STATES.items()},
    "enrollment.source": WAYS_IN,
    "agreement.in_force": _YES_NO,
}
_NUMBERS = frozenset({"agreement.number", "trait.usage.active_days"})
_MOMENTS = frozenset({"trait.usage.last_day"})

Operators = tuple[tuple[Any, tuple[str, ...]], ...]
_TEXT = (
    _l("Text and choices"),
    (
        "is",
        "is_not",
        "one_of",
        "none_of",
        "contains",
        "not_contains",
        "starts_with",
        "ends_with",
        "matches",
        "not_matches",
    ),
)
_NUMBER = (_l("Numbers"), ("at_least", "more_than", "at_most", "less_than"))
_DATE = (_l("Dates"), ("in_last_days", "not_in_last_days", "before", "after"))
_VERSION = (_l("Versions"), ("version_at_least", "version_below"))
_KNOWN = (_l("Known or not"), ("is_set", "is_not_set"))
#: Comparisons of each kind, under headings.
OPERATORS: dict[Kind, Operators] = {
    Kind.TEXT: (_TEXT, _NUMBER, _DATE, _VERSION, _KNOWN),
    Kind.NUMBER: (_NUMBER, (_l("Equal"), ("is", "is_not", "one_of", "none_of")), _KNOWN),
    Kind.MOMENT: (_DATE, _KNOWN),
    Kind.CHOICE: (("", ("one_of", "none_of")),),
    Kind.COUNTED: (
        (_l("How often"), ("at_least", "more_than", "at_most", "less_than", "is")),
        (_l("When last"), ("in_last_days", "not_in_last_days")),
        (_l("At all"), ("is_set", "is_not_set")),
    ),
    Kind.COHORT: (("", ("is_in", "is_not_in")),),
    Kind.SAMPLE: (("", ("at_most", "more_than")),),
}
#: How comparisons of these kinds are called in the form, where not as everywhere.
CALLED: dict[Kind, Mapping[str, Any]] = {
    Kind.COUNTED: {
        "at_least": _l("at least … times"),
        "more_than": _l("more than … times"),
        "at_most": _l("at most … times"),
        "less_than": _l("less than … times"),
        "is": _l("exactly … times"),
        "in_last_days": _l("last time within … days"),
        "not_in_last_days": _l("last time more than … days ago"),
        "is_set": _l("ever"),
        "is_not_set": _l("never"),
    },
    Kind.SAMPLE: {"at_most": _l("is among"), "more_than": _l("is not among")},
}


def kind_of(fact: str) -> Kind:
    """By the whole name, or by the source alone where the name is still open."""
    source, _dot, name = fact.partition(".")
    if source in COUNTED:
        return Kind.COUNTED
    if source in ("cohort", "sample"):
        return Kind(source)
    if fact in CHOICES:
        return Kind.CHOICE
    if fact in _NUMBERS:
        return Kind.NUMBER
    if fact in _MOMENTS or (source in ("enrollment", "tester", "agreement") and name.endswith("_at")):
        return Kind.MOMENT
    return Kind.TEXT


def heading(fact: str) -> str:
    """The key of `SOURCES` under which a fact is listed."""
    source, _dot, name = fact.partition(".")
    return "device" if source == "attribute" and name.lower() in DEVICES else source
