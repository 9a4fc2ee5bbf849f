"""System Usability Scale: the mean of one score a tester, from 0 to 100."""

from collections.abc import Sequence

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.readiness.figures import Unit
from betaops.readiness.measures.instruments import AboutInstrument, InstrumentMeasure
from betaops.surveys.instruments.usability import sus


class Sus(InstrumentMeasure):
    """Made of ten answers, so half an imagined answer suffices: see `statistics.bounded`."""

    kind = "sus"
    instrument = "sus"
    label = _l("System Usability Scale (SUS)")
    hint = _l("Mean score from 0 to 100; 68 is about the middle of all products.")
    scoring = _l(
        "Each tester counts with their score from 0 to 100; who left a statement out does not count."
    )
    unit = Unit.SCORE
    threshold = 68.0
    imagined = 0.5

    def to_score(self, value: float, parameters: AboutInstrument) -> float:
        return value / 100

    def from_score(self, score: float, parameters: AboutInstrument) -> float:
        return 100 * score

    def title(self, parameters: AboutInstrument) -> str:
        return _("mean SUS score of “%(question)s”, from 0 to 100", question=parameters.title)

    def score(self, places: Sequence[int], parameters: AboutInstrument) -> float:
        return sus([place + 1 for place in places]) / 100
