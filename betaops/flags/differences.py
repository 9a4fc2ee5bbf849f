"""What changed between two states of a flag, in sentences that people read. Pure.

Both are definitions in PostHog's format. Conditions have no names: they are found again by whom they ask for.
"""

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

import orjson

from betaops.flags.models import Runtime
from betaops.flags.wording import RUNTIMES, Sentence, group_type, sentence
from betaops.kernel.i18n import gettext as _

Definition = Mapping[str, Any]
LONGEST_QUOTE = 80
#: What has a sentence of its own, or none because it says nothing.
_TOLD = frozenset(
    {
        "id",
        "key",
        "name",
        "active",
        "deleted",
        "version",
        "filters",
        "evaluation_runtime",
        "evaluation_contexts",
        "identified_only",
        "bucketing_identifier",
    }
)
_TOLD_FILTERS = frozenset(
    {
        "groups",
        "multivariate",
        "payloads",
        "holdout",
        "early_exit",
        "aggregation_group_type_index",
        "bucketing_identifier",
    }
)
_NEW: Definition = {"active": True, "filters": {}}


class Names(NamedTuple):
    """How people call what definitions speak of: cohorts by number, group types by index as text."""

    cohorts: Mapping[int, str]
    group_types: Mapping[str, str] = {}


class _Pair(NamedTuple):
    """Places of one condition before and after; None where it is not there. Moved: found again elsewhere."""

    before: int | None
    after: int | None
    is_moved: bool = False


def differences(before: Definition | None, after: Definition, names: Names) -> list[str]:
    """Every change as a sentence; of a new flag (`before` None) what it has."""
    former = _NEW if before is None else before
    found = [*_of_flag(former, after), *_of_filters(_filters(former), _filters(after), names)]
    if not found and before is not None and _written(before) != _written(after):
        return [_("Written in another way, means the same")]
    return found


def _filters(definition: Definition) -> Definition:
    return definition.get("filters") or {}


def _written(definition: Definition) -> bytes:
    return _canonical({**definition, "version": 0})


def _canonical(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)


def _of_flag(before: Definition, after: Definition) -> Iterator[str]:
    if before.get("active", True) != after.get("active", True):
        yield _("Switched on") if after.get("active", True) else _("Switched off for everybody")
    description = after.get("name") or ""
    if (before.get("name") or "") != description:
        yield (
            _("Described as “%(text)s”", text=_quoted(description))
            if description
            else _("Description removed")
        )
    runtime = after.get("evaluation_runtime") or Runtime.ALL
    if (before.get("evaluation_runtime") or Runtime.ALL) != runtime:
        yield _("Read: %(where)s", where=str(RUNTIMES[Runtime(runtime)]).lower())
    places = after.get("evaluation_contexts") or []
    if (before.get("evaluation_contexts") or []) != places:
        yield _("Read in: %(places)s", places=", ".join(places)) if places else _("Read in every place")
    if bool(before.get("identified_only")) != bool(after.get("identified_only")):
        yield (
            _("Only for people whose identity your server has signed")
            if after.get("identified_only")
            else _("Also for people whose identity nobody has signed")
        )
    if _is_by_device(before) != _is_by_device(after):
        yield _("Shares are of devices") if _is_by_device(after) else _("Shares are of people")
    if "id" in before and before["id"] != after.get("id"):
        yield _("Its number for SDKs: %(before)s → %(after)s", before=before["id"], after=after.get("id"))
    yield from _others(before, after, _TOLD)


def _is_by_device(definition: Definition) -> bool:
    """Said of the flag, or in what was imported of its filters."""
    said = definition.get("bucketing_identifier") or _filters(definition).get("bucketing_identifier")
    return bool(said == "device_id")


def _others(before: Definition, after: Definition, told: frozenset[str]) -> Iterator[str]:
    """What has no words of its own."""
    for name in sorted({*before, *after} - told):
        if _said(before.get(name)) != _said(after.get(name)):
            yield _("Setting “%(name)s” changed", name=name)


def _said(value: Any) -> Any:
    """Left out and empty are the same; 0 is a number."""
    return None if value is False or value in ("", [], {}) else value


def _of_filters(before: Definition, after: Definition, names: Names) -> Iterator[str]:
    former, present = (group_type(filters, names.group_types) for filters in (before, after))
    if former != present:
        yield _("Decided for each %(group)s", group=present or _("person"))
    words = _Words(names, present)
    yield from _of_conditions(before.get("groups") or [], after.get("groups") or [], words)
    yield from _of_variants(_variants(before), _variants(after))
    yield from _of_payloads(before.get("payloads") or {}, after.get("payloads") or {})
    yield from _of_holdout(before.get("holdout") or {}, after.get("holdout") or {})
    if bool(before.get("early_exit")) != bool(after.get("early_exit")):
        yield (
            _("Who fits a condition but is outside its share gets nothing from later ones")
            if after.get("early_exit")
            else _("Who fits a condition but is outside its share may still get it from a later one")
        )
    yield from _others(before, after, _TOLD_FILTERS)


class _Words(NamedTuple):
    """What a condition is told with; `group_type` is what the whole flag is decided for, empty for each person."""

    names: Names
    group_type: str

    def sentence(self, group: Definition) -> Sentence:
        own = group_type(group, self.names.group_types)
        return sentence(group, self.names.cohorts, own or self.group_type)


