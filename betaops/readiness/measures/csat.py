"""Customer satisfaction: the share of testers who give one of the two best answers."""

from collections.abc import Sequence

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.readiness.measures.instruments import AboutInstrument, InstrumentMeasure


class Csat(InstrumentMeasure):
    kind = "csat"
    instrument = "csat"
    label = _l("Satisfied testers (CSAT)")
    hint = _l("Share of the two best answers to a satisfaction question.")
    scoring = _l("A tester counts as yes with one of the two best answers.")
    threshold = 0.7

    def title(self, parameters: AboutInstrument) -> str:
        return _("testers who give one of the two best answers to “%(question)s”", question=parameters.title)

    def score(self, places: Sequence[int], parameters: AboutInstrument) -> float:
        return float(places[0] >= len(parameters.parts[0].codes) - 2)
