"""Flag definitions in PostHog's format: written for SDKs and files, and checked before they are taken. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from betaops.flags import operators
from betaops.kernel.i18n import gettext as _

Definition = dict[str, Any]
MOST_CONDITIONS = 100
MOST_VARIANTS = 20
MOST_PROPERTIES = 50
LONGEST_PAYLOAD = 20_000
#: A larger cohort is left out of definitions, and SDKs ask the server about flags that need it.
MOST_MEMBERS = 10_000
#: Keys of flags that say for whom a survey is (see `internal`). PostHog's SDKs know them by this; no other flag has it.
SURVEY_PREFIX = "survey-targeting-"
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,199}")
#: No distinct id is empty: with it a list of members is never empty (which would mean something else),
#: and never only "true" and "false" (which would be compared as truth values).
NOBODY = ""
#: The property under which conditions see the key of the group itself.
GROUP_KEY = "$group_key"


class Problem(NamedTuple):
    """What is wrong with a definition and where (`groups.0.properties.1`), as a sentence."""

    place: str
    sentence: str


def cohort_of_members(distinct_ids: Iterable[str]) -> Definition:
    """A stored cohort in the one form that every SDK can evaluate by itself."""
    return {
        "type": "AND",
        "values": [
            {"key": "distinct_id", "type": "person", "operator": "exact", "value": [NOBODY, *distinct_ids]}
        ],
    }


def with_companies(flags: Sequence[Definition], companies: Mapping[int, Iterable[str]]) -> list[Definition]:
    """`flags` with the companies of cohorts written into the conditions that are decided by group.

    A cohort holds distinct ids where SDKs read it; the key of a group is `$group_key` to all of them.
    """
    return [_with_companies(flag, companies) for flag in flags]


def _with_companies(flag: Definition, companies: Mapping[int, Iterable[str]]) -> Definition:
    filters = flag.get("filters") or {}
    if not companies or not cohorts(filters) & companies.keys():
        return flag
    by_flag = filters.get("aggregation_group_type_index")
    changed = []
    for group in filters.get("groups") or []:
        index = group.get("aggregation_group_type_index", by_flag)
        properties = [_company_property(prop, index, companies) for prop in group.get("properties") or []]
        changed.append(group if index is None else {**group, "properties": properties})
    return {**flag, "filters": {**filters, "groups": changed}}


def _company_property(prop: Definition, index: Any, companies: Mapping[int, Iterable[str]]) -> Definition:
    number = _cohort_number(prop) if prop.get("type") == "cohort" else None
    if number is None or number not in companies:
        return prop
    return {
        "key": GROUP_KEY,
        "type": "group",
        "group_type_index": index,
        "operator": "is_not" if prop.get("operator") == "not_in" else "exact",
        "value": [NOBODY, *companies[number]],
    }


def with_dependency_chains(flags: Sequence[Definition]) -> list[Definition]:
    """`flags`, each dependency carrying its chain as the SDKs want it: what comes first first, the target last.

    A target that is missing, or rests on itself, gets an empty chain: no SDK may guess.
    """
    by_name = {str(flag["id"]): flag for flag in flags} | {flag["key"]: flag for flag in flags}
    return [_chained(flag, by_name) for flag in flags]


def _chained(flag: Definition, by_name: Mapping[str, Definition]) -> Definition:
    groups = (flag.get("filters") or {}).get("groups") or []
    if not any(prop.get("type") == "flag" for group in groups for prop in group.get("properties") or []):
        return flag
    changed = [
        {
            **group,
            "properties": [
                _chained_property(prop, flag["key"], by_name) for prop in group.get("properties") or []
            ],
        }
        for group in groups
    ]
    return {**flag, "filters": {**flag["filters"], "groups": changed}}


def _chained_property(prop: Definition, key: str, by_name: Mapping[str, Definition]) -> Definition:
    if prop.get("type") != "flag":
        return prop
    target = by_name.get(str(prop.get("key")))
    if target is None:
        return {**prop, "dependency_chain": []}
    return {**prop, "key": target["key"], "dependency_chain": _chain(target["key"], by_name, (key,)) or []}


def _chain(key: str, by_name: Mapping[str, Definition], above: tuple[str, ...]) -> list[str] | None:
    """Every flag below `key` and it itself, in order; None for a cycle or a gap."""
    if key in above or key not in by_name:
        return None
    chain: list[str] = []
    for name in sorted(dependencies(by_name[key])):
        target = by_name.get(name)
        below = _chain(target["key"], by_name, (*above, key)) if target else None
        if below is None:
            return None
        chain += [each for each in below if each not in chain]
    return [*chain, key]


def dependencies(flag: Definition) -> set[str]:
    """Keys or numbers of the flags that `flag`'s conditions ask for."""
    groups = (flag.get("filters") or {}).get("groups") or []
    return {
        str(prop.get("key"))
        for group in groups
        for prop in group.get("properties") or []
        if prop.get("type") == "flag" and prop.get("operator") == "flag_evaluates_to"
    }


