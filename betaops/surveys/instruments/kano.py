"""Kano: what a feature is to people, from how they feel with it and without it. Pure."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.surveys.analysis.scales import Bar, Score, share_score
from betaops.surveys.definition import Element
from betaops.surveys.instruments.base import Instrument, Item, Pattern, Reading, likert, tallied

#: With it (down) and without it (across): like, must be, neutral, live with, dislike. The letters are those of
#: Kano et al. (1984) in the table of Berger et al. (1993): attractive, one-dimensional, must-be, indifferent,
#: reverse, questionable.
TABLE = ("QAAAO", "RIIIM", "RIIIM", "RIIIM", "RRRRQ")
#: Of two that are equally frequent, the one that has more to do with satisfaction (Berger et al.: M > O > A > I).
ORDER = "MOAIRQ"


def category(with_it: int, without_it: int) -> str:
    """One person's letter; places count from 0 (like) to 4 (dislike)."""
    return TABLE[with_it][without_it]


def leading(counted: Mapping[str, float]) -> str:
    """The most frequent letter."""
    return max(ORDER, key=lambda letter: (counted.get(letter, 0), -ORDER.index(letter)))


class Coefficients(NamedTuple):
    """Of `base` people whose answers bear on it, how many having it makes content, and lacking it discontent."""

    better: float
    worse: float
    base: float


def coefficients(counted: Mapping[str, float]) -> Coefficients:
    """Berger et al. 1993; reverse and questionable answers bear on nothing."""
    attractive, one, must, indifferent = (counted.get(letter, 0) for letter in "AOMI")
    return Coefficients(attractive + one, one + must, attractive + one + must + indifferent)


def is_settled(counted: Mapping[str, int]) -> bool:
    """Whether the most frequent letter is ahead of the next by more than chance (Fong 1996, at 90 %)."""
    first, second = sorted((counted.get(letter, 0) for letter in ORDER), reverse=True)[:2]
    n = sum(counted.values())
    return first - second > 1.65 * math.sqrt((first + second) * (2 * n - first - second) / (2 * n))


def names() -> dict[str, str]:
    return {
        "A": _("Attractive: delights, is not missed"),
        "O": _("One-dimensional: the more the better"),
        "M": _("Must-be: missed, not noticed"),
        "I": _("Indifferent: makes no difference"),
        "R": _("Reverse: people would rather not have it"),
        "Q": _("Questionable: the two answers contradict each other"),
    }


def _fit(element: Element, language: str) -> tuple[Item, ...]:
    return likert(
        element,
        language,
        2,
        5,
        _(
            "Kano needs two questions on one scale of five answers: first with the feature, then without it; "
            "from “I like it” to “I dislike it”."
        ),
    )


def _read(asked: Sequence[Item], patterns: Sequence[Pattern]) -> Reading:
    counted, left_out = tallied(asked, patterns, lambda places: category(*places))
    n = counted.total()
    if not n:
        return Reading(0, left_out=left_out)
    letter, words = leading(counted), names()
    verdict = (
        words[letter]
        if is_settled(counted)
        else _("%(category)s; not settled, another is nearly as frequent", category=words[letter])
    )
    scores = [share_score(words[letter], counted[letter], n)]
    better, worse, base = coefficients(counted)
    if base:
        scores.append(share_score(_("Better"), int(better), int(base)))
        lack = share_score(_("Worse"), int(worse), int(base))
        scores.append(Score(lack.label, -lack.value, -lack.high, -lack.low, (-1.0, 0.0), "percent"))
    roles = {"A": "good", "O": "good", "M": "accent", "I": "neutral", "R": "danger", "Q": "danger"}
    bars = tuple(Bar(words[each], counted[each], roles[each]) for each in "AOMIRQ")
    return Reading(n, tuple(scores), left_out, verdict, bars=bars)


KANO = Instrument(
    "kano",
    _l("Kano category"),
    _l("Whether a feature delights, is expected, or leaves people cold. Two questions a feature."),
    _l("Kano et al. 1984, Berger et al. 1993; ranges: Wilson"),
    _fit,
    _read,
)
