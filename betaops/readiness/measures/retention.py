"""Share of testers who are still there some days after their beginning."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Session

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.programs.models import Program
from betaops.readiness import taking_part
from betaops.readiness.measures.base import Evidence, Group, Measure, Offer, Parameters, Sample, elapsed
from betaops.readiness.measures.waiting import waits
from betaops.readiness.scope import Scope

#: How long somebody may take to come back and still be there.
WINDOW = timedelta(days=7)


class Staying(Parameters):
    #: After so many days; the day they begin is day 0.
    days: int = Field(default=14, ge=1, le=365)


class Retention(Measure):
    """Of everybody who was let in, whether they ever came or not: who left early would else not be missed."""

    kind = "retention"
    label = _l("Retention")
    hint = _l(
        "Share of testers who still use the product in the week that begins some days after their beginning."
    )
    scoring = _l(
        "A tester counts as yes who used it in that week; whose week is not over does not count yet."
    )
    group = Group.USE
    parameters = Staying
    threshold = 0.4
    course = _l("Share who had not stayed away for a week yet")
    falls = True

    def title(self, parameters: Staying) -> str:
        return _("testers who use it in the week from their day %(day)s on", day=parameters.days)

    def offers(self, session: Session, program: Program) -> list[Offer]:
        return [Offer("", str(self.label), str(self.hint), Staying().model_dump())]

    def sample(self, session: Session, scope: Scope, parameters: Staying) -> Sample:
        after = timedelta(days=parameters.days)
        days = taking_part.days_by_tester(session, scope)

        def is_there(tester: UUID, came: date) -> bool:
            return any(came + after <= day < came + after + WINDOW for day, _times in days.get(tester, ()))

        def went(tester: UUID, came: date) -> int:
            return _went((day for day, _times in days.get(tester, ())), came)

        found = elapsed(scope, after + WINDOW, is_there)
        return replace(found, waits=waits(scope, went, range(parameters.days + 1), lag=WINDOW.days))

    def evidence(self, parameters: Staying) -> Evidence:
        return Evidence("usage.index", {}, _("All events"))


def _went(used: Iterable[date], came: date) -> int:
    """The first of their days from which on they stayed away for a week; the day they begin is 0.

    Whoever comes back after that did stay away: what happened would else change with what comes later.
    """
    last = came - timedelta(days=1)
    for day in sorted(used):
        if day - last > WINDOW:
            break
        last = max(last, day)
    return (last - came).days + 1
