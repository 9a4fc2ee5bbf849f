"""What a condition asks of one property: each operator compiled to a test of one value.

A test is total: where an SDK would call the answer inconclusive and ask the server, this *is* the
server. An absent property fails every operator but the negative ones (`is_not`, `not_…`, `is_not_set`).
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from betaops.flags import values
from betaops.kernel import patterns
from betaops.kernel.i18n import gettext as _

Test = Callable[[Any, datetime], bool]


class _Missing:
    """The value of a property that is not there; None is a value."""


MISSING: Final = _Missing()

TEXT = (
    "icontains",
    "not_icontains",
    "starts_with",
    "not_starts_with",
    "ends_with",
    "not_ends_with",
)
NUMERIC = ("gt", "gte", "lt", "lte")
DATES = ("is_date_before", "is_date_after")
VERSIONS = (
    "semver_eq",
    "semver_neq",
    "semver_gt",
    "semver_gte",
    "semver_lt",
    "semver_lte",
)
VERSION_RANGES = ("semver_tilde", "semver_caret", "semver_wildcard")
#: Every operator on which the server and the SDKs agree.
ALL = (
    "exact",
    "is_not",
    "is_set",
    "is_not_set",
    *TEXT,
    "regex",
    "not_regex",
    *NUMERIC,
    *DATES,
    *VERSIONS,
    *VERSION_RANGES,
)
_LONGEST_TEXT = 10_000
_LONGEST_LIST = 10_000


def compiled(operator: str, wanted: Any, matching_version: int = 1) -> Test:
    """The test of `operator` against `wanted`. What cannot be understood is a test that nobody passes."""
    if operator == "is_set":
        return lambda value, now: value is not MISSING
    if operator == "is_not_set":
        return lambda value, now: value is MISSING
    if operator in ("exact", "is_not"):
        return _equality(wanted, matching_version, negated=operator == "is_not")
    if operator in TEXT:
        return _containment(operator, wanted)
    if operator in ("regex", "not_regex"):
        return _pattern(str(wanted), negated=operator == "not_regex")
    if operator in NUMERIC:
        return _number(operator, wanted)
    if operator in DATES:
        return _date(operator, str(wanted))
    if operator in VERSIONS:
        return _version(operator, wanted)
    if operator in VERSION_RANGES:
        return _version_range(operator, wanted)
    return _never


def _never(value: Any, now: datetime) -> bool:
    return False


def asks_truth(wanted: Any, matching_version: int) -> bool:
    """Whether `exact` and `is_not` compare with `wanted` by truth; else with its `texts`."""
    return wanted == [] or (matching_version != 2 and values.is_truth_like(wanted))


def texts(wanted: Any) -> frozenset[str]:
    """What a text, in lower case, is compared with."""
    return frozenset(values.text(item).lower() for item in (wanted if isinstance(wanted, list) else [wanted]))


def _equality(wanted: Any, matching_version: int, *, negated: bool) -> Test:
    if asks_truth(wanted, matching_version):
        truth = values.is_true(wanted)

        def equal(value: Any) -> bool:
            return values.is_true(value) == truth
    else:
        candidates = texts(wanted)

        def equal(value: Any) -> bool:
            return (value if type(value) is str else values.text(value)).lower() in candidates

    if negated:
        return lambda value, now: value is MISSING or not equal(value)
    return lambda value, now: value is not MISSING and equal(value)


_CONTAINING: dict[str, Callable[[str, str], bool]] = {
    "icontains": lambda text, part: part in text,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
}


def _containment(operator: str, wanted: Any) -> Test:
    part = values.lower_ascii(wanted)
    holds = _CONTAINING[operator.removeprefix("not_")]
    if operator.startswith("not_"):
        return lambda value, now: value is MISSING or not holds(values.lower_ascii(value), part)
    return lambda value, now: value is not MISSING and holds(values.lower_ascii(value), part)


def _pattern(wanted: str, *, negated: bool) -> Test:
    if wanted == "":
        return (lambda value, now: value is MISSING) if negated else (lambda value, now: value is not MISSING)
    pattern = patterns.compiled(wanted)
    if pattern is None:
        # PostHog: an invalid pattern matches neither positively nor negatively.
        return _never
    if negated:
        return lambda value, now: value is MISSING or not patterns.found(pattern, values.text(value))
    return lambda value, now: value is not MISSING and patterns.found(pattern, values.text(value))


def _number(operator: str, wanted: Any) -> Test:
    limit = values.number(wanted)
    if limit is None:
        return _never
    holds = comparison(operator)

    def passes(value: Any, now: datetime) -> bool:
        known = values.number(value)
        return known is not None and holds(known, limit, limit)

    return passes


#: Of a value, and of what it is compared with: `low`, or all from `low` to below `high`.
Comparison = Callable[[Any, Any, Any], bool]
_ORDER: dict[str, Comparison] = {
    "gt": lambda value, low, high: value > low,
    "gte": lambda value, low, high: value >= low,
    "lt": lambda value, low, high: value < low,
    "lte": lambda value, low, high: value <= low,
    "eq": lambda value, low, high: value == low,
    "neq": lambda value, low, high: value != low,
    "is_date_before": lambda value, low, high: value < low,
    "is_date_after": lambda value, low, high: value > low,
}


def comparison(operator: str) -> Comparison:
    """How numbers, moments and versions are compared by `operator`."""
    if operator in VERSION_RANGES:
        return lambda value, low, high: low <= value < high
    return _ORDER[operator.removeprefix("semver_")]


def _date(operator: str, wanted: str) -> Test:
    relative = values.is_relative(wanted)
    fixed = None if relative else values.moment(wanted)
    if not relative and fixed is None:
        return _never
    holds = comparison(operator)

    def passes(value: Any, now: datetime) -> bool:
        known = values.moment(value)
        line = values.before(now, wanted) if relative else fixed
        return known is not None and line is not None and holds(known, line, line)

    return passes


def _version(operator: str, wanted: Any) -> Test:
    line = values.version(wanted)
    if line is None:
        return _never
    return _within(operator, line, line)


def _version_range(operator: str, wanted: Any) -> Test:
    bounds = values.version_range(operator, wanted)
    return _never if bounds is None else _within(operator, *bounds)


def _within(operator: str, low: values.Version, high: values.Version) -> Test:
    holds = comparison(operator)

    def passes(value: Any, now: datetime) -> bool:
        known = None if value is MISSING or value is None else values.version(value)
        return known is not None and holds(known, low, high)

    return passes


def problem(operator: str, wanted: Any) -> str | None:
    """Why a condition with this operator and value must not be saved, as a sentence; None if it may."""
    if operator not in ALL:
        return _(
            "The operator “%(operator)s” is not one that every SDK knows.",
            operator=operator,
        )
    if operator in ("is_set", "is_not_set"):
        return None
    if isinstance(wanted, list) and len(wanted) > _LONGEST_LIST:
        return _("The list of values is longer than %(most)s.", most=_LONGEST_LIST)
    if len(values.text(wanted)) > _LONGEST_TEXT and not isinstance(wanted, list):
        return _("The value is longer than %(most)s letters.", most=_LONGEST_TEXT)
    if operator in NUMERIC and values.number(wanted) is None:
        return _("“%(value)s” is not a number.", value=values.text(wanted))
    if operator in ("regex", "not_regex") and patterns.compiled(str(wanted)) is None:
        return _(
            "“%(value)s” is not a pattern that every SDK understands.",
            value=values.text(wanted),
        )
    if operator in DATES and not values.is_relative(str(wanted)) and values.moment(wanted) is None:
        return _(
            "“%(value)s” is neither a date nor a distance like -7d.",
            value=values.text(wanted),
        )
    if operator in VERSIONS and values.version(wanted) is None:
        return _("“%(value)s” is not a version like 2.1.0.", value=values.text(wanted))
    if operator in VERSION_RANGES and values.version_range(operator, wanted) is None:
        return _("“%(value)s” is not a version like 2.1.0.", value=values.text(wanted))
    return None
