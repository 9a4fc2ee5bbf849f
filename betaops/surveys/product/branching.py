"""Conditions as PostHog's branching: where to go after each question, by the answer to that question alone. Pure.

A condition of ours may ask about any earlier answer; the SDK knows only the last one. So every way through the survey
is walked: where all ways that lead to a question go on from it alike, for each answer (each range of a scale), it can
be said in PostHog's terms, and means exactly the same there.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.surveys.checking import Finding
from betaops.surveys.engine import conditions
from betaops.surveys.expressions import SyntaxProblem, holds, parse
from betaops.surveys.expressions.grammar import Call, parts
from betaops.surveys.kinds.rating import scale
from betaops.surveys.localised import DEFAULT
from betaops.surveys.product.elements import Item

#: Conditions that are looked at on all ways together.
MOST_LOOKS = 20_000
#: As posthog-js groups the numbers of a scale, by its size.
BUCKETS: Mapping[int, tuple[tuple[str, tuple[int, ...]], ...]] = {
    3: (("negative", (1,)), ("neutral", (2,)), ("positive", (3,))),
    5: (("negative", (1, 2)), ("neutral", (3,)), ("positive", (4, 5))),
    7: (("negative", (1, 2, 3)), ("neutral", (4,)), ("positive", (5, 6, 7))),
    10: (("detractors", tuple(range(7))), ("passives", (7, 8)), ("promoters", (9, 10))),
}
#: No conditions ask what day it is.
_NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)
#: The answer of somebody who gave none.
NONE = -1

#: After which answer (its place among the answers, or NONE) which question follows; the number of questions: the end.
Nexts = Mapping[int, int]


class _Inexpressible(Exception):
    def __init__(self, item: Item, code: str, message: str) -> None:
        super().__init__(code)
        self.finding = Finding(code, message, item.question.name, item.question.place)


def branched(items: Sequence[Item]) -> tuple[list[dict[str, Any]], list[Finding]]:
    """The questions for the SDK, with where to go next; or why the conditions cannot be said there."""
    try:
        sources = [_sources(items, index) for index in range(len(items))]
        nexts = _Ways(items, sources).nexts()
        wires = [
            {**item.wire, "id": item.id, **_branching(items, index, nexts[index])}
            for index, item in enumerate(items)
        ]
    except _Inexpressible as refusal:
        return [], [refusal.finding]
    return wires, []


def _sources(items: Sequence[Item], index: int) -> frozenset[int]:
    """Which earlier questions decide whether this one is shown."""
    item = items[index]
    earlier = {each.question.key.lower(): number for number, each in enumerate(items[:index])}
    found: set[int] = set()
    for condition in item.conditions:
        names = _names(item, condition)
        if not names or not names <= earlier.keys():
            raise _beyond(item)
        found |= {earlier[name] for name in names}
    for number in found:
        if items[number].kind not in ("single_choice", "rating"):
            raise _Inexpressible(
                item,
                "source",
                _(
                    "“%(title)s” is shown by the answer to “%(other)s”. There, only a choice of one or a scale decides.",
                    title=item.title,
                    other=items[number].title,
                ),
            )
    return frozenset(found)


def _names(item: Item, condition: str) -> set[str]:
    try:
        tree = parse(condition)
    except SyntaxProblem:
        raise _beyond(item) from None
    if any(isinstance(part, Call) for part in parts(tree)):
        raise _beyond(item)
    return {name.lower().removeprefix("#") for name in conditions.names(tree)}


def _beyond(item: Item) -> _Inexpressible:
    message = _("“%(title)s” is shown by more than the answers before it.", title=item.title)
    return _Inexpressible(item, "condition", message)


class _Ways:
    """Every way through the survey. A state is a question and the answers so far that later conditions ask about."""

    def __init__(self, items: Sequence[Item], sources: Sequence[frozenset[int]]) -> None:
        self._items = items
        self._sources = frozenset[int]().union(*sources)
        #: Which answers still decide something from each question on.
        self._needed = [frozenset[int]().union(*sources[index:]) for index in range(len(items) + 1)]
        self._looks = 0

    def nexts(self) -> list[Nexts]:
        """For each question; raises `_Inexpressible` where two ways through one question part."""
        found: list[dict[int, int]] = [{} for _item in self._items]
        seen: set[tuple[int, frozenset[tuple[int, int]]]] = set()
        # The SDK begins with the first one, whatever its conditions; `_sources` refuses any that it has.
        waiting = [(0, frozenset[tuple[int, int]]())] if self._items else []
        while waiting:
            state = waiting.pop()
            if state in seen:
                continue
            seen.add(state)
            for answer, following, known in self._steps(*state):
                if found[state[0]].setdefault(answer, following) != following:
                    raise self._parting(state[0], following, found[state[0]][answer])
                if following < len(self._items):
                    waiting.append((following, known))
        return list(found)

    def _steps(
        self, index: int, known: frozenset[tuple[int, int]]
    ) -> Iterator[tuple[int, int, frozenset[tuple[int, int]]]]:
        """(answer, what follows, what is known there)"""
        is_source = index in self._sources
        for answer in _answers(self._items[index]) if is_source else (NONE,):
            told = known | {(index, answer)} if is_source else known
            following = self._after(index, dict(told))
            needed = self._needed[min(following + 1, len(self._items))]
            yield answer, following, frozenset(pair for pair in told if pair[0] in needed)

    def _after(self, index: int, told: Mapping[int, int]) -> int:
        values = {
            self._items[source].question.key: value_of(self._items[source], answer)
            for source, answer in told.items()
            if answer != NONE
        }
        later = range(index + 1, len(self._items))
        return next((number for number in later if self._is_shown(number, values)), len(self._items))

    def _is_shown(self, number: int, values: Mapping[str, Any]) -> bool:
        self._looks += 1
        if self._looks > MOST_LOOKS:
            message = _("There are too many ways through this survey to show it there.")
            raise _Inexpressible(self._items[number], "ways", message)
        return all(holds(condition, values, now=_NO_TIME) for condition in self._items[number].conditions)

    def _parting(self, index: int, one: int, other: int) -> _Inexpressible:
        item = self._items[min(one, other)]
        return _Inexpressible(
            item,
            "parting",
            _(
                "“%(title)s” is shown by an answer that lies further back than “%(last)s”, which comes just before it.",
                title=item.title,
                last=self._items[index].title,
            ),
        )


def _answers(item: Item) -> Iterable[int]:
    return (*([NONE] if item.is_optional else []), *range(len(_values(item))))


def _values(item: Item) -> list[Any]:
    if item.kind == "rating":
        return [step.value for step in scale(item.question)]
    return list(item.values[DEFAULT].values())


def value_of(item: Item, answer: int) -> Any:
    """The answer at this place, as conditions see it."""
    return _values(item)[answer]


def _branching(items: Sequence[Item], index: int, nexts: Nexts) -> dict[str, Any]:
    """PostHog's `branching` for one question; nothing where simply the next one follows."""
    end, usual = len(items), index + 1
    targets = set(nexts.values())
    if not targets or targets == {usual}:
        return {}
    if len(targets) == 1:
        (target,) = targets
        return {
            "branching": {"type": "end"} if target == end else {"type": "specific_question", "index": target}
        }
    item = items[index]
    grouped = _by_bucket(item, nexts) if item.kind == "rating" else _by_choice(item, nexts, usual)
    if nexts.get(NONE, usual) != usual and not (item.has_other and item.kind == "single_choice"):
        raise _unanswered(item)
    if NONE in nexts and usual == end and item.kind == "single_choice":
        raise _unanswered(item)
    responses = {key: "end" if target == end else target for key, target in grouped.items()}
    return {"branching": {"type": "response_based", "responseValues": responses}}


