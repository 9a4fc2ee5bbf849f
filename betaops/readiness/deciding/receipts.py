"""Verdicts in the words for those whose answers they rest on. No numbers, no lines: those stay with the team."""

from betaops.kernel.i18n import gettext as _
from betaops.readiness.verdict import Verdict


def in_plain_words(verdict: Verdict) -> str:
    return {
        Verdict.MET: _("That is so, and your answers showed it."),
        Verdict.NOT_MET: _("Not yet: your answers showed that too."),
        Verdict.INCONCLUSIVE: _("The answers could not settle it."),
        Verdict.CONTRADICTED: _("Answers and measurements pointed in different directions."),
    }[verdict]
