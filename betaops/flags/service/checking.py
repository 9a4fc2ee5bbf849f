"""What may be changed of a flag, and whether it may be kept as it is wanted."""

from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import select

from betaops.flags import queries
from betaops.flags.models import Dialect, Flag, Runtime
from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.kernel.payloads import Unreadable, check_depth, is_storable, without_nul
from betaops.kernel.work import Work

LONGEST_DESCRIPTION = 2_000
MOST_CONTEXTS, LONGEST_CONTEXT = 20, 80
_DEEPEST = 16
_LARGEST = 256 << 10


class Values(TypedDict, total=False):
    """What of a flag is to be different; what is left out stays. `by_device`: shares are of devices."""

    description: str
    filters: dict[str, Any]
    runtime: Runtime
    contexts: list[str]
    by_device: bool
    identified_only: bool
    #: Further settings of a definition in PostHog's format.
    other: dict[str, Any]


def checked(work: Work, flag: Flag, values: Values) -> dict[str, Any]:
    """`values` as columns of `flag`; `Invalid` where they cannot be kept."""
    wanted: dict[str, Any] = {}
    if "description" in values:
        wanted["description"] = _description(values["description"])
    if "filters" in values:
        wanted["filters"] = sound(work, flag.product_id, flag.key, values["filters"])
        _name_group_type(work, flag.product_id, wanted["filters"])
    if "runtime" in values:
        wanted["runtime"] = values["runtime"]
    if "contexts" in values:
        wanted["contexts"] = _contexts(values["contexts"])
    if "identified_only" in values:
        wanted["identified_only"] = values["identified_only"]
    if "other" in values:
        wanted["other"] = values["other"]
    if values.get("by_device", flag.is_by_device) != flag.is_by_device:
        filters, other = wanted.get("filters", flag.filters), wanted.get("other", flag.other)
        wanted |= _bucketed(filters, other, by_device=values["by_device"])
    return wanted


def sound(work: Work, product_id: UUID, key: str, filters: dict[str, Any]) -> dict[str, Any]:
    """`filters` as they may be kept for the flag `key`; `Invalid` with every problem."""
    cleaned = _bounded(filters)
    problems = queries.problems(work.session, product_id, key, cleaned)
    if problems:
        raise Invalid(
            "bad_flag",
            problems[0].sentence,
            field=problems[0].place,
            problems=[{"place": problem.place, "detail": problem.sentence} for problem in problems],
        )
    return cleaned


def _bounded(filters: dict[str, Any]) -> dict[str, Any]:
    try:
        check_depth(filters, _DEEPEST)
    except Unreadable as error:
        raise Invalid("bad_flag", _("The conditions are nested too deep."), field="filters") from error
    if not is_storable(filters, _LARGEST):
        raise Invalid("bad_flag", _("The conditions are too long."), field="filters")
    cleaned: dict[str, Any] = without_nul(filters)
    return cleaned


def _name_group_type(work: Work, product_id: UUID, filters: dict[str, Any]) -> None:
    """A product whose first flag is decided by company has companies from then on."""
    index = filters.get("aggregation_group_type_index")
    if index is None:
        return
    dialect = work.session.scalar(select(Dialect).where(Dialect.product_id == product_id))
    if dialect is None:
        work.add(Dialect(product_id=product_id, group_types=queries.USUAL_GROUP_TYPES))
    elif not dialect.group_types:
        dialect.group_types = queries.USUAL_GROUP_TYPES


def _contexts(names: list[str]) -> list[str]:
    cleaned = list(dict.fromkeys(name.replace("\0", "").strip() for name in names))
    if len(cleaned) > MOST_CONTEXTS or not all(0 < len(name) <= LONGEST_CONTEXT for name in cleaned):
        raise Invalid(
            "bad_contexts",
            _(
                "Name at most %(most)s places, each of at most %(longest)s characters.",
                most=MOST_CONTEXTS,
                longest=LONGEST_CONTEXT,
            ),
            field="contexts",
        )
    return cleaned


def _bucketed(filters: dict[str, Any], other: dict[str, Any], *, by_device: bool) -> dict[str, Any]:
    """The columns in which a definition says whose shares they are: in `other`, or imported in `filters`."""
    name = "bucketing_identifier"
    without = {key: value for key, value in other.items() if key != name}
    return {
        "filters": {key: value for key, value in filters.items() if key != name},
        "other": {**without, name: "device_id"} if by_device else without,
    }


def _description(text: str) -> str:
    cleaned = text.replace("\0", "").strip()
    if len(cleaned) > LONGEST_DESCRIPTION:
        raise Invalid(
            "too_long", _("Keep it under %(most)s characters.", most=LONGEST_DESCRIPTION), field="description"
        )
    return cleaned
