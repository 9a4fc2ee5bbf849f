"""UMUX-Lite: the mean of one score a tester, from 0 to 100."""

from collections.abc import Sequence

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.readiness.figures import Unit
from betaops.readiness.measures.instruments import AboutInstrument, InstrumentMeasure
from betaops.surveys.instruments.usability import umux_lite


class UmuxLite(InstrumentMeasure):
    """Made of two answers, so half an imagined answer suffices: see `statistics.bounded`."""

    kind = "umux_lite"
    instrument = "umux_lite"
    label = _l("Usability in two statements (UMUX-Lite)")
    hint = _l("Mean score from 0 to 100. A SUS of 68 is about a UMUX-Lite of 69.")
    scoring = _l(
        "Each tester counts with their score from 0 to 100; who left a statement out does not count."
    )
    unit = Unit.SCORE
    threshold = 69.0
    imagined = 0.5

    def to_score(self, value: float, parameters: AboutInstrument) -> float:
        return value / 100

    def from_score(self, score: float, parameters: AboutInstrument) -> float:
        return 100 * score

    def title(self, parameters: AboutInstrument) -> str:
        return _("mean UMUX-Lite score of “%(question)s”, from 0 to 100", question=parameters.title)

    def score(self, places: Sequence[int], parameters: AboutInstrument) -> float:
        return umux_lite([place + 1 for place in places]) / 100
