"""NASA Task Load Index: six ratings, and where their pairs are asked, weights from those. Pure."""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.surveys.analysis.scales import mean_score
from betaops.surveys.definition import Element
from betaops.surveys.instruments.base import (
    Cell,
    Instrument,
    Item,
    Misfit,
    Pattern,
    Reading,
    ascending,
    items,
)

RATINGS, PAIRS = 6, 15


def raw(ratings: Sequence[float]) -> float:
    """The plain mean of the six ratings, each from 0 to 100 (Hart 2006)."""
    return sum(ratings) / RATINGS


def weighted(ratings: Sequence[float], wins: Sequence[int]) -> float:
    """Each rating times how often it was the more important of a pair, over 15 (Hart and Staveland 1988)."""
    return sum(rating * won for rating, won in zip(ratings, wins, strict=True)) / PAIRS


def _fit(element: Element, language: str) -> tuple[Item, ...]:
    found = items(element, language)
    if len(found) not in (RATINGS, RATINGS + PAIRS):
        raise Misfit(_("NASA-TLX needs six ratings, and after them either nothing or their fifteen pairs."))
    if not all(_is_rating(item) for item in found[:RATINGS]):
        raise Misfit(_("Each of the six ratings must go from 0 to 100, or have 21 steps."))
    keys = {_key(item) for item in found[:RATINGS]}
    pairs = {frozenset(code for code, _label in item.codes) for item in found[RATINGS:]}
    if pairs and pairs != {frozenset(pair) for pair in combinations(keys, 2)}:
        raise Misfit(
            _("Each of the fifteen pairs must offer two of the six ratings, by their values or names, and none twice.")
        )  # fmt: skip
    return found


def _is_rating(item: Item) -> bool:
    if item.is_number:
        return (item.low, item.high) == (0, 100)
    return ascending(item) and (
        len(item.codes) == 21 or (float(item.codes[0][0]), float(item.codes[-1][0])) == (0, 100)
    )


def _key(item: Item) -> str:
    return item.row or item.question


def _rating(item: Item, cell: Cell) -> float | None:
    if item.is_number:
        return cell if isinstance(cell, float | int) else None
    at = item.position(cell)
    if at is None:
        return None
    return 5.0 * at if len(item.codes) == 21 else float(item.codes[at][0])


def _read(asked: Sequence[Item], patterns: Sequence[Pattern]) -> Reading:
    rated, pairs = asked[:RATINGS], asked[RATINGS:]
    totals: Counter[float] = Counter()
    balanced: Counter[float] = Counter()
    parts: list[Counter[float]] = [Counter() for _item in rated]
    left_out = 0
    for cells, count in patterns:
        ratings = [_rating(item, cell) for item, cell in zip(rated, cells[:RATINGS], strict=True)]
        if None in ratings:
            left_out += count
            continue
        known = [rating for rating in ratings if rating is not None]
        totals[raw(known)] += count
        for part, rating in zip(parts, known, strict=True):
            part[rating] += count
        won = Counter(str(cell) for item, cell in zip(pairs, cells[RATINGS:], strict=True)
                      if item.position(cell) is not None)  # fmt: skip
        if pairs and won.total() == PAIRS:
            balanced[weighted(known, [won[_key(item)] for item in rated])] += count
    if not totals:
        return Reading(0, left_out=left_out)
    scores = [mean_score(_("Raw TLX"), totals, (0, 100))]
    if balanced:
        label = _("Weighted TLX, n = %(n)s", n=balanced.total())
        scores.insert(0, mean_score(label, balanced, (0, 100)))
    return Reading(
        totals.total(),
        tuple(scores),
        left_out,
        notes=(_("0 is no load, 100 the highest."),),
        parts=tuple(mean_score(item.label, part, (0, 100)) for item, part in zip(rated, parts, strict=True)),
    )


NASA_TLX = Instrument(
    "nasa_tlx",
    _l("Task load (NASA-TLX)"),
    _l("How much a task demands of people. Six ratings."),
    _l("Hart and Staveland 1988, Hart 2006; range: Student"),
    _fit,
    _read,
)
