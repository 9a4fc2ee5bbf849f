"""Flags in words, for pages."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from betaops.flags import evaluation
from betaops.flags.builder import shown
from betaops.flags.evaluation import Outcome
from betaops.flags.models import Action, Change, Flag, Runtime
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.kernel.i18n import ngettext

OPERATORS: dict[str, Any] = {
    "exact": _l("is"),
    "is_not": _l("is not"),
    "icontains": _l("contains"),
    "not_icontains": _l("does not contain"),
    "starts_with": _l("starts with"),
    "not_starts_with": _l("does not start with"),
    "ends_with": _l("ends with"),
    "not_ends_with": _l("does not end with"),
    "regex": _l("matches the pattern"),
    "not_regex": _l("does not match the pattern"),
    "gt": _l("is more than"),
    "gte": _l("is at least"),
    "lt": _l("is less than"),
    "lte": _l("is at most"),
    "is_date_before": _l("is before"),
    "is_date_after": _l("is after"),
    "semver_eq": _l("is version"),
    "semver_neq": _l("is not version"),
    "semver_gt": _l("is later than version"),
    "semver_gte": _l("is version or later"),
    "semver_lt": _l("is older than version"),
    "semver_lte": _l("is version or older"),
    "semver_tilde": _l("is a patch of version"),
    "semver_caret": _l("is compatible with version"),
    "semver_wildcard": _l("is within version"),
    "is_set": _l("is known"),
    "is_not_set": _l("is not known"),
}

#: Operators as the form groups them.
GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (
        _l("Text"),
        (
            "exact",
            "is_not",
            "icontains",
            "not_icontains",
            "starts_with",
            "not_starts_with",
            "ends_with",
            "not_ends_with",
            "regex",
            "not_regex",
        ),
    ),
    (_l("Numbers"), ("gte", "gt", "lte", "lt")),
    (_l("Dates"), ("is_date_after", "is_date_before")),
    (
        _l("Versions"),
        (
            "semver_gte",
            "semver_gt",
            "semver_lte",
            "semver_lt",
            "semver_eq",
            "semver_neq",
            "semver_caret",
            "semver_tilde",
            "semver_wildcard",
        ),
    ),
    (_l("Known or not"), ("is_set", "is_not_set")),
)

RUNTIMES: dict[Runtime, Any] = {
    Runtime.ALL: _l("Everywhere"),
    Runtime.CLIENT: _l("In browsers and apps only"),
    Runtime.SERVER: _l("On servers only, hidden from browsers"),
}


#: What the list of flags can be narrowed to.
STATES: tuple[tuple[str, Any], ...] = (
    ("on", _l("On")),
    ("off", _l("Off for everybody")),
    ("waiting", _l("Waiting for approval")),
    ("archived", _l("Archived")),
)

CHANGES: dict[Change, Any] = {
    Change.CREATED: _l("made the flag"),
    Change.EDITED: _l("changed it"),
    Change.KILLED: _l("switched it off for everybody"),
    Change.REVIVED: _l("switched it on again"),
    Change.RESTORED: _l("restored an earlier version"),
    Change.ARCHIVED: _l("archived it"),
    Change.BROUGHT_BACK: _l("brought it back from the archive"),
    Change.IMPORTED: _l("imported it"),
    Change.STEPPED: _l("changed its share"),
    Change.SCHEDULED: _l("changed its share"),
    Change.FOUND: _l("had changed it before histories were kept"),
}

ACTIONS: dict[Action, Any] = {
    Action.CREATE: _l("New flag"),
    Action.EDIT: _l("Change"),
    Action.RESTORE: _l("Restore an earlier version"),
    Action.REVIVE: _l("Switch on again"),
    Action.ARCHIVE: _l("Archive"),
    Action.DELETE: _l("Delete"),
    Action.ROLL_OUT: _l("Roll out"),
    Action.SKIP: _l("Go on to the next step"),
    Action.SCHEDULE: _l("Schedule a change"),
    Action.PROMOTE: _l("Promote the early access"),
}


class Sentence(NamedTuple):
    """One condition: for whom, how many of them, and which variant it forces."""

    who: str
    percentage: float
    variant: str


def sentence(group: Mapping[str, Any], cohorts: Mapping[int, str], group_type: str = "") -> Sentence:
    """`People in “iOS pilot” whose plan is “pro”`; `cohorts` are names by number, `group_type` whom it is decided for."""
    inside: list[str] = []
    outside: list[str] = []
    asked: list[str] = []
    for prop in group.get("properties") or []:
        match prop.get("type", "person"):
            case "cohort":
                name = _cohort(prop.get("value"), cohorts)
                (outside if prop.get("operator") == "not_in" else inside).append(name)
            case "flag":
                asked.append(
                    _("flag %(key)s is %(value)s", key=prop.get("key"), value=_value(prop.get("value")))
                )
            case _:
                asked.append(_property(prop))
    if group_type:
        anybody = _("Each %(group)s", group=group_type)
        members = _("Each %(group)s in %(cohorts)s", group=group_type, cohorts=_both(inside))
    else:
        anybody, members = _("Everybody"), _("People in %(cohorts)s", cohorts=_both(inside))
    words = [members if inside else anybody]
    if outside:
        words.append(_("not in %(cohorts)s", cohorts=_both(outside)))
    if asked:
        words.append(_("whose %(facts)s", facts=_both(asked)))
    percentage = group.get("rollout_percentage")
    return Sentence(", ".join(words), 100 if percentage is None else percentage, group.get("variant") or "")


def group_type(filters: Mapping[str, Any], group_types: Mapping[str, str]) -> str:
    """Whom a flag is decided for, by its name; empty for each person."""
    index = filters.get("aggregation_group_type_index")
    return "" if index is None else group_types.get(str(index), _("group"))


def finer(flag: Flag) -> list[str]:
    """What holds beside the conditions, a sentence each; nothing for most flags."""
    holdout = (flag.filters.get("holdout") or {}).get("exclusion_percentage")
    said = []
    if flag.is_by_device:
        said.append(_("Shares are of devices: who signs in keeps what they saw before."))
    if holdout:
        said.append(_("%(share)s %% of people never get it, to compare with.", share=f"{holdout:g}"))
    if flag.filters.get("early_exit"):
        said.append(_("Who fits a condition but is outside its share is not asked about the next."))
    if flag.identified_only:
        said.append(_("Only for people whose identity your server has signed."))
    if flag.runtime is not Runtime.ALL:
        said.append(_("Read: %(where)s.", where=str(RUNTIMES[flag.runtime]).lower()))
    if flag.contexts:
        said.append(_("Only in %(places)s.", places=", ".join(flag.contexts)))
    return said


def in_short(
    filters: Mapping[str, Any], cohorts: Mapping[int, str], group_types: Mapping[str, str] | None = None
) -> str:
    """All conditions in one line."""
    whom = group_type(filters, group_types or {})
    found = [sentence(group, cohorts, whom) for group in filters.get("groups") or []]
    if not found:
        return _("Nobody: the flag has no conditions")
    return "; ".join(
        each.who
        if each.percentage >= 100
        else _("%(who)s, %(share)s %%", who=each.who, share=f"{each.percentage:g}")
        for each in found
    )


def effect(turned_on: int, turned_off: int, varied: int) -> str:
    """How many people a change changes."""
    said = []
    if turned_on:
        said.append(ngettext("It turns on for %(num)s person.", "It turns on for %(num)s people.", turned_on))
    if turned_off:
        said.append(
            ngettext("It turns off for %(num)s person.", "It turns off for %(num)s people.", turned_off)
        )
    if varied:
        said.append(
            ngettext("%(num)s person gets another variant.", "%(num)s people get another variant.", varied)
        )
    return " ".join(said) or _("Everybody gets what they get now.")


class Settled(Protocol):
    """How a value came to be that was settled beforehand (`queries.Settled`)."""

    @property
    def who(self) -> str: ...

    @property
    def why(self) -> str: ...

    @property
    def is_override(self) -> bool: ...


def reason(outcome: Outcome | None, settled: Settled | None = None) -> str:
    """Why somebody gets what they get; `settled` where it is known."""
    if outcome is None:
        return _("The product gets the answer for an unknown flag")
    number = (outcome.condition or 0) + 1
    match outcome.code:
        case evaluation.MATCH:
            return _("Condition %(number)s fits", number=number)
        case evaluation.OUT_OF_ROLLOUT:
            return _("Condition %(number)s fits, but they are outside its share", number=number)
        case evaluation.NO_MATCH:
            return _("No condition fits")
        case evaluation.DISABLED:
            return _("The flag is switched off")
        case evaluation.ENROLLED:
            return _settled_reason(outcome, settled)
        case evaluation.HELD_OUT:
            return _("Held out of all changes, to compare with")
        case evaluation.NO_GROUP:
            return _("Decided by company, and none is known")
    return _("It depends on a flag that does not exist")


def _settled_reason(outcome: Outcome, settled: Settled | None) -> str:
    if settled is None or not settled.who:
        return _("They chose it themselves") if outcome.value else _("They declined it themselves")
    if settled.is_override:
        return _("Set by hand by %(who)s: %(why)s", who=settled.who, why=settled.why)
    if outcome.value:
        return _("Enrolled by hand by %(who)s", who=settled.who)
    return _("Withdrawn by hand by %(who)s", who=settled.who)


def _cohort(number: Any, cohorts: Mapping[int, str]) -> str:
    known = cohorts.get(int(number)) if str(number).isdecimal() else None
    return f"“{known}”" if known else _("a cohort that is gone")


def _property(prop: Mapping[str, Any]) -> str:
    operator = prop.get("operator") or "exact"
    words = str(OPERATORS.get(operator, operator))
    if operator in ("is_set", "is_not_set"):
        return f"{prop.get('key')} {words}"
    value = shown(prop.get("value"))
    if operator == "semver_gte":
        return _("%(key)s is version “%(value)s” or later", key=prop.get("key"), value=value)
    if operator == "semver_lte":
        return _("%(key)s is version “%(value)s” or older", key=prop.get("key"), value=value)
    return f"{prop.get('key')} {words} “{value}”"


def _value(value: Any) -> str:
    return (
        {True: _("on"), False: _("off")}.get(value, f"“{value}”") if isinstance(value, bool) else f"“{value}”"
    )


def _both(words: list[str]) -> str:
    return _(" and ").join(words)
