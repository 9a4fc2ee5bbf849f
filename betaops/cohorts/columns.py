"""Facts of many people in columns, and rules asked about all of them at once. Pure.

A *coded* column keeps one byte a person, or two where a block's codes need them: which of the column's values is
theirs, 0 where the fact is absent. A condition is asked once of each value, by `rules` itself, and everybody's answer
is looked up by their code. A column of *moments* keeps microseconds since 1970; conditions on it that order moments
are asked where they change, which is found by halving. So a rule means the same here as when it is asked about one
person. What no column knows stays undecided, and those people are asked one by one.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from betaops.cohorts import rules
from betaops.cohorts.layout import ColumnKind, is_for_columns
from betaops.cohorts.rules import Rule

#: A column with more different values than this is of no use.
MOST_VALUES = 20_000
Mask = NDArray[np.bool_]
#: 16 bytes a person. Compared as bytes; a trailing zero byte is lost only where one is taken out as `bytes`.
Ids = NDArray[np.bytes_]

_ID = np.dtype("S16")
_ONE_BYTE, _TWO_BYTES, _TICKS = np.dtype("u1"), np.dtype("<u2"), np.dtype("<i8")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_MOMENT = -(2**63)
_EARLIEST, _LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
#: What is said of values that came after a column was read.
_NEW = b"\x02"
#: Whether they hold changes once, from the earliest moment to the latest.
_ORDERING = frozenset({"before", "after", "in_last_days", "not_in_last_days"})
#: They hold of every moment or of none.
_SAME_FOR_ALL = frozenset({"is_set", "is_not_set", "more_than", "at_least", "less_than", "at_most"})


class TooManyValues(Exception):
    """The column becomes loose."""


class Column(NamedTuple):
    """`values` in the order of their codes, from 1 on."""

    kind: ColumnKind
    values: Sequence[Any] = ()


# Writing


class Coder:
    """Gives values their codes, new ones the next; `values` grows."""

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = list(values)
        self._codes = {_key(value): code for code, value in enumerate(values, 1) if value is not None}

    def cells(self, facts: Sequence[Any]) -> bytes:
        """`TooManyValues` where they are."""
        codes = np.fromiter(map(self._code, facts), _TWO_BYTES, len(facts))
        is_narrow = codes.max(initial=0) < 256
        return codes.astype(_ONE_BYTE).tobytes() if is_narrow else codes.tobytes()

    def _code(self, value: Any) -> int:
        if value is None:
            return 0
        key = _key(value)
        code = self._codes.get(key)
        if code is None:
            if len(self.values) >= MOST_VALUES:
                raise TooManyValues
            self.values.append(value)
            code = self._codes[key] = len(self.values)
        return code


def _key(value: Any) -> bytes:
    """Tells 1, 1.0, true and "1" apart."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def cells_of_moments(facts: Sequence[Any]) -> bytes:
    ticks = (_ticks(fact) if isinstance(fact, datetime) else _NO_MOMENT for fact in facts)
    return np.fromiter(ticks, _TICKS, len(facts)).tobytes()


def used_codes(several: Iterable[tuple[bytes, int]]) -> set[int]:
    """The codes that somebody has; each block's cells come with the number of its people."""
    counts = np.zeros(MOST_VALUES + 1, np.int64)
    for cells, people in several:
        counts += np.bincount(_codes(cells, people), minlength=len(counts))
    return {int(code) for code in np.flatnonzero(counts)}


def _codes(cells: bytes, people: int) -> NDArray[Any]:
    return np.frombuffer(cells, _ONE_BYTE if len(cells) == people else _TWO_BYTES)


def without(cells: bytes, place: int, people: int) -> bytes:
    """Cells or ids of so many people, those of one person taken out."""
    width = len(cells) // people
    return cells[: place * width] + cells[(place + 1) * width :]


