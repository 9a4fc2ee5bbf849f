"""UMUX-Lite: the mean of one score a tester, from 0 to 100."""

from collections.abc import Sequence

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.readiness.measures.instruments import AboutInstrument, OutOfAHundred
from betaops.surveys.instruments.usability import umux_lite


class UmuxLite(OutOfAHundred):
    """Made of two answers."""

    kind = "umux_lite"
    instrument = "umux_lite"
    label = _l("Usability in two statements (UMUX-Lite)")
    hint = _l("Mean score from 0 to 100. A SUS of 68 is about a UMUX-Lite of 69.")
    threshold = 69.0

    def title(self, parameters: AboutInstrument) -> str:
        return _("mean UMUX-Lite score of “%(question)s”, from 0 to 100", question=parameters.title)

    def score(self, places: Sequence[int], parameters: AboutInstrument) -> float:
        return umux_lite([place + 1 for place in places]) / 100
