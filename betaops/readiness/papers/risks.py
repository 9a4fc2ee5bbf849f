"""What may go wrong all the same: needs that are not met or not settled, verdicts that hang on few, problems unseen."""

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import ngettext
from betaops.readiness import board
from betaops.readiness.board import Row
from betaops.readiness.documents import Block, Bullets, Heading, Paragraph, Words, words
from betaops.readiness.documents.tree import strong
from betaops.readiness.figures import Unit, figure
from betaops.readiness.papers.base import Material
from betaops.readiness.plan import RARE
from betaops.readiness.verdict import Verdict
from betaops.statistics import planning

#: One-sided, for what nobody has met.
CONFIDENCE = 0.95


def blocks(material: Material) -> list[Block]:
    risks = [*_needs(material), *_fragile(material), *_far(material), *_amended(material), *_unseen(material)]
    return [
        Heading(text=_("Risks")),
        Bullets(items=tuple(risks))
        if risks
        else Paragraph(words=words(_("No risk shows in the evidence so far."))),
    ]


def _needs(material: Material) -> list[Words]:
    """Must-haves first; what failed before what is open."""
    order = (Verdict.NOT_MET, Verdict.CONTRADICTED, Verdict.INCONCLUSIVE)
    found = [row for row in material.rows if row.verdict in order]
    found.sort(key=lambda row: (not row.is_must, order.index(row.verdict)))
    return [words(strong(row.expectation.need), f": {_why(row)}") for row in found]


def _why(row: Row) -> str:
    if row.verdict is Verdict.NOT_MET:
        return _("a must that is not met.") if row.is_must else _("a wish that is not met.")
    if row.verdict is Verdict.CONTRADICTED:
        return _("its measures disagree, so it is not known whether it is met.")
    return _("it is not settled whether it is met.")


def _fragile(material: Material) -> list[Words]:
    found = [row for row in material.rows if row.reading is not None and row.reading.sample.get("flips")]
    return [
        words(
            ngettext(
                "%(num)s verdict hangs on few people: see what would flip it.",
                "%(num)s verdicts hang on few people: see what would flip them.",
                len(found),
            )
        )
    ] * bool(found)


def _far(material: Material) -> list[Words]:
    facts = board.far(material.rows)
    return [
        words(_("Those who answered are far from the market: %(facts)s.", facts=", ".join(facts)))
    ] * bool(facts)


def _amended(material: Material) -> list[Words]:
    number = len(material.amendments)
    return [
        words(
            ngettext(
                "%(num)s criterion was amended after the seal, when answers were known already.",
                "Criteria were amended %(num)s times after the seal, when answers were known already.",
                number,
            )
        )
    ] * bool(number)


def _unseen(material: Material) -> list[Words]:
    """What so many people cannot have seen."""
    people = material.people.began
    if not people:
        return [words(_("Nobody has used the product yet who could have found anything."))]
    met = planning.chance_to_meet(RARE, people)
    return [
        words(
            ngettext(
                "%(num)s tester who began meets a problem that strikes one in twenty with a chance of %(chance)s; what "
                "nobody met may still strike up to %(unseen)s of customers.",
                "%(num)s testers who began meet a problem that strikes one in twenty with a chance of %(chance)s; what "
                "nobody met may still strike up to %(unseen)s of customers.",
                people,
                chance=figure(met, Unit.SHARE)
                if met <= 0.99
                else _("more than %(share)s", share=figure(0.99, Unit.SHARE)),
                unseen=figure(planning.largest_unseen(people, 1 - CONFIDENCE), Unit.SHARE),
            )
        )
    ]
