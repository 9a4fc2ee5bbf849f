"""From the value of one property to the conditions that it passes, all at once. Pure.

A condition is a bit. What conditions ask of one property is sorted by kind: texts to compare with (whole, or their
beginnings and ends) stand in dicts, numbers, versions and dates on scales (found by bisection), and the rest is
asked one by one as `operators` has it, each question once however many conditions ask it.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from betaops.flags import operators, values
from betaops.flags.operators import MISSING

#: Values remembered per property, and the longest of them: what people have in common is worked out once.
_MOST_KNOWN, _LONGEST_KNOWN = 1024, 100
_ANY_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)


class Question(NamedTuple):
    """What the conditions in `bit` ask of a property, or (`is_negated`) want to be untrue."""

    bit: int
    operator: str
    wanted: Any
    is_negated: bool = False


class Part:
    """Some questions of one kind: which bits remain for a value that is there."""

    def mask(self, value: Any, now: datetime) -> int:
        raise NotImplementedError


class Reader:
    """One property. `absent` is the mask of those who do not have it."""

    def __init__(self, questions: Sequence[Question], matching_version: int, everything: int) -> None:
        self.absent = everything
        for question in questions:
            test = operators.compiled(question.operator, question.wanted, matching_version)
            if test(MISSING, _ANY_MOMENT) is question.is_negated:
                self.absent &= ~question.bit
        self._parts = _parts(questions, matching_version, everything)
        self._everything = everything
        self._is_timeless = not any(map(_is_relative, questions))
        #: Masks by value; only of strings and whole numbers, of which equal ones are the same everywhere.
        self.known: dict[str | int, int] = {}

    def mask(self, value: Any, now: datetime) -> int:
        """For a value that `known` does not have."""
        mask = self._everything
        for part in self._parts:
            mask &= part.mask(value, now)
        kind = type(value)
        if self._is_timeless and (kind is int or (kind is str and len(value) <= _LONGEST_KNOWN)):
            if len(self.known) >= _MOST_KNOWN:
                self.known.clear()
            self.known[value] = mask
        return mask


def _is_relative(question: Question) -> bool:
    """Whether the answer changes as time goes by."""
    return question.operator in operators.DATES and values.is_relative(str(question.wanted))


def _parts(questions: Iterable[Question], matching_version: int, everything: int) -> list[Part]:
    by_kind: dict[tuple[str, int], list[Question]] = defaultdict(list)
    for question in questions:
        by_kind[_kind(question, matching_version)].append(question)
    parts: list[Part] = []
    for (kind, length), some in by_kind.items():
        if kind in _CUTS:
            parts.append(_Texts(_CUTS[kind](length), some, everything))
        elif kind in _SCALES:
            parts.append(_Scale(_SCALES[kind], some, everything))
        else:
            parts.append(_Tests(some, matching_version, everything))
    return parts


def _kind(question: Question, matching_version: int) -> tuple[str, int]:
    """Which questions are answered together: by kind, and for beginnings and ends by their length."""
    operator, wanted = question.operator, question.wanted
    kind = ""
    if operator in ("exact", "is_not") and not operators.asks_truth(wanted, matching_version):
        kind = "whole"
    elif (plain := operator.removeprefix("not_")) in ("starts_with", "ends_with"):
        return plain, len(values.lower_ascii(wanted))
    elif operator in operators.NUMERIC and values.number(wanted) is not None:
        kind = "number"
    elif (operator in operators.VERSIONS and values.version(wanted) is not None) or (
        operator in operators.VERSION_RANGES and values.version_range(operator, wanted) is not None
    ):
        kind = "version"
    elif operator in operators.DATES and values.moment(str(wanted)) is not None:
        kind = "date"
    return kind, 0


Cut = Callable[[Any], str]


def _whole(_length: int) -> Cut:
    return lambda value: (value if type(value) is str else values.text(value)).lower()


def _beginning(length: int) -> Cut:
    return lambda value: values.lower_ascii(value)[:length]


def _end(length: int) -> Cut:
    def cut(value: Any) -> str:
        text = values.lower_ascii(value)
        return text[max(len(text) - length, 0) :]

    return cut


_CUTS: Mapping[str, Callable[[int], Cut]] = {"whole": _whole, "starts_with": _beginning, "ends_with": _end}


class _Texts(Part):
    """What is compared with texts: one dict from text to mask, whose other texts have the mask `_others`."""

    def __init__(self, cut: Cut, questions: Iterable[Question], everything: int) -> None:
        self._cut = cut
        # All that one bit asks is one list: of texts that pass, or of texts that do not.
        lists: dict[int, tuple[bool, frozenset[str]]] = {}
        for question in questions:
            lists[question.bit] = _both(lists.get(question.bit, (False, frozenset())), _listed(question))
        bits: dict[tuple[bool, frozenset[str]], int] = defaultdict(int)
        for bit, listed in lists.items():
            bits[listed] |= bit
        self._others = everything
        for (passes, _texts), mask in bits.items():
            if passes:
                self._others &= ~mask
        self._masks: dict[str, int] = {}
        for (passes, texts), mask in bits.items():
            for text in texts:
                former = self._masks.get(text, self._others)
                self._masks[text] = former | mask if passes else former & ~mask

    def mask(self, value: Any, now: datetime) -> int:
        return self._masks.get(self._cut(value), self._others)


def _listed(question: Question) -> tuple[bool, frozenset[str]]:
    """Whether the texts of a question pass, and which these are."""
    _bit, operator, wanted, is_negated = question
    if operator in ("exact", "is_not"):
        return (operator == "exact") is not is_negated, operators.texts(wanted)
    return operator.startswith("not_") is is_negated, frozenset({values.lower_ascii(wanted)})


def _both(
    one: tuple[bool, frozenset[str]], other: tuple[bool, frozenset[str]]
) -> tuple[bool, frozenset[str]]:
    """What passes two lists, as one."""
    if one[0] and other[0]:
        return True, one[1] & other[1]
    if one[0]:
        return True, one[1] - other[1]
    if other[0]:
        return True, other[1] - one[1]
    return False, one[1] | other[1]


class _Tests(Part):
    """Whatever is neither compared with texts nor on a scale: patterns, parts of texts, truth, distances in time.

    Each is asked once: (the test, what remains if it passes, what remains if not).
    """

    def __init__(self, questions: Iterable[Question], matching_version: int, everything: int) -> None:
        found: dict[tuple[str, str], tuple[operators.Test, int, int]] = {}
        for bit, operator, wanted, is_negated in questions:
            key = (operator, repr(wanted))
            test, yes, no = found.get(key) or (
                operators.compiled(operator, wanted, matching_version),
                everything,
                everything,
            )
            found[key] = (test, yes & ~bit, no) if is_negated else (test, yes, no & ~bit)
        self._found = tuple(found.values())

    def mask(self, value: Any, now: datetime) -> int:
        mask = -1
        for test, yes, no in self._found:
            mask &= yes if test(value, now) else no
        return mask


class _Scale(Part):
    """Comparisons with what can be put in order: a mask for every limit, and for every gap between two."""

    def __init__(self, read: Callable[[Any], Any], questions: Sequence[Question], everything: int) -> None:
        self._read = read
        bits: dict[tuple[str, tuple[Any, ...], bool], int] = defaultdict(int)
        for question in questions:
            bits[question.operator, _limits(question, read), question.is_negated] |= question.bit
        self._cuts = sorted({limit for _operator, limits, _is_negated in bits for limit in limits})
        places = {limit: 2 * index + 1 for index, limit in enumerate(self._cuts)}
        self._masks = [everything] * (2 * len(self._cuts) + 1)
        self._unreadable = everything
        for (operator, limits, is_negated), mask in bits.items():
            holds = operators.comparison(operator)
            low, high = places[limits[0]], places[limits[-1]]
            if not is_negated:
                self._unreadable &= ~mask
            for place in range(len(self._masks)):
                if holds(place, low, high) is is_negated:
                    self._masks[place] &= ~mask

    def mask(self, value: Any, now: datetime) -> int:
        known = self._read(value)
        if known is None:
            return self._unreadable
        index = bisect_left(self._cuts, known)
        is_limit = index < len(self._cuts) and self._cuts[index] == known
        return self._masks[2 * index + is_limit]


def _limits(question: Question, read: Callable[[Any], Any]) -> tuple[Any, ...]:
    """One to compare with, or where a range begins and ends."""
    if question.operator in operators.VERSION_RANGES:
        return values.version_range(question.operator, question.wanted) or ()
    return (read(str(question.wanted) if question.operator in operators.DATES else question.wanted),)


def _version(value: Any) -> values.Version | None:
    return None if value is None else values.version(value)


_SCALES: Mapping[str, Callable[[Any], Any]] = {
    "number": values.number,
    "version": _version,
    "date": values.moment,
}
