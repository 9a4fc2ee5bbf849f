"""What changed because testers said so: fixed and closed feedback, without anybody's name."""

from collections.abc import Sequence
from typing import Literal

from betaops.feedback.models import Kind, Report, State
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import ngettext
from betaops.readiness.documents import Block, Bullets, Document, Heading, Paragraph, Words, prose, words
from betaops.readiness.papers.base import Material, document


def write(material: Material) -> Document:
    settled = [each for each in material.changed if each.state is State.CLOSED]
    blocks = [*changes(material.changed), *_section(_("Settled"), settled)]
    if blocks:
        thanks = ngettext(
            "%(num)s tester stood behind these changes. Thank you.",
            "%(num)s times a tester stood behind one of these changes. Thank you.",
            sum(each.people for each in material.changed),
        )
        blocks.append(Paragraph(words=words(thanks)))
    title = _("What changed in %(program)s", program=material.program.name)
    return document(material, title, blocks or [Paragraph(words=words(_("Nothing is fixed yet.")))])


def changes(reports: Sequence[Report], level: Literal[2, 3] = 2, most: int | None = None) -> list[Block]:
    """What was fixed and improved, of each at most so many."""
    fixed = [each for each in reports if each.state is State.FIXED]
    bugs = [each for each in fixed if each.kind is Kind.BUG]
    others = [each for each in fixed if each.kind is not Kind.BUG]
    return [*_section(_("Fixed"), bugs, level, most), *_section(_("Improved"), others, level, most)]


def _section(
    title: str, reports: Sequence[Report], level: Literal[2, 3] = 2, most: int | None = None
) -> list[Block]:
    if not reports:
        return []
    items = [_said(each) for each in reports[:most]]
    if rest := len(reports) - len(items):
        items.append(words(ngettext("and %(num)s more", "and %(num)s more", rest)))
    return [Heading(level=level, text=title), Bullets(items=tuple(items))]


def _said(report: Report) -> Words:
    note = prose.one_line(report.outcome_note)
    return (*words(f"{report.title}: "), *note) if note else words(report.title)
