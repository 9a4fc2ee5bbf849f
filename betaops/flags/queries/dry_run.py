"""Whom a change of a flag would change: evaluated before and after, for the people in the product's programs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from betaops.flags import definitions
from betaops.flags.conditions import Definitions
from betaops.flags.evaluation import FlagSet, Outcome
from betaops.flags.queries import audiences
from betaops.flags.queries.audiences import Seated, seated, value_word
from betaops.flags.queries.definitions import Loaded, load

#: Of each flag so many people are named; all are counted.
MOST_NAMED = 200


class Moved(NamedTuple):
    """Somebody whose value changes, in words ("on", "off" or the variant); `outcome` is the one after, if any."""

    tester_id: UUID
    name: str
    mail: str
    before: str
    after: str
    outcome: Outcome | None


@dataclass
class Effect:
    """What happens to one flag: `varied` are on before and after, with another variant."""

    key: str
    turned_on: int = 0
    turned_off: int = 0
    varied: int = 0
    people: list[Moved] = field(default_factory=list)

    @property
    def changed(self) -> int:
        return self.turned_on + self.turned_off + self.varied


class DryRun(NamedTuple):
    """Of `looked_at` people; `others` are flags that depend on this one and change for somebody."""

    looked_at: int
    is_partial: bool
    effect: Effect
    others: list[Effect]


def dry_run(
    session: Session,
    product_id: UUID,
    key: str,
    definition: Mapping[str, Any] | None,
    now: datetime,
    *,
    loaded: Loaded | None = None,
    people: Sequence[Seated] | None = None,
) -> DryRun:
    """Were the flag `key`, there or new, to have this `definition`; None: were it gone."""
    present = (loaded or load(session, product_id)).compiled_from()
    future = _with(present, key, definition)
    keys = _affected(key, [*present.flags, *future.flags])
    before, after = FlagSet(present), FlagSet(future)
    effects = {name: Effect(name) for name in keys}
    looked_at = 0
    for tester, person in seated(session, product_id, before) if people is None else people:
        looked_at += 1
        former, later = before.evaluate(person, now, keys), after.evaluate(person, now, keys)
        for name in keys:
            _count(effects[name], tester, former.get(name), later.get(name))
    others = [effect for name, effect in effects.items() if name != key and effect.changed]
    return DryRun(looked_at, looked_at == audiences.MOST_PEOPLE, effects[key], others)


def _with(present: Definitions, key: str, definition: Mapping[str, Any] | None) -> Definitions:
    flags = [dict(definition) if flag["key"] == key and definition else flag for flag in present.flags]
    if definition is None:
        flags = [flag for flag in flags if flag["key"] != key]
    elif not any(flag["key"] == key for flag in flags):
        flags.append(dict(definition))
    return present._replace(flags=flags)


def _affected(key: str, flags: Iterable[dict[str, Any]]) -> list[str]:
    """`key` and every flag that depends on it, however far."""
    needs: dict[str, set[str]] = {}
    names: dict[str, set[str]] = {key: {key}}
    for flag in flags:
        needs.setdefault(flag["key"], set()).update(definitions.dependencies(flag))
        names.setdefault(flag["key"], set()).update((flag["key"], str(flag["id"])))
    found, asked = [key], set(names[key])
    while more := [name for name in needs if name not in found and needs[name] & asked]:
        found += more
        asked |= {each for name in more for each in names[name]}
    return found


def _count(effect: Effect, tester: Any, before: Outcome | None, after: Outcome | None) -> None:
    former, later = (value_word(each) if each else "off" for each in (before, after))
    if former == later:
        return
    if former == "off":
        effect.turned_on += 1
    elif later == "off":
        effect.turned_off += 1
    else:
        effect.varied += 1
    if len(effect.people) < MOST_NAMED:
        effect.people.append(Moved(tester.id, tester.name, tester.mail, former, later, after))
