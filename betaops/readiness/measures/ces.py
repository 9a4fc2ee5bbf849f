"""Customer effort: the mean agreement, from 1 to 7, that something was easy (CES 2.0)."""

from collections.abc import Sequence

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.readiness.figures import Unit
from betaops.readiness.measures.instruments import AboutInstrument, InstrumentMeasure

STEPS = 7


class Ces(InstrumentMeasure):
    kind = "ces"
    instrument = "ces"
    label = _l("Effort (CES)")
    hint = _l("Mean agreement that it was easy, from 1 to 7.")
    scoring = _l("Each tester counts with their answer: 1 is 0, 7 is 1.")
    unit = Unit.MEAN
    threshold = 5.0
    always = tuple(round(step / (STEPS - 1), 9) for step in range(STEPS))

    def to_score(self, value: float, parameters: AboutInstrument) -> float:
        return (value - 1) / (STEPS - 1)

    def from_score(self, score: float, parameters: AboutInstrument) -> float:
        return 1 + score * (STEPS - 1)

    def title(self, parameters: AboutInstrument) -> str:
        return _("mean effort score of “%(question)s”, from 1 to 7, high is easy", question=parameters.title)

    def score(self, places: Sequence[int], parameters: AboutInstrument) -> float:
        return places[0] / (STEPS - 1)
