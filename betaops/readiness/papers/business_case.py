"""Inputs to a business case: figures with their ranges, to be taken over and not to be rounded up."""

from betaops.kernel.i18n import gettext as _
from betaops.readiness.board import Row
from betaops.readiness.documents import Block, Bullets, Document, Heading, Paragraph, Table, words
from betaops.readiness.figures import figure, span
from betaops.readiness.papers.base import Material, document, share
from betaops.readiness.verdict import Verdict

MOST_WANTED = 5


def write(material: Material) -> Document:
    people = material.people
    answered = (
        _("Testers who answered, of those let in"),
        share(people.answered, people.let_in),
        "–",
        str(people.let_in),
    )
    measured = [_line(row) for row in material.rows if row.found is not None and row.found.n]
    blocks: list[Block] = [
        Paragraph(
            words=words(_("Use the low end of a range where the case must hold, the estimate where it may."))
        ),
        Table(
            title=_("Figures"),
            head=(_("Figure"), _("Estimate"), _("Range"), _("People")),
            rows=(answered, *measured),
            numeric=(1, 2, 3),
        ),
    ]
    risks = [row for row in material.rows if row.is_must and row.verdict is not Verdict.MET]
    if risks:
        said = tuple(words(f"{row.expectation.need}: {row.rest}") for row in risks)
        blocks += [Heading(text=_("Risks")), Bullets(items=said)]
    if material.wanted:
        titles = [
            _("%(title)s (impact %(impact)s)", title=each.title, impact=f"{each.impact:g}")
            for each in material.wanted[:MOST_WANTED]
        ]
        blocks += [Heading(text=_("Demand")), Bullets(items=tuple(words(each) for each in titles))]
    title = _("Inputs to the business case, from %(program)s", program=material.program.name)
    return document(material, title, blocks)


def _line(row: Row) -> tuple[str, str, str, str]:
    found = row.found
    assert found is not None
    if row.measure.is_counted:
        return row.heading, found.told, "–", str(found.n)
    estimate = figure(found.estimate or 0.0, found.unit)
    return row.heading, estimate, span(found.low, found.high, found.unit), str(found.n)
