"""The release report, for whoever decides and was not there: one page first, the evidence behind it after.

What was asked, who tested, what was found, the risks, what changed because of testers, the decision. For programs there
is the `dossier`.
"""

from itertools import zip_longest

from babel.dates import format_date

from betaops.kernel import i18n
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import ngettext
from betaops.programs.story import Charter
from betaops.programs.wording import PHASES
from betaops.readiness import board, wording
from betaops.readiness.board import Row
from betaops.readiness.deciding.recommendation import Weight
from betaops.readiness.documents import (
    Appendix,
    Banner,
    Block,
    Bullets,
    Document,
    Facts,
    Heading,
    Paragraph,
    Part,
    Span,
    Table,
    Words,
    prose,
    words,
)
from betaops.readiness.figures import figure, span
from betaops.readiness.models import Amendment, DecisionState
from betaops.readiness.papers import deciding, release_notes, risks
from betaops.readiness.papers.base import (
    CHOICE_ROLES,
    Material,
    choice_words,
    document,
    finding,
    needs,
    quotes,
    share,
)
from betaops.readiness.verdict import Verdict

#: Changes of each kind that are named; the release notes have all.
MOST_CHANGES = 5
#: What would flip a verdict, on the first page.
MOST_FLIPS = 2
#: What customers said: passages in all; the market needs have all.
MOST_QUOTES = 6


def write(material: Material) -> Document:
    blocks = [
        _answer(material),
        *_asked(material),
        *_testers(material),
        *_found(material),
        *_said(material),
        *risks.blocks(material),
        *_changed(material),
        Heading(text=_("Decision")),
        *deciding.blocks(material),
        *_evidence(material),
    ]
    return document(material, _("Readiness of %(program)s", program=material.program.name), blocks)


def _answer(material: Material) -> Banner:
    """What is decided; without a decision what the rules recommend."""
    decision, recommended = material.decision, board.recommended(material.rows)
    counted = _counted(material)
    if decision is None:
        said = _("Nothing is decided yet.")
        role = CHOICE_ROLES[recommended] if recommended is not None else "neutral"
        label, word = _("The rules recommend"), choice_words(recommended)
    else:
        is_in_force = decision.state is DecisionState.IN_FORCE
        role = CHOICE_ROLES[decision.choice] if is_in_force else "waiting"
        label = _("Decided") if is_in_force else _("Proposed, not in force yet")
        word = choice_words(decision.choice)
        said = _("The rules recommended %(choice)s.", choice=choice_words(decision.recommended))
    return Banner(role=role, label=label, word=word, said=f"{said} {counted}".strip())


def _counted(material: Material) -> str:
    """“Of 5 expectations: 2 met, 3 not settled.”"""
    if not material.rows:
        return _("Nothing is expected yet.")
    tally = board.tally(material.rows)
    said = ", ".join(
        _("%(number)s %(verdict)s", number=tally[verdict], verdict=wording.word(verdict).lower())
        for verdict in Verdict
        if tally[verdict]
    )
    return ngettext(
        "Of %(num)s expectation: %(verdicts)s.",
        "Of %(num)s expectations: %(verdicts)s.",
        len(material.rows),
        verdicts=said,
    )


def _asked(material: Material) -> list[Block]:
    program, charter = material.program, Charter.from_json(material.program.charter)
    pairs: list[tuple[str, Words]] = [
        (label, words(text))
        for label, text in (
            (_("Hypothesis"), charter.hypothesis),
            (_("Baseline"), charter.baseline),
            (_("Threshold"), charter.threshold),
            (_("Who decides"), charter.decider),
        )
        if text
    ]
    locale = i18n.locale()
    days = _(
        "%(start)s to %(end)s",
        start=format_date(program.starts_on, locale=locale),
        end=format_date(program.ends_on, locale=locale),
    )
    pairs += [(_("From, to"), words(days)), (_("Phase"), words(str(PHASES[program.phase])))]
    return [Heading(text=_("What was asked")), *prose.blocks(program.goals), Facts(pairs=tuple(pairs))]


def _testers(material: Material) -> list[Block]:
    people = material.people
    if not people.let_in:
        return [Heading(text=_("Who tested")), Paragraph(words=words(_("Nobody was let in yet.")))]
    steps = (
        (_("Let in"), people.let_in),
        (_("Began"), people.began),
        (_("Took part in any way"), people.took_part),
        (_("Answered a survey"), people.answered),
        (_("Reported something"), people.reported),
    )
    blocks: list[Block] = [
        Heading(text=_("Who tested")),
        Table(
            title=_("Testers"),
            head=(_("Testers"), _("People"), _("Of those let in")),
            rows=tuple((label, str(number), share(number, people.let_in)) for label, number in steps),
            numeric=(1, 2),
        ),
    ]
    if people.cohorts:
        named = ", ".join(f"{name} ({number})" for name, number in people.cohorts)
        blocks.append(
            Paragraph(words=words(_("The largest cohorts: %(cohorts)s.", cohorts=named)), is_muted=True)
        )
    return blocks


