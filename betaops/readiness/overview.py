"""What a product manager sees each morning: what needs them, where it stands, how it goes. No session in here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import ngettext
from betaops.programs.models import Phase, Program
from betaops.readiness.board import Row
from betaops.readiness.figures import about
from betaops.readiness.verdict import Verdict
from betaops.readiness.wording import UNLIKELY


@dataclass(frozen=True)
class Need:
    """One thing that waits for the PM; the endpoint takes `slug` besides `values`."""

    text: str
    endpoint: str
    values: dict[str, object]
    verb: str
    note: str = ""
    role: str = "waiting"


def day_of(program: Program, today: date) -> str:
    """“day 19 of 42”, or when it starts or ended."""
    if today < program.starts_on and program.phase in (Phase.RUNNING, Phase.CLOSING):
        return _("begun before its first day")
    if today < program.starts_on:
        days = (program.starts_on - today).days
        return ngettext("starts tomorrow", "starts in %(num)s days", days)
    if today > program.ends_on:
        return _("over since %(days)s days", days=(today - program.ends_on).days)
    return _(
        "day %(day)s of %(days)s",
        day=(today - program.starts_on).days + 1,
        days=(program.ends_on - program.starts_on).days + 1,
    )


def unsettled(rows: Sequence[Row]) -> list[Need]:
    """Expectations that will hardly be settled with the testers there are, must-haves first."""
    needs = []
    for row in sorted(rows, key=lambda each: not each.is_must):
        if (
            row.reading is None
            or row.verdict is not Verdict.INCONCLUSIVE
            or row.reading.outcome["method"] == "count"
        ):
            continue
        outcome = row.reading.outcome
        settles, waiting, likely = outcome["settles"], outcome["waiting"], outcome["more_likely"]
        if settles is None or settles >= UNLIKELY:
            continue
        needs.append(
            Need(
                _("“%(need)s” will hardly be settled", need=row.expectation.need),
                "readiness.index",
                {"_anchor": f"e-{row.expectation.id}"},
                _("See why"),
                note=_("thousands more answers needed, %(waiting)s have not answered", waiting=waiting)
                if likely is None
                else _(
                    "about %(more)s more answers needed, %(waiting)s have not answered",
                    more=about(likely),
                    waiting=waiting,
                ),
            )
        )
    return needs
