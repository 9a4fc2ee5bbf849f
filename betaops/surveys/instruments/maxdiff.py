"""MaxDiff (best-worst scaling) by counting: how often an item is best, less how often it is worst. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.surveys.analysis.scales import Bar, mean_score
from betaops.surveys.definition import Element
from betaops.surveys.instruments.base import Cell, Instrument, Item, Misfit, Pattern, Reading, items


def _fit(element: Element, language: str) -> tuple[Item, ...]:
    found = items(element, language)
    sets = [found[at : at + 2] for at in range(0, len(found), 2)]
    if not sets or not all(_is_set(each) for each in sets):
        raise Misfit(
            _("MaxDiff needs sets: tables with two rows, best and then worst, and three or more items as columns.")
        )  # fmt: skip
    return found


def _is_set(pair: Sequence[Item]) -> bool:
    if len(pair) != 2:
        return False
    best, worst = pair
    same = best.question == worst.question and best.codes == worst.codes
    return same and bool(best.row) and len(best.codes) >= 3


def _sets(asked: Sequence[Item], cells: Sequence[Cell]) -> Iterator[tuple[Item, Cell, Cell]]:
    """The sets in which this person named both, and not the same."""
    for at in range(0, len(asked), 2):
        best, worst = cells[at], cells[at + 1]
        known = {code for code, _label in asked[at].codes}
        if best in known and worst in known and best != worst:
            yield asked[at], best, worst


def scores_of(asked: Sequence[Item], cells: Sequence[Cell]) -> dict[str, float]:
    """One person's (best − worst) / times shown for each item they saw, −1 to 1."""
    shown: Counter[str] = Counter()
    net: Counter[str] = Counter()
    for item, best, worst in _sets(asked, cells):
        shown.update(code for code, _label in item.codes)
        net[str(best)] += 1
        net[str(worst)] -= 1
    return {code: net[code] / times for code, times in shown.items()}


def _read(asked: Sequence[Item], patterns: Sequence[Pattern]) -> Reading:
    labels = {code: label for item in asked for code, label in item.codes}
    counts: dict[str, Counter[float]] = defaultdict(Counter)
    best, worst = Counter[str](), Counter[str]()
    n = left_out = 0
    for cells, count in patterns:
        found = scores_of(asked, cells)
        if not found:
            left_out += count
            continue
        n += count
        for code, score in found.items():
            counts[code][score] += count
        for _item, most, least in _sets(asked, cells):
            best[str(most)] += count
            worst[str(least)] += count
    if not n:
        return Reading(0, left_out=left_out)
    scored = {code: mean_score(labels[code], of, (-1, 1), "signed") for code, of in counts.items()}
    order = sorted(scored, key=lambda code: (-scored[code].value, list(labels).index(code)))
    named = _("best %(best)s times, worst %(worst)s times")
    bars = tuple(
        Bar(f"{labels[code]}: {named % {'best': best[code], 'worst': worst[code]}}", best[code])
        for code in order
    )
    return Reading(
        n,
        (scored[order[0]],),
        left_out,
        notes=(_("1: always the best when shown. −1: always the worst."),),
        bars=bars,
        parts=tuple(scored[code] for code in order),
    )


MAXDIFF = Instrument(
    "maxdiff",
    _l("MaxDiff"),
    _l("What matters most of many things. People choose the best and the worst of a few at a time."),
    _l("Louviere, Flynn and Marley 2015 (counts); ranges: Student over people"),
    _fit,
    _read,
)