def cohorts(filters: Mapping[str, Any]) -> set[int]:
    """Numbers of the cohorts that the conditions in `filters` ask for."""
    return {
        number
        for group in filters.get("groups") or []
        for prop in group.get("properties") or []
        if prop.get("type") == "cohort" and (number := _cohort_number(prop)) is not None
    }


def _cohort_number(prop: Mapping[str, Any]) -> int | None:
    """None for what is no number that a cohort can have."""
    text = str(prop.get("value"))
    return int(text) if text.isdecimal() and len(text) < 19 else None


def check(
    key: str,
    filters: Any,
    *,
    known_cohorts: Iterable[int],
    known_flags: Iterable[str],
    group_types: Iterable[str] = (),
    without_companies: Iterable[int] = (),
) -> list[Problem]:
    """Everything that is wrong with a flag; nothing means that server and SDKs will agree on it.

    `group_types` are the indexes, as text, of the group types that the product names; `without_companies` the cohorts of
    people alone, which no condition about companies can ask.
    """
    problems = list(_problems_of_key(key))
    if malformed := list(problems_of_form(filters)):
        return problems + malformed
    groups = filters.get("groups") or []
    variants = [variant.get("key") for variant in (filters.get("multivariate") or {}).get("variants") or []]
    names = (set(known_cohorts), set(known_flags))
    for index, group in enumerate(groups):
        problems += _problems_of_condition(f"groups.{index}", group, variants, *names)
    problems += _problems_of_group_type(filters, set(group_types))
    problems += _problems_of_cohorts_of_people(filters, set(without_companies))
    problems += _problems_of_holdout(filters.get("holdout"))
    problems += _problems_of_variants(filters)
    problems += _problems_of_payloads(filters.get("payloads") or {}, variants)
    return problems


def _problems_of_key(key: Any) -> Iterable[Problem]:
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        yield Problem("key", _("A key is letters, digits, dashes, dots and underscores, like new-editor."))
    elif key.startswith(SURVEY_PREFIX):
        yield Problem("key", _("Keys that begin with %(prefix)s belong to surveys.", prefix=SURVEY_PREFIX))


def problems_of_form(filters: Any) -> Iterable[Problem]:
    """What keeps the rest from being looked at."""
    if not isinstance(filters, dict):
        yield Problem("filters", _("The conditions must be an object."))
        return
    groups, multivariate = filters.get("groups") or [], filters.get("multivariate") or {}
    if not isinstance(groups, list) or not all(isinstance(group, dict) for group in groups):
        yield Problem("groups", _("The conditions must be a list."))
    elif len(groups) > MOST_CONDITIONS:
        yield Problem("groups", _("A flag has at most %(most)s conditions.", most=MOST_CONDITIONS))
    variants = (multivariate.get("variants") or []) if isinstance(multivariate, dict) else None
    if not isinstance(variants, list) or not all(isinstance(variant, dict) for variant in variants):
        yield Problem("variants", _("The variants must be a list."))


def _problems_of_condition(
    place: str, group: Definition, variants: Sequence[str], cohort_numbers: set[int], flag_keys: set[str]
) -> Iterable[Problem]:
    percentage = group.get("rollout_percentage")
    if percentage is not None and not _is_percentage(percentage):
        yield Problem(f"{place}.rollout_percentage", _("Write a percentage from 0 to 100."))
    if group.get("variant") and group["variant"] not in variants:
        yield Problem(
            f"{place}.variant", _("There is no variant “%(name)s”.", name=str(group["variant"])[:60])
        )
    properties = group.get("properties") or []
    if not isinstance(properties, list) or len(properties) > MOST_PROPERTIES:
        yield Problem(place, _("A condition asks at most %(most)s things.", most=MOST_PROPERTIES))
        return
    for index, prop in enumerate(properties):
        sentence = _problem_of_property(prop, cohort_numbers, flag_keys)
        if sentence is not None:
            yield Problem(f"{place}.properties.{index}", sentence)


