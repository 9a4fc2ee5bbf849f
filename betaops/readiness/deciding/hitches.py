"""What keeps a program's features from being released, from the decision that stands and from what it hangs on. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from babel.dates import format_date

from betaops.kernel import i18n
from betaops.kernel.i18n import gettext as _
from betaops.readiness.deciding.recommendation import Choice
from betaops.readiness.verdict import Verdict


class HitchKind(StrEnum):
    UNSETTLED = "unsettled"
    CONTRADICTED = "contradicted"
    NOT_MET = "not_met"
    WAIVER_OVER = "waiver_over"
    UNDECIDED = "undecided"
    NO_GO = "no_go"
    UNSIGNED = "unsigned"
    CONDITION_OVERDUE = "condition_overdue"
    SUSPENDED = "suspended"


class Hitch(NamedTuple):
    """One thing in the way. `about` is the need, the condition or the suspension's criteria in words."""

    kind: HitchKind
    about: str = ""
    who: str = ""
    on: date | None = None


class Must(NamedTuple):
    """A must-have as it stands now."""

    expectation_id: UUID
    need: str
    verdict: Verdict


class Condition(NamedTuple):
    """What a conditional go hangs on; `due_on` is the last day on which it is in time."""

    text: str
    owner: str
    due_on: date
    is_met: bool

    def is_overdue(self, today: date) -> bool:
        return not self.is_met and self.due_on < today


@dataclass(frozen=True)
class Decided:
    """The decision that stands, as far as it opens the gate."""

    choice: Choice
    is_in_force: bool
    conditions: Sequence[Condition] = ()
    #: The last day of each waiver, by expectation.
    waived: Mapping[UUID, date] = field(default_factory=dict)


def hitches(
    musts: Sequence[Must], decided: Decided | None, suspended: Sequence[str], today: date
) -> list[Hitch]:
    """Empty where the gate is open: a GO in force, nothing of it overdue or run out, and no suspension.

    A program without must-haves and without a decision has no gate.
    """
    found = [hitch for must in musts if (hitch := _of_must(must, decided, today)) is not None]
    if musts or decided is not None:
        found += _of_decision(decided, today)
    if suspended:
        found.append(Hitch(HitchKind.SUSPENDED, "; ".join(suspended)))
    return found


_OPEN = {
    Verdict.INCONCLUSIVE: HitchKind.UNSETTLED,
    Verdict.CONTRADICTED: HitchKind.CONTRADICTED,
    Verdict.NOT_MET: HitchKind.NOT_MET,
}


def _of_must(must: Must, decided: Decided | None, today: date) -> Hitch | None:
    if must.verdict is Verdict.MET:
        return None
    ends_on = decided.waived.get(must.expectation_id) if decided is not None else None
    if ends_on is not None:
        return Hitch(HitchKind.WAIVER_OVER, must.need, on=ends_on) if ends_on < today else None
    is_conditional = decided is not None and decided.choice is Choice.CONDITIONAL
    if is_conditional and must.verdict is Verdict.INCONCLUSIVE:
        return None  # its conditions say who settles it until when
    return Hitch(_OPEN[must.verdict], must.need)


def _of_decision(decided: Decided | None, today: date) -> list[Hitch]:
    if decided is None:
        return [Hitch(HitchKind.UNDECIDED)]
    if decided.choice is Choice.NO_GO:
        return [Hitch(HitchKind.NO_GO)]
    if not decided.is_in_force:
        return [Hitch(HitchKind.UNSIGNED)]
    return [
        Hitch(HitchKind.CONDITION_OVERDUE, each.text, each.owner, each.due_on)
        for each in decided.conditions
        if each.is_overdue(today)
    ]


def said(hitch: Hitch, program: str) -> str:
    """One sentence that begins with the program's name."""
    day = format_date(hitch.on, locale=i18n.locale()) if hitch.on is not None else ""
    values = {"program": program, "what": hitch.about[:80], "who": hitch.who, "day": day}
    if hitch.kind is HitchKind.UNSETTLED:
        return _("%(program)s: it is not settled yet whether “%(what)s” is met.", **values)
    if hitch.kind is HitchKind.CONTRADICTED:
        return _("%(program)s: the measures of “%(what)s” contradict each other.", **values)
    if hitch.kind is HitchKind.NOT_MET:
        return _("%(program)s: “%(what)s” is not met, and nobody waived it.", **values)
    if hitch.kind is HitchKind.WAIVER_OVER:
        return _(
            "%(program)s: “%(what)s” was waived until %(day)s only. Renew the waiver, or decide anew.",
            **values,
        )
    if hitch.kind is HitchKind.UNDECIDED:
        return _("%(program)s: no GO is decided yet.", **values)
    if hitch.kind is HitchKind.NO_GO:
        return _("%(program)s: what is decided is not a GO.", **values)
    if hitch.kind is HitchKind.UNSIGNED:
        return _("%(program)s: the GO waits for signatures.", **values)
    if hitch.kind is HitchKind.CONDITION_OVERDUE:
        return _(
            "%(program)s: the condition “%(what)s” (%(who)s) was due on %(day)s and is not met.", **values
        )
    return _("%(program)s is suspended: %(what)s. Somebody has to resume it first.", **values)
