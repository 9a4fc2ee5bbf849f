"""Product-market fit: the share of testers who would be very disappointed without the product."""

from collections.abc import Sequence

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.readiness.measures.instruments import AboutInstrument, InstrumentMeasure
from betaops.surveys.instruments.single import ELLIS

#: Place of the answer of those who no longer use it.
GONE = 3


class Pmf(InstrumentMeasure):
    kind = "pmf"
    instrument = "pmf"
    label = _l("Would miss the product (PMF)")
    hint = _l("Share who would be very disappointed without it; four in ten is the mark.")
    scoring = _l("A tester counts as yes if very disappointed; who no longer uses it does not count.")
    threshold = ELLIS

    def title(self, parameters: AboutInstrument) -> str:
        return _("testers who answer “very disappointed” to “%(question)s”", question=parameters.title)

    def score(self, places: Sequence[int], parameters: AboutInstrument) -> float | None:
        return None if places[0] == GONE else float(places[0] == 0)