def _ticks(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


# Asking


class Answer(NamedTuple):
    """Who passes for certain, and who for certain does not; of the others it is not known."""

    yes: Mask
    no: Mask


_Cells = Mapping[str, bytes]
_Judge = Callable[[_Cells, int], Answer]


@dataclass(frozen=True)
class Plan:
    """A rule made ready to be asked of columns; `facts` are those whose cells it wants."""

    facts: Sequence[str]
    _judge: _Judge

    def ask(self, cells: _Cells, people: int) -> Answer:
        """Of so many people, with the cells of each of `facts`. The answer is for reading."""
        return self._judge(cells, people)


def plan(rule: Rule, columns: Mapping[str, Column], now: datetime) -> Plan | None:
    """How to ask a valid `rule`; None where no condition of it can be."""
    facts: set[str] = set()
    judge = _planned(rule, columns, now, facts)
    return Plan(sorted(facts), judge) if facts else None


def _planned(rule: Rule, columns: Mapping[str, Column], now: datetime, facts: set[str]) -> _Judge:
    if "not" in rule:
        inner = _planned(rule["not"], columns, now, facts)
        return lambda cells, people: Answer(*reversed(inner(cells, people)))
    for kind, join in (("all", _all), ("any", _any)):
        if kind in rule:
            return join([_planned(part, columns, now, facts) for part in rule[kind]])
    column = columns.get(rule["fact"]) if is_for_columns(rule) else None
    judge = None if column is None else _LEAVES[column.kind](rule, column, now)
    if column is None or judge is None:
        return _undecided
    facts.add(rule["fact"])
    return judge


def _all(parts: list[_Judge]) -> _Judge:
    first, *others = parts

    def judge(cells: _Cells, people: int) -> Answer:
        yes, no = first(cells, people)
        for part in others:
            its_yes, its_no = part(cells, people)
            yes, no = yes & its_yes, no | its_no
        return Answer(yes, no)

    return judge


def _any(parts: list[_Judge]) -> _Judge:
    first, *others = parts

    def judge(cells: _Cells, people: int) -> Answer:
        yes, no = first(cells, people)
        for part in others:
            its_yes, its_no = part(cells, people)
            yes, no = yes | its_yes, no & its_no
        return Answer(yes, no)

    return judge


def _undecided(cells: _Cells, people: int) -> Answer:
    nobody = np.zeros(people, np.bool_)
    return Answer(nobody, nobody)


def _coded(leaf: Rule, column: Column, now: datetime) -> _Judge:
    fact, check = leaf["fact"], _check(leaf, now)
    passing = bytes(map(check, (None, *column.values)))
    by_byte = passing[:256].ljust(256, _NEW)
    by_code = np.frombuffer(passing, np.bool_)

    def judge(cells: _Cells, people: int) -> Answer:
        found = cells[fact]
        if len(found) != people:
            return _of_codes(_codes(found, people), by_code)
        answers = found.translate(by_byte)
        if _NEW in answers:
            return Answer(*(np.frombuffer(answers, _ONE_BYTE) == each for each in (1, 0)))
        yes = np.frombuffer(answers, np.bool_)
        return Answer(yes, ~yes)

    return judge


def _of_codes(codes: NDArray[Any], passing: Mask) -> Answer:
    yes = passing.take(codes, mode="clip")
    known = codes < len(passing)
    return Answer(yes & known, ~yes & known)


def _of_moments(leaf: Rule, column: Column, now: datetime) -> _Judge | None:
    fact, operator, check = leaf["fact"], leaf["operator"], _check(leaf, now)
    if operator not in _ORDERING | _SAME_FOR_ALL:
        return None
    is_rising, absent = check(_LATEST), check(None)
    moments = range(_ticks(_EARLIEST), _ticks(_LATEST) + 1)
    turn = moments[0] + bisect_left(moments, True, key=lambda ticks: check(_moment(ticks)) is is_rising)

    def judge(cells: _Cells, people: int) -> Answer:
        ticks = np.frombuffer(cells[fact], _TICKS)
        yes = np.where(ticks == _NO_MOMENT, absent, (ticks >= turn) == is_rising)
        return Answer(yes, ~yes)

    return judge


def _check(leaf: Rule, now: datetime) -> Callable[[Any], bool]:
    """The leaf as a function of the one fact that it reads."""
    source, _dot, name = leaf["fact"].partition(".")
    holds = rules.compiled(leaf)
    return lambda value: holds({source: {name: value}}, now)


def _moment(ticks: int) -> datetime:
    return _EPOCH + timedelta(microseconds=ticks)


_LEAVES: dict[ColumnKind, Callable[[Rule, Column, datetime], _Judge | None]] = {
    ColumnKind.CODED: _coded,
    ColumnKind.MOMENT: _of_moments,
    ColumnKind.LOOSE: lambda _leaf, _column, _now: None,
}


# Ids


def ids(several: bytes) -> Ids:
    """16 bytes each, as an array."""
    return np.frombuffer(several, _ID)


def ordered(people: Ids) -> Ids:
    """Each once."""
    first = _halves(people)[0]
    if (first[1:] > first[:-1]).all() or (people[1:] > people[:-1]).all():
        return people
    found = np.sort(people, kind="stable")
    once: Ids = found[np.concatenate([[True], found[1:] != found[:-1]])]
    return once


def places(people: Ids, some: Ids) -> NDArray[np.intp]:
    """Where those of `some` who are among `people` stand there; both in order."""
    if not len(people):
        return np.empty(0, np.intp)
    near = some[some.searchsorted(people[0]) : some.searchsorted(people[-1], side="right")]
    found: NDArray[np.intp] = people.searchsorted(near)
    there: NDArray[np.intp] = found[people[found] == near]
    return there


def apart(left: Ids, right: Ids) -> bytes:
    """Those that are in one of them and not in the other, in order."""
    left, right = ordered(left), ordered(right)
    if not len(left) or not len(right):
        return left.tobytes() + right.tobytes()
    found = _looked_for(left, right)
    alone = np.concatenate([left[found < 0], _left_over(right, found[found >= 0])])
    return np.sort(alone).tobytes()


def _left_over(people: Ids, taken: NDArray[np.intp]) -> Ids:
    stays = np.ones(len(people), np.bool_)
    stays[taken] = False
    return people[stays]


def _looked_for(some: Ids, people: Ids) -> NDArray[np.intp]:
    """Where each of `some` stands among `people`, -1 where it does not; both in order.

    By the first half of ids: numbers are compared many times as fast as bytes, and it nearly always tells two apart.
    """
    (first, second), (its_first, its_second) = _halves(people), _halves(some)
    if (first[1:] == first[:-1]).any():
        found = people.searchsorted(some).clip(max=len(people) - 1)
        return np.where(people[found] == some, found, -1)
    found = first.searchsorted(its_first).clip(max=len(people) - 1)
    return np.where((first[found] == its_first) & (second[found] == its_second), found, -1)


def _halves(people: Ids) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Each as two numbers, in the machine's own order of bytes."""
    both = people.view(">u8").reshape(-1, 2)
    return both[:, 0].astype(np.uint64), both[:, 1].astype(np.uint64)