def _of_conditions(before: Sequence[Definition], after: Sequence[Definition], words: _Words) -> Iterator[str]:
    for pair in _paired([_asked(group) for group in before], [_asked(group) for group in after]):
        if pair.before is None and pair.after is not None:
            yield _("Added a condition: %(condition)s", condition=_whole(after[pair.after], words))
        elif pair.after is None and pair.before is not None:
            yield _(
                "Removed condition %(number)s: %(condition)s",
                number=pair.before + 1,
                condition=_whole(before[pair.before], words),
            )
        elif pair.after is not None and pair.before is not None:
            if pair.is_moved:
                yield _("Condition %(before)s is now %(after)s", before=pair.before + 1, after=pair.after + 1)
            yield from _of_condition(pair.after + 1, before[pair.before], after[pair.after], words)


def _of_condition(number: int, before: Definition, after: Definition, words: _Words) -> Iterator[str]:
    former, present = words.sentence(before), words.sentence(after)
    if former.who != present.who:
        yield _(
            "Condition %(number)s: %(before)s → %(after)s",
            number=number,
            before=former.who,
            after=present.who,
        )
    elif _asked(before) != _asked(after):
        yield _("Condition %(number)s: details changed", number=number)
    if former.percentage != present.percentage:
        yield _(
            "Condition %(number)s: share %(before)s %% → %(after)s %%",
            number=number,
            before=f"{former.percentage:g}",
            after=f"{present.percentage:g}",
        )
    if former.variant != present.variant:
        yield (
            _("Condition %(number)s: always the variant %(key)s", number=number, key=present.variant)
            if present.variant
            else _("Condition %(number)s: variants by their shares", number=number)
        )


def _asked(group: Definition) -> bytes:
    """Whom a condition asks for: all that is not its share or variant. Left out and empty are the same."""
    kept = {
        name: value
        for name, value in group.items()
        if name not in ("rollout_percentage", "variant") and value not in (None, [])
    }
    return _canonical(kept)


def _whole(group: Definition, words: _Words) -> str:
    said = words.sentence(group)
    whole = _("%(who)s, %(share)s %%", who=said.who, share=f"{said.percentage:g}")
    return _("%(condition)s, always %(key)s", condition=whole, key=said.variant) if said.variant else whole


def _paired(before: list[bytes], after: list[bytes]) -> list[_Pair]:
    """Which condition became which: those in the same order, those that moved, those changed in place."""
    pairs: list[_Pair] = []
    blocks: list[tuple[list[int], list[int]]] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            pairs += [_Pair(i, j) for i, j in zip(range(i1, i2), range(j1, j2), strict=True)]
        else:
            blocks.append((list(range(i1, i2)), list(range(j1, j2))))
    gone = [i for old, _new in blocks for i in old]
    for _old, new in blocks:
        for j in list(new):
            origin = next((i for i in gone if before[i] == after[j]), None)
            if origin is not None:
                pairs.append(_Pair(origin, j, is_moved=origin != j))
                gone.remove(origin)
                new.remove(j)
    for old, new in blocks:
        left = [i for i in old if i in gone]
        pairs += [_Pair(i, j) for i, j in zip(left, new, strict=False)]
        pairs += [_Pair(i, None) for i in left[len(new) :]]
        pairs += [_Pair(None, j) for j in new[len(left) :]]
    return sorted(pairs, key=lambda pair: (pair.after is None, pair.after or 0, pair.before or 0))


def _variants(filters: Definition) -> dict[str, Definition]:
    listed = (filters.get("multivariate") or {}).get("variants") or []
    return {str(variant["key"]): variant for variant in listed}


def _of_variants(before: Mapping[str, Definition], after: Mapping[str, Definition]) -> Iterator[str]:
    for key, variant in after.items():
        share = f"{variant['rollout_percentage']:g}"
        if key not in before:
            yield _("Added the variant %(key)s, %(share)s %%", key=key, share=share)
        elif (former := f"{before[key]['rollout_percentage']:g}") != share:
            yield _("Variant %(key)s: %(before)s %% → %(after)s %%", key=key, before=former, after=share)
        elif (before[key].get("name") or "") != (variant.get("name") or ""):
            yield _("Variant %(key)s: details changed", key=key)
    for key in before:
        if key not in after:
            yield _("Removed the variant %(key)s", key=key)
    both = [key for key in before if key in after]
    if both != [key for key in after if key in before]:
        yield _("The variants are in another order")


def _of_payloads(before: Definition, after: Definition) -> Iterator[str]:
    for key in sorted({*before, *after}):
        if before.get(key) == after.get(key):
            continue
        if key == "true":
            sentences = (_("Payload added"), _("Payload removed"), _("Payload changed"))
        else:
            sentences = (
                _("Payload of %(key)s added", key=key),
                _("Payload of %(key)s removed", key=key),
                _("Payload of %(key)s changed", key=key),
            )
        yield sentences[0 if key not in before else 1 if key not in after else 2]


def _of_holdout(before: Definition, after: Definition) -> Iterator[str]:
    if before == after:
        return
    former, present = before.get("exclusion_percentage"), after.get("exclusion_percentage")
    if former == present:
        yield _("Another holdout")
    elif present is None:
        yield _("Holdout removed")
    else:
        yield _(
            "Holdout: %(before)s %% → %(after)s %% of people",
            before=f"{float(former or 0):g}",
            after=f"{float(present):g}",
        )


def _quoted(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1].rstrip() + "…"
