"""System Usability Scale: the mean of one score a tester, from 0 to 100."""

from collections.abc import Sequence

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.readiness.measures.instruments import AboutInstrument, OutOfAHundred
from betaops.surveys.instruments.usability import sus


class Sus(OutOfAHundred):
    """Made of ten answers."""

    kind = "sus"
    instrument = "sus"
    label = _l("System Usability Scale (SUS)")
    hint = _l("Mean score from 0 to 100; 68 is about the middle of all products.")
    threshold = 68.0

    def title(self, parameters: AboutInstrument) -> str:
        return _("mean SUS score of “%(question)s”, from 0 to 100", question=parameters.title)

    def score(self, places: Sequence[int], parameters: AboutInstrument) -> float:
        return sus([place + 1 for place in places]) / 100
