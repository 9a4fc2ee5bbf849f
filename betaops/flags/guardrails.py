"""What guardrails can measure. Rooms that know a measure hand it in through `wiring`; no session of its own here."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from uuid import UUID

from betaops.kernel.i18n import gettext as _

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

MOST_GUARDRAILS = 10
#: A window is at most four weeks.
MOST_HOURS = 24 * 28
LARGEST_LIMIT = 1_000_000


class Measure(Protocol):
    """How it stands between `since` and `now`: a number in the kind's unit.

    `having` names those among some testers who have the flag; a measure that is about them asks it.
    `event` is the name that the guardrail counts, where its kind takes one.
    """

    def __call__(
        self,
        session: "Session",
        product_id: UUID,
        *,
        since: datetime,
        now: datetime,
        event: str,
        having: Callable[[Collection[UUID]], set[UUID]],
    ) -> float: ...


class Kind(NamedTuple):
    """`unit` follows the number on pages ("%"); `takes_event`: it counts events of one name."""

    name: str
    label: Any
    unit: Any
    takes_event: bool
    measure: Measure


_kinds: dict[str, Kind] = {}


def register(name: str, label: Any, unit: Any, measure: Measure, *, takes_event: bool = False) -> None:
    """`name` is kept in rows: never rename."""
    _kinds[name] = Kind(name, label, unit, takes_event, measure)


def kinds() -> Mapping[str, Kind]:
    """By name, in the order in which pages offer them."""
    return dict(_kinds)


def problem(measure: str, event: str, limit: float, window_hours: int) -> tuple[str, str] | None:
    """(field, sentence) of what is wrong with a guardrail."""
    kind = _kinds.get(measure)
    if kind is None:
        return "measure", _("Choose what is measured.")
    if kind.takes_event and not event:
        return "event", _("Name the event, as the product sends it.")
    if len(event) > 200:
        return "event", _("Keep it under %(most)s characters.", most=200)
    if not 0 <= limit <= LARGEST_LIMIT:
        return "limit", _("Write a number from 0 to %(most)s.", most=LARGEST_LIMIT)
    if not 1 <= window_hours <= MOST_HOURS:
        return "window_hours", _("Write 1 to %(most)s hours.", most=MOST_HOURS)
    return None


def is_broken(reading: float, limit: float) -> bool:
    return reading > limit


def label(measure: str, event: str) -> str:
    """“New blocker reports”, “Events “$exception””; the bare name where no room measures it any more."""
    kind = _kinds.get(measure)
    words = str(kind.label) if kind else measure.replace("_", " ")
    return f"{words} “{event}”" if event else words


def amount(measure: str, value: float) -> str:
    """“3”, “12.5 %”"""
    kind = _kinds.get(measure)
    number = f"{round(value, 2):g}" if abs(value) < 1e6 else f"{value:.0f}"
    unit = str(kind.unit) if kind and kind.unit else ""
    return f"{number} {unit}" if unit else number
