"""The roadmap: each need with its verdict and what follows from it."""

from betaops.kernel.i18n import gettext as _
from betaops.readiness import wording
from betaops.readiness.documents import Document, Table
from betaops.readiness.figures import about
from betaops.readiness.papers.base import Material, Need, document, needs
from betaops.readiness.verdict import Verdict

#: The worst first: a need is as far as its worst measure.
_WORST = (Verdict.NOT_MET, Verdict.CONTRADICTED, Verdict.INCONCLUSIVE, Verdict.MET)


def write(material: Material) -> Document:
    found = sorted(
        needs(material.rows), key=lambda need: (not need.rows[0].is_must, _WORST.index(worst(need)))
    )
    table = Table(
        title=_("Needs"),
        head=(_("Need"), _("Weight"), _("Verdict"), _("Next step")),
        rows=tuple(_line(need) for need in found),
    )
    return document(material, _("Roadmap after %(program)s", program=material.program.name), [table])


def _line(need: Need) -> tuple[str, str, str, str]:
    verdict = worst(need)
    weight = _("Must") if need.rows[0].is_must else _("Should")
    return need.words, weight, wording.word(verdict), _step(need, verdict)


def worst(need: Need) -> Verdict:
    """Of its measures."""
    return min((row.verdict for row in need.rows), key=_WORST.index)


def _step(need: Need, verdict: Verdict) -> str:
    if verdict is Verdict.NOT_MET:
        if need.rows[0].is_must:
            return _("Mend it before release, then measure again on the new build.")
        return _("Decide whether it is mended next or dropped, and say so.")
    if verdict is Verdict.CONTRADICTED:
        return _("Talk to testers: its measures disagree, so one of them measures something else.")
    if verdict is Verdict.INCONCLUSIVE:
        return _more(need)
    return _("Keep it: watch the same figure after release.")


def _more(need: Need) -> str:
    open_rows = [row for row in need.rows if row.verdict is Verdict.INCONCLUSIVE and row.reading is not None]
    more = [row.reading.outcome["more_likely"] for row in open_rows if row.reading is not None]
    known = [number for number in more if number]
    if not known:
        return _("Ask more people.")
    return _("Ask about %(count)s people more.", count=about(max(known)))
