"""What may be decided on which readings, and how that is kept in the snapshot. No session in here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from betaops.kernel import ids
from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.readiness import board
from betaops.readiness.board import Row
from betaops.readiness.deciding.quorum import Role
from betaops.readiness.deciding.recommendation import FAILED, Choice, is_against
from betaops.readiness.models import CriterionKind, Decision
from betaops.readiness.queries import CriterionNow


@dataclass(frozen=True)
class Condition:
    """What a conditional go hangs on: what, who sees to it, until when."""

    text: str
    owner: str
    due_on: date


@dataclass(frozen=True)
class Waived:
    """A must-have that is not met and need not be until a day, and why."""

    expectation_id: UUID
    need: str
    reason: str
    ends_on: date


@dataclass(frozen=True)
class Proposal:
    choice: Choice
    reason: str
    conditions: Sequence[Condition] = ()
    waivers: Sequence[Waived] = ()
    next_look_on: date | None = None

    def conditions_json(self) -> list[dict[str, str]]:
        """As a decision keeps them."""
        return [
            {"text": each.text.strip(), "owner": each.owner.strip(), "due_on": each.due_on.isoformat()}
            for each in self.conditions
        ]

    @property
    def kept_next_look_on(self) -> date | None:
        """Only a no-go is looked at again."""
        return self.next_look_on if self.choice is Choice.NO_GO else None

    def is_kept_in(self, decision: Decision) -> bool:
        """Whether that decision says the same."""
        waived = sorted(
            (each["reason"], each["ends_on"]) for each in decision.snapshot["gate"].get("waivers", [])
        )
        return (
            decision.choice is self.choice
            and decision.reason == self.reason.strip()
            and decision.conditions == self.conditions_json()
            and decision.next_look_on == self.kept_next_look_on
            and waived == sorted((each.reason.strip(), each.ends_on.isoformat()) for each in self.waivers)
        )


def check(
    proposal: Proposal, rows: Sequence[Row], recommended: Choice | None, *, unmet: Sequence[str], today: date
) -> None:
    """`Invalid`, with its field, for what cannot be decided. `unmet`: exit criteria that are not so."""
    if is_against(proposal.choice, recommended) and not proposal.reason.strip():
        raise Invalid(
            "reason",
            _("The rules recommend otherwise: say why you decide against them. A second member signs too."),
            field="reason",
        )
    if proposal.choice is Choice.GO and unmet and not proposal.reason.strip():
        raise Invalid(
            "reason",
            _("An exit criterion is not met (%(what)s): say why it ships all the same.", what=unmet[0]),
            field="reason",
        )
    _check_conditions(proposal, today)
    _check_waivers(proposal, rows, today)
    if (
        proposal.choice is Choice.NO_GO
        and proposal.next_look_on is not None
        and proposal.next_look_on < today
    ):
        raise Invalid("next_look_on", _("The next look lies ahead."), field="next_look_on")


def is_unmet(standing: CriterionNow) -> bool:
    """Whether it is an exit criterion that is not so."""
    return standing.criterion.kind is CriterionKind.EXIT and not standing.holds


def must_be_waived(row: Row, choice: Choice) -> bool:
    """A go passes over whatever must be and is not met; a conditional one has conditions for what is not settled."""
    if choice is Choice.NO_GO or row not in board.missing([row]):
        return False
    return choice is Choice.GO or row.verdict in FAILED


def gate_json(
    standings: Sequence[CriterionNow], roles: Sequence[Role], waivers: Sequence[Waived]
) -> dict[str, Any]:
    """The gate as it stood, for the snapshot: signed with the readings."""
    return {
        "criteria": [
            {
                "kind": each.criterion.kind.value,
                "text": each.criterion.text,
                "looked_up": each.criterion.looked_up.value if each.criterion.looked_up else None,
                "holds": each.holds,
                "ticked_by": each.criterion.ticked_by if each.criterion.ticked_at else "",
            }
            for each in standings
        ],
        "roles": [role_json(role) for role in roles],
        "waivers": [
            {
                "expectation": ids.encode("exp", each.expectation_id),
                "need": each.need,
                "reason": each.reason.strip(),
                "ends_on": each.ends_on.isoformat(),
            }
            for each in waivers
        ],
    }


def role_json(role: Role) -> dict[str, Any]:
    return {
        "name": role.name,
        "user": ids.encode("usr", role.user_id) if role.user_id else None,
        "holder": role.holder,
    }


def _check_conditions(proposal: Proposal, today: date) -> None:
    choice, conditions = proposal.choice, proposal.conditions
    if choice is Choice.CONDITIONAL and not conditions:
        raise Invalid(
            "conditions", _("Name at least one condition, with its owner and date."), field="conditions"
        )
    if choice is not Choice.CONDITIONAL and conditions:
        raise Invalid("conditions", _("Only a conditional go has conditions."), field="conditions")
    for each in conditions:
        if not each.text.strip() or not each.owner.strip():
            raise Invalid("conditions", _("Every condition needs an owner and a date."), field="conditions")
        if each.due_on < today:
            raise Invalid("conditions", _("A condition's date lies ahead."), field="conditions")


def _check_waivers(proposal: Proposal, rows: Sequence[Row], today: date) -> None:
    waived = {each.expectation_id for each in proposal.waivers}
    open_ids = {row.expectation.id for row in board.missing(rows)}
    if waived and proposal.choice is Choice.NO_GO:
        raise Invalid("waivers", _("A no-go waives nothing."), field="waivers")
    if len(waived) < len(proposal.waivers) or not waived <= open_ids:
        raise Invalid("waivers", _("Only a must-have that is not met is waived, and once."), field="waivers")
    for each in proposal.waivers:
        check_waiver(each.need, each.reason, each.ends_on, today)
    for row in rows:
        if must_be_waived(row, proposal.choice) and row.expectation.id not in waived:
            raise Invalid(
                "waivers",
                _(
                    "“%(need)s” must be and is not met: waive it, with a reason and until when, or decide otherwise.",
                    need=row.expectation.need[:80],
                ),
                field="waivers",
            )


def check_waiver(need: str, reason: str, ends_on: date, today: date) -> None:
    if not reason.strip():
        raise Invalid("waivers", _("Say why “%(need)s” need not be met.", need=need[:80]), field="waivers")
    if ends_on < today:
        raise Invalid("waivers", _("A waiver ends on a day that lies ahead."), field="waivers")
