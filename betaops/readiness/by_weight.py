"""What an expectation is weighted to the market, in words: beside what it is unweighted, never instead of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import ngettext
from betaops.readiness.figures import Unit, figure, span
from betaops.readiness.judging.market import Weighed
from betaops.readiness.verdict import Verdict
from betaops.readiness.wording import word


@dataclass(frozen=True)
class ByWeight:
    """`verdict` is None where nothing is said by weight; figures are in the measure's unit."""

    weighed: Weighed
    verdict: Verdict | None
    differs: bool
    #: The estimate, and the range of it.
    estimate: str = ""
    span: str = ""

    @property
    def headline(self) -> str:
        """For where the weights turn the verdict."""
        if self.verdict is None:
            return ""
        return _(
            "Weighted to the market it is another: %(verdict)s, %(estimate)s (%(span)s).",
            verdict=word(self.verdict).lower(),
            estimate=self.estimate,
            span=self.span,
        )

    @property
    def lines(self) -> list[str]:
        """What the weights cost and left out, or why there are none."""
        told = [_refused(self.weighed)] if self.weighed.refused else [_worth(self.weighed)]
        told += [
            _("Few answered, so these count as one: %(names)s.", names=each) for each in self.weighed.joined
        ]
        if self.weighed.left_out:
            told.append(
                ngettext(
                    "%(num)s person is in no category of the market and has no weight.",
                    "%(num)s people are in no category of the market and have no weight.",
                    self.weighed.left_out,
                )
            )
        return told


def of_reading(sample: Mapping[str, Any], own: Verdict, unit: Unit) -> ByWeight | None:
    """From a reading's sample; None where the market was not declared then."""
    told = sample.get("weighted")
    if not told:
        return None
    weighed = Weighed.of_json(told)
    if "verdict" not in told:
        return ByWeight(weighed, None, differs=False)
    verdict = Verdict(told["verdict"])
    return ByWeight(
        weighed,
        verdict,
        verdict is not own,
        figure(told["estimate"], unit),
        span(told["low"], told["high"], unit),
    )


def _worth(weighed: Weighed) -> str:
    return ngettext(
        "%(num)s person counts as %(worth)s.",
        "%(num)s people count as %(worth)s.",
        weighed.n,
        worth=round(weighed.effective),
    )


def _refused(weighed: Weighed) -> str:
    if weighed.refused == "few":
        return _(
            "Not weighted: too few have answered to tell apart who they are by “%(margin)s”. "
            "Each category needs five answers.",
            margin=weighed.margin,
        )
    return ngettext(
        "Not weighted: those who answered are too unlike the market. %(num)s person would count as %(worth)s.",
        "Not weighted: those who answered are too unlike the market. %(num)s people would count as %(worth)s.",
        weighed.n,
        worth=round(weighed.effective),
    )
