"""Inputs to a business case: figures with their ranges, to be taken over and not to be rounded up."""

from betaops.kernel.i18n import gettext as _
from betaops.readiness.board import Row
from betaops.readiness.figures import figure, span
from betaops.readiness.papers.base import Material, cells, escaped, head, heading
from betaops.readiness.verdict import Verdict

MOST_WANTED = 5


def write(material: Material) -> str:
    lines = [
        heading(1, _("Inputs to the business case, from %(program)s", program=material.program.name)),
        "",
        _(
            "As of %(at)s. Use the low end of a range where the case must hold, the estimate where it may.",
            at=material.at,
        ),
        "",
        *head(_("Figure"), _("Estimate"), _("Range"), _("People")),
        cells(_("Testers who answered, of those let in"), _share(material), "–", str(material.testers)),
    ]
    lines += [_line(row) for row in material.rows if row.found is not None and row.found.n]
    risks = [row for row in material.rows if row.is_must and row.verdict is not Verdict.MET]
    if risks:
        lines += ["", heading(2, _("Risks")), ""]
        lines += [f"- {escaped(row.expectation.need)}: {escaped(row.rest)}" for row in risks]
    if material.wanted:
        lines += ["", heading(2, _("Demand")), ""]
        lines += [
            _("- %(title)s (impact %(impact)s)", title=escaped(each.title), impact=f"{each.impact:g}")
            for each in material.wanted[:MOST_WANTED]
        ]
    return "\n".join(lines) + "\n"


def _line(row: Row) -> str:
    found = row.found
    assert found is not None
    if row.measure.is_counted:
        return cells(escaped(row.heading), escaped(found.told), "–", str(found.n))
    estimate = figure(found.estimate or 0.0, found.unit)
    return cells(escaped(row.heading), estimate, span(found.low, found.high, found.unit), str(found.n))


def _share(material: Material) -> str:
    return f"{material.answering / material.testers:.0%}" if material.testers else "–"
