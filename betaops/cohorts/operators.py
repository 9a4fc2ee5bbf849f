"""How a rule compares a fact with a value. Pure.

Facts come from forms, files and other rooms: text, numbers, yes/no, lists of text, moments as ISO text
or as `datetime`.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from betaops.cohorts.doings import MOST_DAYS
from betaops.kernel import patterns
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l

Test = Callable[[Any, datetime], bool]

#: Every operator, and how it reads between a fact and a value.
ALL: dict[str, Any] = {
    "is": _l("is"),
    "is_not": _l("is not"),
    "one_of": _l("is one of"),
    "none_of": _l("is none of"),
    "contains": _l("contains"),
    "not_contains": _l("does not contain"),
    "starts_with": _l("starts with"),
    "ends_with": _l("ends with"),
    "matches": _l("matches the pattern"),
    "not_matches": _l("does not match the pattern"),
    "more_than": _l("is more than"),
    "at_least": _l("is at least"),
    "less_than": _l("is less than"),
    "at_most": _l("is at most"),
    "version_at_least": _l("is version or later"),
    "version_below": _l("is older than version"),
    "before": _l("is before"),
    "after": _l("is after"),
    "in_last_days": _l("is within the last … days"),
    "not_in_last_days": _l("is longer ago than … days"),
    "is_set": _l("is known"),
    "is_not_set": _l("is not known"),
    "is_in": _l("is in"),
    "is_not_in": _l("is not in"),
}
#: Of cohorts alone.
MEMBERSHIP = frozenset({"is_in", "is_not_in"})
WITHOUT_VALUE = frozenset({"is_set", "is_not_set"}) | MEMBERSHIP
WITH_LIST = frozenset({"one_of", "none_of"})
RELATIVE_TO_NOW = frozenset({"in_last_days", "not_in_last_days"})
NUMERIC = frozenset({"more_than", "at_least", "less_than", "at_most"})
_VERSIONS = frozenset({"version_at_least", "version_below"})
_PATTERNS = frozenset({"matches", "not_matches"})
#: What all SDKs read alike.
_PLAIN_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_PLAIN_VERSION = re.compile(r"[vV]?(?:0|[1-9][0-9]{0,8})(?:\.(?:0|[1-9][0-9]{0,8})){0,2}")
_PLAIN_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d))?")
#: Operators that hold wherever another one does not, also of an absent fact.
_NEGATIVE = {
    "is_not": "is",
    "none_of": "one_of",
    "not_contains": "contains",
    "not_matches": "matches",
    "is_not_set": "is_set",
    "is_not_in": "is_in",
}
_SEVERAL = (list, tuple)
_LONGEST = 2_000
_MOST_ITEMS = 1_000


def compiled(operator: str, wanted: Any) -> Test:
    """The test of one fact (None where absent) against `wanted`, which `problem` found nothing wrong with."""
    if operator in _NEGATIVE:
        return _none(compiled(_NEGATIVE[operator], wanted))
    match operator:
        case "is_set":
            return lambda fact, now: _is_known(fact)
        case "is_in":
            return lambda fact, now: fact is True
        case "is" | "one_of":
            return _any_item(_equals(wanted))
        case "contains":
            return _any_item(_text_test(lambda text, part: part in text, wanted))
        case "starts_with":
            return _any_item(_text_test(str.startswith, wanted))
        case "ends_with":
            return _any_item(_text_test(str.endswith, wanted))
        case "matches":
            return _any_item(_pattern_test(wanted))
        case "version_at_least" | "version_below":
            return _any_item(_version_test(operator, wanted))
        case "before" | "after":
            return _any_item(_moment_test(operator, wanted))
        case "in_last_days" | "not_in_last_days":
            return _any_item(_recency_test(operator, wanted))
    return _any_item(_number_test(operator, wanted))


def _is_known(fact: Any) -> bool:
    return fact is not None and fact not in ("", [])


def _any_item(one: Test) -> Test:
    def passes(fact: Any, now: datetime) -> bool:
        if isinstance(fact, _SEVERAL):
            return any(one(item, now) for item in fact if item is not None)
        return fact is not None and one(fact, now)

    return passes


def _none(positive: Test) -> Test:
    return lambda fact, now: not positive(fact, now)


def _equals(wanted: Any) -> Test:
    candidates = {_plain(item) for item in (wanted if isinstance(wanted, list) else [wanted])}
    return lambda fact, now: _plain(fact) in candidates


def _plain(value: Any) -> str:
    """What `is` compares: 5, 5.0 and "5" are one, yes/no are "yes"/"no", text is without case and edges."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        text = value.strip().casefold()
        return {"true": "yes", "false": "no"}.get(text, text)
    if isinstance(value, int | float):
        return f"{value:.12g}"
    return value.isoformat() if isinstance(value, datetime) else str(value).casefold()


def _text_test(holds: Callable[[str, str], bool], wanted: Any) -> Test:
    part = str(wanted).strip().casefold()
    return lambda fact, now: holds(_plain(fact), part)


def _pattern_test(wanted: Any) -> Test:
    """Case counts, as in every SDK; text is looked at as it stands."""
    pattern = patterns.compiled(str(wanted).strip())
    return lambda fact, now: (
        pattern is not None and patterns.found(pattern, fact if isinstance(fact, str) else _plain(fact))
    )