def _problem_of_property(prop: Any, cohort_numbers: set[int], flag_keys: set[str]) -> str | None:
    if not isinstance(prop, dict):
        return _("A property must be an object.")
    match prop.get("type", "person"):
        case "cohort":
            if not prop.get("value"):
                return _("Choose a cohort.")
            if _cohort_number(prop) not in cohort_numbers:
                return _("There is no such cohort.")
            return (
                None
                if prop.get("operator") in (None, "exact", "in", "not_in")
                else _("Choose “in” or “not in”.")
            )
        case "flag":
            if str(prop.get("key")) not in flag_keys:
                return _("There is no flag “%(key)s”.", key=str(prop.get("key"))[:60])
            known = prop.get("operator") == "flag_evaluates_to" and isinstance(prop.get("value"), bool | str)
            return None if known else _("A flag can only be asked for its value.")
    if not isinstance(prop.get("key"), str) or not prop["key"] or len(prop["key"]) > 200:
        return _("Name the property.")
    return operators.problem(prop.get("operator") or "exact", prop.get("value"))


def _problems_of_group_type(filters: Definition, group_types: set[str]) -> Iterable[Problem]:
    index = filters.get("aggregation_group_type_index")
    if index is not None and str(index) not in group_types:
        yield Problem("aggregation_group_type_index", _("The product knows no such kind of group."))


def _problems_of_cohorts_of_people(filters: Definition, without_companies: set[int]) -> Iterable[Problem]:
    by_flag = filters.get("aggregation_group_type_index")
    for index, group in enumerate(filters.get("groups") or []):
        if group.get("aggregation_group_type_index", by_flag) is None:
            continue
        for number, prop in enumerate(_properties(group)):
            if prop.get("type") == "cohort" and _cohort_number(prop) in without_companies:
                yield Problem(
                    f"groups.{index}.properties.{number}",
                    _(
                        "This condition is about companies, and the cohort holds people alone. Add companies to it."
                    ),
                )


def _properties(group: Definition) -> list[Definition]:
    """Those of a condition that can be read at all."""
    properties = group.get("properties") or []
    return [prop for prop in properties if isinstance(prop, dict)] if isinstance(properties, list) else []


def _problems_of_holdout(holdout: Any) -> Iterable[Problem]:
    if not holdout:
        return
    if not isinstance(holdout, dict) or not _is_percentage(holdout.get("exclusion_percentage")):
        yield Problem("holdout", _("Write a percentage from 0 to 100."))
    elif not isinstance(holdout.get("id"), int | str) or isinstance(holdout["id"], bool):
        yield Problem("holdout", _("A holdout needs a number of its own as “id”."))


def _problems_of_variants(filters: Definition) -> Iterable[Problem]:
    variants = (filters.get("multivariate") or {}).get("variants") or []
    if not variants:
        return
    if len(variants) > MOST_VARIANTS:
        yield Problem("variants", _("A flag has at most %(most)s variants.", most=MOST_VARIANTS))
        return
    keys = [variant.get("key") for variant in variants]
    for index, variant in enumerate(variants):
        if not isinstance(variant.get("key"), str) or not _KEY.fullmatch(variant["key"]):
            yield Problem(f"variants.{index}.key", _("Name the variant, in letters, digits and dashes."))
            return
        if not _is_percentage(variant.get("rollout_percentage")):
            yield Problem(f"variants.{index}.rollout_percentage", _("Write a percentage from 0 to 100."))
            return
    if len(set(keys)) != len(keys):
        yield Problem("variants", _("Each variant needs a name of its own."))
    total = sum(variant["rollout_percentage"] for variant in variants)
    if abs(total - 100) > 0.01:
        yield Problem(
            "variants", _("The variants must add up to 100 %%, not %(total)s %%.", total=f"{total:g}")
        )


def _problems_of_payloads(payloads: Any, variants: Sequence[str]) -> Iterable[Problem]:
    if not isinstance(payloads, dict):
        yield Problem("payloads", _("Payloads must be an object."))
        return
    for name, payload in payloads.items():
        if name != "true" and name not in variants:
            yield Problem(f"payloads.{name}", _("There is no variant “%(name)s”.", name=str(name)[:60]))
        if len(str(payload)) > LONGEST_PAYLOAD:
            yield Problem(f"payloads.{name}", _("Keep it under %(most)s characters.", most=LONGEST_PAYLOAD))


def _is_percentage(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 100
