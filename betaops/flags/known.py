"""The people that one product's SDKs asked about, kept small and kept right.

Of a person only what decides flags is kept: the properties that conditions read, the cohorts as bits of one number.
As soon as a process hears whose facts changed it forgets these people, and whoever is asked about next is met again.
`python -m bench.flags memory` measures it: 100,000 testers in 50 cohorts each, of whom flags read five properties, take
50 MiB (522 bytes each; whole, with cohorts in a set, 475 MiB). No more than `MOST_PEOPLE` are kept of a product.
"""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from betaops.enrollment.queries.telling import Changed
from betaops.flags.conditions import NOTHING
from betaops.flags.queries import Stored, plain_spelling

#: Kept per product. When half of them are new, the half that was asked about longest ago is forgotten.
MOST_PEOPLE = 100_000
#: So many values of one property are kept once for all who have them ("pro", "de").
_MOST_SHARED = 256


@dataclass(frozen=True, slots=True)
class Known:
    """One person. `values` are in the order of the names that flags read; `tester` is a number of theirs.

    `chosen`: of what was settled, when they chose it; the rest was set by hand.
    """

    tester: int | None
    values: tuple[Any, ...]
    cohorts: int
    settled: Mapping[str, bool | str]
    chosen: Mapping[str, datetime]
    may_join: bool


class _Generation:
    """People met since the last one began. `under` are their ids by what they are forgotten by (`_anchor`)."""

    __slots__ = ("people", "under")

    def __init__(self) -> None:
        self.people: dict[str, Known | None] = {}
        self.under: dict[int | str, tuple[str, ...]] = {}

    def forget(self, changed: Changed) -> None:
        distinct_ids = set(changed.distinct_ids)
        for distinct_id in changed.distinct_ids:
            distinct_ids.update(self.under.pop(plain_spelling(distinct_id), ()))
        for tester_id in changed.tester_ids:
            distinct_ids.update(self.under.pop(_number(tester_id), ()))
        for distinct_id in distinct_ids:
            self.people.pop(distinct_id, None)


class KnownPeople:
    """By the ids that SDKs asked with; None for strangers. Reading takes no lock.

    `number` is that of the last change (`enrollment.service.telling`) that was heard of.
    """

    def __init__(self, number: int, *, most: int = MOST_PEOPLE) -> None:
        self.number = number
        self._most = most
        self._young, self._old = _Generation(), _Generation()
        self._lock = threading.Lock()
        self._shared: dict[str, dict[Any, Any]] = {}

    def __len__(self) -> int:
        return len(self._young.people) + len(self._old.people)

    def get(self, distinct_id: str) -> Known | None:
        """`KeyError` for somebody whom we have not met."""
        try:
            return self._young.people[distinct_id]
        except KeyError:
            number = self.number
            known = self._old.people[distinct_id]
        # Asked about again: kept for another generation.
        self.put(distinct_id, known, number)
        return known

    def put(self, distinct_id: str, known: Known | None, number: int) -> None:
        """Keep what was read when `number` was the last change heard of; not if there was another meanwhile."""
        with self._lock:
            if number != self.number:
                return
            if len(self._young.people) >= self._most // 2:
                self._old, self._young = self._young, _Generation()
            self._young.people[distinct_id] = known
            anchor = _anchor(distinct_id, known)
            if anchor != distinct_id:
                ids = self._young.under.get(anchor, ())
                if distinct_id not in ids:
                    self._young.under[anchor] = (*ids, distinct_id)

    def follow(self, changed: Changed) -> None:
        """Forget whom this was about."""
        with self._lock:
            if changed.is_everybody:
                self._young, self._old = _Generation(), _Generation()
            else:
                for generation in (self._young, self._old):
                    generation.forget(changed)
            # Not before: whoever read this number reads nobody who should be forgotten by now.
            self.number = changed.number

    def known(self, stored: Stored, names: Iterable[str], missing: Any, cohorts: int) -> Known:
        """What is kept of what the database says."""
        values = tuple(self._share(name, stored.properties.get(name, missing)) for name in names)
        tester = None if stored.tester_id is None else _number(stored.tester_id)
        settled = {key: each.value for key, each in stored.settled.items()} or NOTHING
        chosen = {key: each.at for key, each in stored.settled.items() if not each.is_override} or NOTHING
        return Known(tester, values, cohorts, settled, chosen, stored.may_join)

    def _share(self, name: str, value: Any) -> Any:
        if type(value) is not str:
            return value
        values = self._shared.setdefault(name, {})
        if len(values) >= _MOST_SHARED:
            return values.get(value, value)
        return values.setdefault(value, value)


def _anchor(distinct_id: str, known: Known | None) -> int | str:
    """Testers are forgotten by their number, strangers by their id, however an address in it was spelled."""
    return plain_spelling(distinct_id) if known is None or known.tester is None else known.tester


def _number(tester_id: UUID) -> int:
    """Sixty bits of an id: small, and should two testers ever share them, both are forgotten together."""
    return tester_id.int & ((1 << 60) - 1)
