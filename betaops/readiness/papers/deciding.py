"""The decision in a report: the choice, its reason and conditions, who signed, and who disagrees and why."""

from datetime import date

from babel.dates import format_date

from betaops.kernel import i18n
from betaops.kernel.i18n import gettext as _
from betaops.readiness.documents import Block, Paragraph, Signatures, Signed, Span, Table, prose, words
from betaops.readiness.documents.tree import strong
from betaops.readiness.models import Decision, DecisionState, Signature, Stance
from betaops.readiness.papers.base import Material, choice_words


def blocks(material: Material) -> list[Block]:
    decision = material.decision
    if decision is None:
        return [Paragraph(words=words(_("Nothing is decided yet.")))]
    state = {
        DecisionState.PROPOSED: _("waits for further signatures"),
        DecisionState.IN_FORCE: _("in force"),
        DecisionState.WITHDRAWN: _("withdrawn"),
    }[decision.state]
    return [
        Paragraph(words=words(strong(choice_words(decision.choice)), f", {state}.")),
        *prose.blocks(decision.reason),
        *_conditions(decision),
        *_next_look(decision),
        Signatures(signed=tuple(_signed(each, decision) for each in material.signatures)),
        Paragraph(
            words=words(
                _("The readings it was signed on have this SHA-256:") + " ",
                Span(text=decision.digest, is_code=True),
            ),
            is_muted=True,
        ),
    ]


def _conditions(decision: Decision) -> list[Block]:
    if not decision.conditions:
        return []
    rows = tuple(
        (each["text"], each["owner"], format_date(date.fromisoformat(each["due_on"]), locale=i18n.locale()))
        for each in decision.conditions
    )
    return [Table(title=_("Conditions"), head=(_("Condition"), _("Who sees to it"), _("Until")), rows=rows)]


def _next_look(decision: Decision) -> list[Block]:
    if decision.next_look_on is None:
        return []
    day = format_date(decision.next_look_on, locale=i18n.locale())
    return [Paragraph(words=words(_("Looked at again on %(day)s.", day=day)))]


def _signed(row: Signature, decision: Decision) -> Signed:
    """Whoever proposed it gave the decision's reason, which stands above already."""
    is_assent = row.stance is Stance.ASSENT
    return Signed(
        name=row.name,
        note=f"{row.role}, {format_date(row.signed_at, locale=i18n.locale())}",
        role="good" if is_assent else "danger",
        word=_("Agrees") if is_assent else _("Disagrees"),
        reason=prose.one_line(row.reason) if row.reason != decision.reason else (),
    )
