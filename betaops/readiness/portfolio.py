"""Every program of a workspace in a line: where it stands, how it goes, what blocks it. No session: all is loaded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import ngettext
from betaops.programs.models import Phase, Program
from betaops.readiness import health
from betaops.readiness.models import Decision
from betaops.readiness.verdict import Verdict

#: Of must-haves.
_LEFT = (Verdict.NOT_MET, Verdict.CONTRADICTED, Verdict.INCONCLUSIVE)
_PHASES = list(Phase)


@dataclass(frozen=True)
class Block:
    """One thing in the way, and where it is looked at: an endpoint that takes the program's `slug` besides `values`."""

    text: str
    endpoint: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Line:
    program: Program
    today: date
    #: Share of those in the program who took part in the last week that is over; None before there is one.
    participation: float | None
    engagement: health.Engagement | None
    #: Must-haves by verdict; every verdict is named.
    musts: dict[Verdict, int]
    #: Needs of must-haves that are not met or contradicted.
    failed: Sequence[str]
    decision: Decision | None
    #: Open blocker reports.
    blockers: int

    @property
    def days_left(self) -> int:
        """Until the program's last day, when it is to be decided; negative when that is over."""
        return (self.program.ends_on - self.today).days

    @property
    def left(self) -> int:
        """Must-haves that are not met."""
        return sum(self.musts[verdict] for verdict in _LEFT)

    @property
    def is_over(self) -> bool:
        return self.program.is_over

    def blocks(self) -> list[Block]:
        """The gravest first; none where nothing is in the way."""
        found = []
        if not sum(self.musts.values()):
            found.append(Block(_("no must-have is written"), "readiness.index", {}))
        if self.failed:
            more = len(self.failed) - 1
            text = _("“%(need)s” is not met", need=self.failed[0])
            if more:
                text = ngettext(
                    "“%(need)s” and %(num)s more are not met",
                    "“%(need)s” and %(num)s more are not met",
                    more,
                    need=self.failed[0],
                )
            found.append(Block(text, "readiness.index", {}))
        if self.blockers:
            text = ngettext("%(num)s open blocker", "%(num)s open blockers", self.blockers)
            found.append(Block(text, "feedback.reports", {"severity": "blocker"}))
        if self.musts[Verdict.INCONCLUSIVE]:
            text = ngettext(
                "%(num)s must-have is not settled",
                "%(num)s must-haves are not settled",
                self.musts[Verdict.INCONCLUSIVE],
            )
            found.append(Block(text, "readiness.index", {}))
        return found


#: By what lines can be sorted; "-days" is the other way round. Lines without a value come last either way.
ORDERS = ("name", "phase", "days", "participation", "health", "musts", "decision")
USUAL = "days"


def ordered(lines: Sequence[Line], order: str) -> list[Line]:
    """An order that is not known is `USUAL`. What is over stands behind what is under way."""
    name = order.removeprefix("-")
    if name not in ORDERS:
        name, order = USUAL, USUAL
    known = [line for line in lines if _key(line, name) is not None]
    unknown = [line for line in lines if _key(line, name) is None]
    found = sorted(known, key=lambda line: line.program.name.casefold())
    found.sort(key=lambda line: _key(line, name), reverse=order.startswith("-"))
    return sorted([*found, *unknown], key=lambda line: line.is_over)


def _key(line: Line, name: str) -> Any:
    match name:
        case "phase":
            return _PHASES.index(line.program.phase)
        case "days":
            return line.days_left
        case "participation":
            return line.participation
        case "health":
            return line.engagement.mark if line.engagement is not None else None
        case "musts":
            return line.left if sum(line.musts.values()) else None
        case "decision":
            return line.decision.choice.value if line.decision is not None else None
    return line.program.name.casefold()
