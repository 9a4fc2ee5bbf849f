"""What customers need: where each need was heard, how much it matters, what the evidence says, what they say of it in
their own words, what else they ask for.

Quoted is only who allows it, and as they allow it (`documents.quoting`). What else testers ask for is named by the title
that their whole program reads, with how many stand behind it.
"""

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import ngettext
from betaops.readiness import wording
from betaops.readiness.documents import Block, Bullets, Document, Facts, Heading, Paragraph, Words, words
from betaops.readiness.documents.tree import strong
from betaops.readiness.papers.base import Material, Need, document, needs, quotes

#: Ideas of testers that are named.
MOST_WANTED = 10


def write(material: Material) -> Document:
    blocks: list[Block] = [
        Paragraph(
            words=words(
                _(
                    "From %(testers)s testers, %(answering)s of whom answered.",
                    testers=material.people.let_in,
                    answering=material.people.answered,
                )
            )
        )
    ]
    for need in needs(material.rows):
        said = [each for row in need.rows for each in material.quotes.get(row.expectation.id, ())]
        blocks += [*_need(need), *quotes(said)]
    ideas = [each for each in material.wanted if each.kind.value == "idea"][:MOST_WANTED]
    if ideas:
        asked = [
            _(
                "%(title)s (%(people)s, impact %(impact)s)",
                title=each.title,
                people=ngettext("%(num)s person", "%(num)s people", each.people),
                impact=f"{each.impact:g}",
            )
            for each in ideas
        ]
        blocks += [
            Heading(text=_("What else testers ask for")),
            Bullets(items=tuple(words(each) for each in asked)),
        ]
    return document(material, _("Market needs, from %(program)s", program=material.program.name), blocks)


def _need(need: Need) -> list[Block]:
    sources = dict.fromkeys(row.expectation.source for row in need.rows if row.expectation.source)
    pairs: list[tuple[str, Words]] = [
        (_("Weight"), words(_("Must") if need.rows[0].is_must else _("Should"))),
        *((_("Heard"), words(source)) for source in sources),
    ]
    return [
        Heading(text=need.words),
        Facts(pairs=tuple(pairs)),
        Bullets(
            items=tuple(
                words(
                    f"{row.heading}, {row.line}: ",
                    strong(f"{wording.word(row.verdict)}."),
                    f" {row.rest}",
                )
                for row in need.rows
            )
        ),
    ]
