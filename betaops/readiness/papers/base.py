"""What papers are written from, and what several of them say."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple
from uuid import UUID

from betaops.feedback.models import Report
from betaops.kernel import i18n
from betaops.kernel.i18n import gettext as _
from betaops.programs.models import Product, Program
from betaops.readiness import wording
from betaops.readiness.board import Row, need_key
from betaops.readiness.deciding.recommendation import Choice
from betaops.readiness.documents import Block, Document, Finding, Quotes, Range
from betaops.readiness.documents.tree import Role
from betaops.readiness.figures import Unit, figure
from betaops.readiness.models import Amendment, CriteriaSeal, Decision, Signature
from betaops.readiness.verdict import Direction, Verdict


class People(NamedTuple):
    """How many testers were ever let in, how many of them began, and what they gave; who was removed counts too."""

    let_in: int
    began: int
    took_part: int
    answered: int
    reported: int
    #: (name, people) of cohorts that are large enough to be named, the largest first.
    cohorts: Sequence[tuple[str, int]] = ()


class Material(NamedTuple):
    """A program's evidence as it was read at the moment `at`, in words."""

    program: Program
    product: Product
    at: str
    rows: Sequence[Row]
    seal: CriteriaSeal | None
    amendments: Sequence[Amendment]
    decision: Decision | None
    signatures: Sequence[Signature]
    #: Open ideas and bugs, those with the most impact first.
    wanted: Sequence[Report]
    #: Fixed and closed reports that are not private, those with the most impact first.
    changed: Sequence[Report]
    people: People
    #: Public ids of quotes, by expectation, in the order in which they were picked.
    quotes: Mapping[UUID, Sequence[str]] = MappingProxyType({})


class Need(NamedTuple):
    """A need in the customer's words, with all that measures it."""

    words: str
    rows: Sequence[Row]


def needs(rows: Sequence[Row]) -> list[Need]:
    """Expectations of one need together, in the order of the page."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(need_key(row.expectation.need), []).append(row)
    return [Need(group[0].expectation.need, group) for group in found.values()]


def quotes(ids: Sequence[str], title: str = "", level: Literal[2, 3] = 3) -> list[Block]:
    """What was said, where anything was picked."""
    if not ids:
        return []
    return [Quotes(level=level, title=title, ids=tuple(ids), nameless=_("a tester"))]


def document(material: Material, title: str, blocks: Sequence[Block]) -> Document:
    """In the language of whoever has it written."""
    return Document(
        title=title,
        language=i18n.language(),
        direction="rtl" if i18n.locale().text_direction == "rtl" else "ltr",
        at=_("%(product)s, as of %(at)s", product=material.product.name, at=material.at),
        blocks=tuple(blocks),
    )


ROLES: dict[Verdict, Role] = {
    Verdict.MET: "good",
    Verdict.NOT_MET: "danger",
    Verdict.INCONCLUSIVE: "waiting",
    Verdict.CONTRADICTED: "contradicted",
}
CHOICE_ROLES: dict[Choice, Role] = {
    Choice.GO: "good",
    Choice.CONDITIONAL: "waiting",
    Choice.NO_GO: "danger",
}


def choice_words(choice: Choice | None) -> str:
    words = {Choice.GO: _("GO"), Choice.CONDITIONAL: _("CONDITIONAL GO"), Choice.NO_GO: _("NO-GO")}
    return words[choice] if choice is not None else _("nothing")


def finding(row: Row, notes: Sequence[str] = ()) -> Finding:
    """A need with its verdict, its sentence and its drawing."""
    return Finding(
        need=row.expectation.need,
        role=ROLES[row.verdict],
        word=wording.word(row.verdict),
        sentence=row.rest,
        notes=tuple(notes),
        drawing=drawing(row),
    )


def drawing(row: Row) -> Range | None:
    """None for counts, and where nothing was measured: the sentence says it."""
    found = row.found
    if found is None or row.measure.is_counted or not found.n:
        return None
    low_end, high_end = row.span

    def words(value: float) -> str:
        return figure(value, row.measure.unit)

    is_at_most = row.expectation.direction is Direction.AT_MOST
    said = [
        _("estimate %(value)s", value=words(found.estimate or 0.0)),
        _("likely between %(low)s and %(high)s", low=words(found.low), high=words(found.high)),
        _("n = %(n)s", n=found.n),
        _("needs at most %(value)s", value=words(found.threshold))
        if is_at_most
        else _("needs at least %(value)s", value=words(found.threshold)),
    ]
    return Range(
        low_end=low_end,
        high_end=high_end,
        estimate=found.estimate,
        low=found.low,
        high=found.high,
        threshold=found.threshold,
        is_at_most=is_at_most,
        low_end_words=words(low_end),
        high_end_words=words(high_end),
        threshold_words=words(found.threshold),
        alt=f"{row.expectation.need}: {', '.join(said)}",
    )


def share(part: int, whole: int) -> str:
    return figure(part / whole, Unit.SHARE) if whole else "–"