def _found(material: Material) -> list[Block]:
    blocks: list[Block] = [Heading(text=_("What was found"))]
    if not material.rows:
        return [*blocks, Paragraph(words=words(_("Nothing is expected yet.")))]
    for weight, said in (
        (Weight.MUST, _("What the product must do:")),
        (Weight.SHOULD, _("What it should do:")),
    ):
        group = [row for row in material.rows if row.expectation.weight is weight]
        if group:
            blocks += [Paragraph(words=words(said)), *(finding(row, _hangs_on(row)) for row in group)]
    return blocks


def _said(material: Material) -> list[Block]:
    """The first passage for each need, then the second, as far as there is room."""
    by_need = [
        [each for row in need.rows for each in material.quotes.get(row.expectation.id, ())]
        for need in needs(material.rows)
    ]
    in_turn = [each for turn in zip_longest(*by_need) for each in turn if each is not None]
    return quotes(in_turn[:MOST_QUOTES], _("What customers said"), level=2)


def _hangs_on(row: Row) -> list[str]:
    """What would flip it, as much as belongs on the first page."""
    rest = len(row.flips) - MOST_FLIPS
    if rest < 2:
        return row.flips
    more = ngettext("%(num)s more under “How we know”.", "%(num)s more under “How we know”.", rest)
    return [*row.flips[:MOST_FLIPS], more]


def _changed(material: Material) -> list[Block]:
    changes = release_notes.changes(material.changed, level=3, most=MOST_CHANGES)
    return [
        Heading(text=_("What changed because of testers")),
        *(changes or [Paragraph(words=words(_("Nothing is fixed yet.")))]),
    ]


def _evidence(material: Material) -> list[Appendix]:
    """Every drawing as figures, and how each verdict was reached."""
    if not material.rows:
        return []
    figures = Table(
        title=_("Figures"),
        head=(_("Need"), _("Line"), _("Found"), _("Range"), _("People")),
        rows=tuple(_figures(row) for row in material.rows),
        numeric=(2, 3, 4),
    )
    parts: list[Part] = [figures]
    for row in material.rows:
        parts += [Heading(level=3, text=row.heading), Facts(pairs=tuple(_known(row)))]
        if said := (*row.flips, *row.limits):
            parts.append(Bullets(items=tuple(words(each) for each in said)))
    return [Appendix(title=_("How we know"), parts=(*parts, *_sealed(material)))]


def _figures(row: Row) -> tuple[str, ...]:
    found = row.found
    if found is None or (not found.n and not row.measure.is_counted):
        return row.expectation.need, row.line, "–", "–", "0"
    if row.measure.is_counted:
        return row.expectation.need, row.line, found.told, "–", str(found.n)
    estimate = figure(found.estimate or 0.0, found.unit)
    return row.expectation.need, row.line, estimate, span(found.low, found.high, found.unit), str(found.n)


def _known(row: Row) -> list[tuple[str, Words]]:
    known = [
        (_("Need"), row.expectation.need),
        (_("Line"), row.line),
        (_("Heard"), row.expectation.source),
        (_("Scope"), row.cohort),
        (_("Method"), row.method),
        (_("Read for good"), row.close),
    ]
    return [(label, words(text)) for label, text in known if text]


def _sealed(material: Material) -> list[Part]:
    """When the criteria were fixed, and what was changed since."""
    seal, locale = material.seal, i18n.locale()
    if seal is None:
        return [Paragraph(words=words(_("The criteria are not sealed yet.")), is_muted=True)]
    day = format_date(seal.sealed_at, locale=locale)
    sealed = _("The criteria were sealed on %(day)s, before the answers. SHA-256:", day=day)
    parts: list[Part] = [
        Paragraph(words=words(f"{sealed} ", Span(text=seal.digest, is_code=True)), is_muted=True)
    ]
    if material.amendments:
        items = tuple(_amended(each) for each in material.amendments)
        parts += [Heading(level=3, text=_("Amended after the seal")), Bullets(items=items)]
    return parts


def _amended(row: Amendment) -> Words:
    what = row.need or _("How all are judged")
    return words(f"{what}: {row.reason} ({row.by}, {format_date(row.at, locale=i18n.locale())})")
