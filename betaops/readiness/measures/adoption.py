"""Share of testers who took something up within some days of their beginning."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Session

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.kernel.i18n import ngettext
from betaops.programs.models import Program
from betaops.readiness import taking_part
from betaops.readiness.measures.base import Evidence, Group, Measure, Offer, Sample, elapsed
from betaops.readiness.measures.usage_share import Doing, UsageShare
from betaops.readiness.scope import Scope


class TakingUp(Doing):
    #: The day they begin is the first.
    days: int = Field(default=14, ge=1, le=365)


class Adoption(Measure):
    """Of everybody who was let in at least so long ago: who came yesterday has not failed to yet."""

    kind = "adoption"
    label = _l("Adoption")
    hint = _l("Share of testers who do something within some days of their beginning.")
    scoring = _l("A tester counts as yes who did it in time; whose days are not over does not count yet.")
    group = Group.USE
    names_event = True
    parameters = TakingUp
    threshold = 0.5

    def title(self, parameters: TakingUp) -> str:
        if parameters.times == 1:
            return ngettext(
                "testers who did “%(event)s” on their first day",
                "testers who did “%(event)s” in their first %(num)s days",
                parameters.days,
                event=parameters.event,
            )
        return ngettext(
            "testers who did “%(event)s” at least %(times)s times on their first day",
            "testers who did “%(event)s” at least %(times)s times in their first %(num)s days",
            parameters.days,
            event=parameters.event,
            times=parameters.times,
        )

    def offers(self, session: Session, program: Program) -> list[Offer]:
        return [_with_days(each) for each in UsageShare().offers(session, program)]

    def offer(self, session: Session, program: Program, key: str) -> Offer | None:
        offer = UsageShare().offer(session, program, key)
        return _with_days(offer) if offer is not None else None

    def sample(self, session: Session, scope: Scope, parameters: TakingUp) -> Sample:
        window = timedelta(days=parameters.days)
        days = taking_part.days_by_tester(session, scope, parameters.event)

        def took_it_up(tester: UUID, came: date) -> bool:
            times = sum(times for day, times in days.get(tester, ()) if came <= day < came + window)
            return times >= parameters.times

        return elapsed(scope, window, took_it_up)

    def evidence(self, parameters: TakingUp) -> Evidence:
        return Evidence("usage.index", {"event": parameters.event}, _("Events of this name"))


def _with_days(offer: Offer) -> Offer:
    return replace(offer, parameters=TakingUp(**offer.parameters).model_dump())
