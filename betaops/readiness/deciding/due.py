"""What waits because of the decision that stands: signatures, what ran out, who withdrew, a next look. No session in here."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from babel.dates import format_date

from betaops.kernel import i18n, ids
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import ngettext
from betaops.readiness.deciding.hitches import Condition
from betaops.readiness.deciding.quorum import Quorum
from betaops.readiness.deciding.recommendation import Choice
from betaops.readiness.models import Decision, DecisionState, Recheck, Suspension, Waiver
from betaops.readiness.overview import Need

#: Days before a condition or waiver ends on which it begins to be mentioned.
SOON = 3


class Standing(NamedTuple):
    """The decision that stands, with what it hangs on."""

    decision: Decision
    quorum: Quorum
    conditions: Sequence[Condition]
    #: The last one of each need.
    waivers: Sequence[Waiver]
    recheck: Recheck | None


def needs(standing: Standing | None, suspension: Suspension | None, today: date) -> list[Need]:
    """The most pressing first."""
    found = [] if suspension is None else [_suspended(suspension)]
    if standing is None:
        return found
    decision = standing.decision
    if decision.state is DecisionState.PROPOSED:
        roles = ", ".join(role.name for role in standing.quorum.open_roles)
        text = _("A decision waits for signatures")
        return [*found, _need(decision, text, _("Read and sign"), note=roles)]
    for condition in standing.conditions:
        found += _of_condition(decision, condition, today)
    for waiver in standing.waivers:
        found += _of_waiver(decision, waiver, today)
    if standing.recheck is not None and standing.recheck.shifts:
        found.append(_shaken(decision, standing.recheck))
    if (
        decision.choice is Choice.NO_GO
        and decision.next_look_on is not None
        and decision.next_look_on <= today
    ):
        text = _("You wanted to look again at whether it ships")
        found.append(_need(decision, text, _("Look again"), note=_day(decision.next_look_on)))
    return found


def uncalibrated(horizons: Sequence[tuple[int, date]]) -> list[Need]:
    """Of horizons that have come (days, and the day on which they did) what came true is not all known."""
    return [
        Need(
            _("%(days)s days are over since the launch: what came true?", days=days),
            "readiness.calibrate",
            {"_anchor": f"days-{days}"},
            _("Write it down"),
            note=_day(since),
        )
        for days, since in horizons
    ]


def _suspended(suspension: Suspension) -> Need:
    return Need(
        _("Releases are suspended"),
        "readiness.gate",
        {},
        _("Look and resume"),
        note="; ".join(suspension.because),
        role="danger",
    )


def _of_condition(decision: Decision, condition: Condition, today: date) -> list[Need]:
    if condition.is_met or (condition.due_on - today).days > SOON:
        return []
    is_overdue = condition.is_overdue(today)
    return [
        _need(
            decision,
            _("A condition is overdue: %(text)s", text=condition.text)
            if is_overdue
            else _("A condition is due: %(text)s", text=condition.text),
            _("See to it"),
            note=f"{condition.owner}, {_day(condition.due_on)}",
            is_pressing=is_overdue,
        )
    ]


def _of_waiver(decision: Decision, waiver: Waiver, today: date) -> list[Need]:
    if (waiver.ends_on - today).days > SOON:
        return []
    is_over = waiver.ends_on < today
    text = (
        _("The waiver of “%(need)s” has run out", need=waiver.need)
        if is_over
        else _("The waiver of “%(need)s” runs out", need=waiver.need)
    )
    return [_need(decision, text, _("Renew or decide"), note=_day(waiver.ends_on), is_pressing=is_over)]


def _shaken(decision: Decision, recheck: Recheck) -> Need:
    return _need(
        decision,
        ngettext(
            "Since it was decided, %(num)s person withdrew, and a verdict would be another",
            "Since it was decided, %(num)s people withdrew, and a verdict would be another",
            recheck.gone,
        ),
        _("See which"),
        note="; ".join(f"“{shift['need']}”" for shift in recheck.shifts),
        is_pressing=True,
    )


def _need(decision: Decision, text: str, verb: str, *, note: str = "", is_pressing: bool = False) -> Need:
    return Need(
        text,
        "readiness.decision",
        {"decision_id": ids.encode("dec", decision.id)},
        verb,
        note=note,
        role="danger" if is_pressing else "waiting",
    )


def _day(day: date) -> str:
    return str(format_date(day, locale=i18n.locale()))
