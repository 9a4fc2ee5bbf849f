"""Share of testers who took something up within some days of their beginning."""

from collections.abc import Iterable
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
from betaops.readiness.measures.waiting import waits
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
    course = _l("Share who had done it by the end of each day")

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
        days = taking_part.days_by_tester(session, scope, parameters.event)

        def took_it_up(tester: UUID, came: date) -> int | None:
            return _day_of(days.get(tester, ()), came, parameters.times)

        def in_time(tester: UUID, came: date) -> bool:
            day = took_it_up(tester, came)
            return day is not None and day <= parameters.days

        found = elapsed(scope, timedelta(days=parameters.days), in_time)
        return replace(found, waits=waits(scope, took_it_up, range(1, parameters.days + 1)))

    def evidence(self, parameters: TakingUp) -> Evidence:
        return Evidence("usage.index", {"event": parameters.event}, _("Events of this name"))


def _day_of(did: Iterable[tuple[date, int]], came: date, times: int) -> int | None:
    """On which of their days they had done it so often; the day they begin is 1."""
    for day, often in sorted(did):
        times -= often if day >= came else 0
        if times <= 0:
            return (day - came).days + 1
    return None


def _with_days(offer: Offer) -> Offer:
    return replace(offer, parameters=TakingUp(**offer.parameters).model_dump())