def _by_bucket(item: Item, nexts: Nexts) -> dict[str, int]:
    found: dict[str, int] = {}
    values = _values(item)
    for name, numbers in BUCKETS[item.wire["scale"]]:
        targets = {nexts[values.index(number)] for number in numbers}
        if len(targets) > 1:
            raise _Inexpressible(
                item,
                "buckets",
                _(
                    "What follows “%(title)s” differs within %(low)s to %(high)s, which the product takes as one.",
                    title=item.title,
                    low=numbers[0],
                    high=numbers[-1],
                ),
            )
        found[name] = targets.pop()
    return found


def _by_choice(item: Item, nexts: Nexts, usual: int) -> dict[str, int]:
    found: dict[str, int] = defaultdict(lambda: usual)
    found |= {str(answer): target for answer, target in nexts.items() if answer != NONE}
    last = str(len(_values(item)) - 1)
    # Without an answer the SDK takes the way of "other", where there is one.
    if item.has_other and NONE in nexts and nexts[NONE] != found[last]:
        raise _unanswered(item)
    return dict(found)


def _unanswered(item: Item) -> _Inexpressible:
    return _Inexpressible(
        item,
        "unanswered",
        _("What follows “%(title)s” is not sure where it is left out. Make it a must.", title=item.title),
    )
