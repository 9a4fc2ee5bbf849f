"""Measures of one question: Net Promoter Score, satisfaction, effort, product-market fit. Pure."""

from collections import Counter
from collections.abc import Sequence

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.statistics.intervals import adjusted_wald_nps
from betaops.surveys.analysis.scales import ERROR, Bar, Score, mean_score, share_score
from betaops.surveys.definition import Element
from betaops.surveys.instruments.base import (
    Instrument,
    Item,
    Misfit,
    Pattern,
    Reading,
    items,
    one_scale,
    tallied,
)

#: Share of "very disappointed" that Ellis found products to grow from.
ELLIS = 0.4


def _places(asked: Sequence[Item], patterns: Sequence[Pattern]) -> tuple[Counter[int], int]:
    """How many people stand at each place of the one scale, and how many nowhere on it."""
    return tallied(asked, patterns, lambda places: places[0])


def _codes(asked: Sequence[Item], places: range) -> tuple[str, ...]:
    return tuple(asked[0].codes[at][0] for at in places)


def _fit_nps(element: Element, language: str) -> tuple[Item, ...]:
    sentence = _("The NPS needs one scale with the eleven steps 0 to 10.")
    found = one_scale(element, language, (11,), sentence)
    if [code for code, _label in found[0].codes] != [str(step) for step in range(11)]:
        raise Misfit(sentence)
    return found


def _nps(asked: Sequence[Item], patterns: Sequence[Pattern]) -> Reading:
    """Promoters 9 and 10, passives 7 and 8, detractors 0 to 6 (Reichheld 2003)."""
    counted, left_out = _places(asked, patterns)
    n = counted.total()
    if not n:
        return Reading(0, left_out=left_out)
    up = sum(count for at, count in counted.items() if at >= 9)
    down = sum(count for at, count in counted.items() if at <= 6)
    net = 100 * (up - down) / n
    low, high = adjusted_wald_nps(up, down, n, ERROR)
    # Its imagined answers pull the range of very few people off their own score; a range must hold that.
    score = Score(_("NPS"), net, min(low, net), max(high, net), (-100.0, 100.0), "points")
    moods = (
        Bar(_("Promoters"), up, "good", _codes(asked, range(9, 11))),
        Bar(_("Passives"), n - up - down, "neutral", _codes(asked, range(7, 9))),
        Bar(_("Detractors"), down, "danger", _codes(asked, range(7))),
    )
    return Reading(n, (score,), left_out, bars=moods)


def _fit_csat(element: Element, language: str) -> tuple[Item, ...]:
    return one_scale(
        element, language, (5, 7), _("CSAT needs one scale of five or seven steps, the best last.")
    )


def _csat(asked: Sequence[Item], patterns: Sequence[Pattern]) -> Reading:
    """The share of the two best answers, and the mean beside it."""
    counted, left_out = _places(asked, patterns)
    n = counted.total()
    if not n:
        return Reading(0, left_out=left_out)
    steps = len(asked[0].codes)
    happy = counted[steps - 1] + counted[steps - 2]
    mean = mean_score(_("Mean"), {at + 1: count for at, count in counted.items()}, (1, steps))
    groups = (
        Bar(_("Satisfied"), happy, "good", _codes(asked, range(steps - 2, steps))),
        Bar(_("Others"), n - happy, "neutral", _codes(asked, range(steps - 2))),
    )
    return Reading(n, (share_score(_("CSAT"), happy, n), mean), left_out, bars=groups)


def _fit_ces(element: Element, language: str) -> tuple[Item, ...]:
    return one_scale(
        element, language, (7,), _("The effort score needs one scale of seven steps, “strongly agree” last.")
    )


def _ces(asked: Sequence[Item], patterns: Sequence[Pattern]) -> Reading:
    """CES 2.0: the mean from 1 to 7, and the share that agrees at all (5 to 7)."""
    counted, left_out = _places(asked, patterns)
    n = counted.total()
    if not n:
        return Reading(0, left_out=left_out)
    agree = sum(count for at, count in counted.items() if at >= 4)
    low = sum(count for at, count in counted.items() if at <= 2)
    mean = mean_score(
        _("Effort score (1 to 7, high is easy)"), {at + 1: count for at, count in counted.items()}, (1, 7)
    )
    groups = (
        Bar(_("Easy (5 to 7)"), agree, "good", _codes(asked, range(4, 7))),
        Bar(_("Neither (4)"), n - agree - low, "neutral", _codes(asked, range(3, 4))),
        Bar(_("Hard (1 to 3)"), low, "danger", _codes(asked, range(3))),
    )
    return Reading(n, (mean, share_score(_("Find it easy"), agree, n)), left_out, bars=groups)


def _fit_pmf(element: Element, language: str) -> tuple[Item, ...]:
    found = items(element, language)
    if len(found) != 1 or found[0].row or len(found[0].codes) not in (3, 4):
        raise Misfit(
            _("Product-market fit needs one question with three answers, “very disappointed” first "
              "(and a fourth for those who no longer use it).")
        )  # fmt: skip
    return found


def _pmf(asked: Sequence[Item], patterns: Sequence[Pattern]) -> Reading:
    """The share who would be very disappointed without the product; who no longer uses it does not count (Ellis)."""
    counted, left_out = _places(asked, patterns)
    left_out += counted.pop(3, 0)
    n = counted.total()
    if not n:
        return Reading(0, left_out=left_out)
    score = share_score(_("Very disappointed"), counted[0], n)
    if score.low >= ELLIS:
        verdict = _("Above 40%, also where it is least lucky.")
    elif score.high < ELLIS:
        verdict = _("Below 40%, also where it is luckiest.")
    else:
        verdict = _("It may lie on either side of 40%.")
    roles = ("good", "neutral", "danger")
    bars = tuple(
        Bar(label, counted[at], roles[at], (code,)) for at, (code, label) in enumerate(asked[0].codes[:3])
    )
    return Reading(n, (score,), left_out, verdict, bars=bars)


NPS = Instrument(
    "nps",
    _l("Net Promoter Score"),
    _l("Whether people would recommend the product. One question, 0 to 10."),
    _l("Reichheld 2003; range: Rocks 2016"),
    _fit_nps,
    _nps,
)
CSAT = Instrument(
    "csat",
    _l("Satisfaction (CSAT)"),
    _l("How satisfied people are with the product, or with a part of it. One question."),
    _l("Share of the two best answers; range: Wilson"),
    _fit_csat,
    _csat,
)
CES = Instrument(
    "ces",
    _l("Effort (CES)"),
    _l("How easy it was to get something done. One statement."),
    _l("Dixon, Toman and DeLisi 2013 (CES 2.0); range: Student"),
    _fit_ces,
    _ces,
)
PMF = Instrument(
    "pmf",
    _l("Product-market fit"),
    _l("Whether people would miss the product; four in ten is the mark. One question."),
    _l("Ellis 2009; range: Wilson"),
    _fit_pmf,
    _pmf,
)