def _number_test(operator: str, wanted: Any) -> Test:
    limit = _number(wanted) or 0.0
    holds = _ORDER[operator]

    def passes(fact: Any, now: datetime) -> bool:
        known = _number(fact)
        return known is not None and holds(known, limit)

    return passes


_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "more_than": lambda left, right: left > right,
    "at_least": lambda left, right: left >= right,
    "less_than": lambda left, right: left < right,
    "at_most": lambda left, right: left <= right,
}


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        found = float(value.strip().replace(",", ".")) if isinstance(value, str) else float(value)
    except (ValueError, OverflowError):
        return None
    return found if abs(found) < 1e15 else None


def _version_test(operator: str, wanted: Any) -> Test:
    line = _version(wanted) or (0,)
    at_least = operator == "version_at_least"

    def passes(fact: Any, now: datetime) -> bool:
        known = _version(fact)
        return known is not None and (known >= line) is at_least

    return passes


def _version(value: Any) -> tuple[int, ...] | None:
    """ "v17.4.1-beta" as (17, 4, 1, 0): the numbers in front, padded, so that 2.10 is later than 2.9."""
    found = re.match(r"[vV]?(\d{1,9}(?:\.\d{1,9}){0,3})(?![\d])", str(value).strip())
    if found is None or isinstance(value, bool):
        return None
    numbers = [int(part) for part in found[1].split(".")]
    return tuple(numbers + [0] * (4 - len(numbers)))


def _moment_test(operator: str, wanted: Any) -> Test:
    line = _moment(wanted) or datetime.max.replace(tzinfo=UTC)
    before = operator == "before"

    def passes(fact: Any, now: datetime) -> bool:
        known = _moment(fact)
        return known is not None and (known < line if before else known > line)

    return passes


def _recency_test(operator: str, wanted: Any) -> Test:
    distance = timedelta(days=int(_number(wanted) or 0))
    recent = operator == "in_last_days"

    def passes(fact: Any, now: datetime) -> bool:
        known = _moment(fact)
        return known is not None and (now - known <= distance) is recent

    return passes


def _moment(value: Any) -> datetime | None:
    """An aware moment; a day is its beginning in UTC."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip())
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def problem(operator: str, wanted: Any) -> str | None:
    """Why `wanted` cannot stand behind `operator`, as a sentence; None if it can."""
    if operator in WITHOUT_VALUE:
        return None if wanted in (None, "") else _("This comparison takes no value.")
    if operator in WITH_LIST:
        return _problem_of_list(wanted)
    if not isinstance(wanted, str | int | float) or (isinstance(wanted, str) and not wanted.strip()):
        return _("Say what to compare with.")
    if len(str(wanted)) > _LONGEST or "\0" in str(wanted):
        return _("Keep it under %(most)s characters.", most=_LONGEST)
    if operator in NUMERIC:
        return _problem_of_number(wanted)
    if operator in RELATIVE_TO_NOW and not _is_days(wanted):
        return _("Write a number of days from 1 to %(most)s.", most=MOST_DAYS)
    if operator in ("before", "after"):
        return _problem_of_moment(wanted)
    if operator in _VERSIONS:
        return _problem_of_version(wanted)
    if operator in _PATTERNS and patterns.compiled(str(wanted).strip()) is None:
        return _("“%(value)s” is not a pattern that every SDK understands.", value=str(wanted)[:100])
    return None


def _problem_of_number(wanted: Any) -> str | None:
    if _number(wanted) is None:
        return _("Write a number, like 12 or 3.5.")
    if isinstance(wanted, str) and not _PLAIN_NUMBER.fullmatch(wanted.strip()):
        return _("SDKs read “%(value)s” in different ways. Write the number like 3.5.", value=wanted.strip())
    return None


def _problem_of_version(wanted: Any) -> str | None:
    if _version(wanted) is None:
        return _("Write a version, like 17.4 or 2.1.0.")
    if not _PLAIN_VERSION.fullmatch(str(wanted).strip()):
        return _(
            "SDKs read “%(value)s” in different ways. Write up to three numbers without leading zeros, like 2.1.0.",
            value=str(wanted).strip()[:100],
        )
    return None


def _problem_of_moment(wanted: Any) -> str | None:
    if _moment(wanted) is None or str(wanted).strip()[:10].count("-") != 2:
        return _("Write a date like 2026-11-24.")
    if not _PLAIN_MOMENT.fullmatch(str(wanted).strip()):
        return _(
            "SDKs read a time without its zone in different ways. Write a day, or the time like 2026-11-24T09:00Z."
        )
    return None


def _problem_of_list(wanted: Any) -> str | None:
    if (
        not isinstance(wanted, list)
        or not wanted
        or not all(isinstance(item, str | int | float) for item in wanted)
    ):
        return _("Give at least one value.")
    if len(wanted) > _MOST_ITEMS or any(len(str(item)) > _LONGEST for item in wanted):
        return _("At most %(most)s values, each under %(long)s characters.", most=_MOST_ITEMS, long=_LONGEST)
    return None


def _is_days(value: Any) -> bool:
    days = _number(value)
    return days is not None and 1 <= days <= MOST_DAYS
