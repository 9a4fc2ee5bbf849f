"""Share of testers who did something in the product, often enough (adoption, completion)."""

from datetime import date

from pydantic import Field
from sqlalchemy.orm import Session

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.kernel.i18n import ngettext
from betaops.programs.models import Program
from betaops.readiness import taking_part
from betaops.readiness.measures.base import Evidence, Group, Measure, Offer, Parameters, Sample, shares
from betaops.readiness.scope import Scope
from betaops.usage import queries as usage_queries

#: How many event names are offered, the most frequent first.
OFFERED = 50


class Doing(Parameters):
    event: str = Field(min_length=1, max_length=200)
    #: At least so often in the program.
    times: int = Field(default=1, ge=1, le=10_000)


class UsageShare(Measure):
    """Of everybody who was let in, whether they ever came or not: who left early counts as not doing it."""

    kind = "usage_share"
    label = _l("Share of testers who did something")
    hint = _l("From the events that the product sends.")
    group = Group.USE
    names_event = True
    takes_build = True
    parameters = Doing
    threshold = 0.6

    def title(self, parameters: Doing) -> str:
        return ngettext(
            "testers who did “%(event)s”",
            "testers who did “%(event)s” at least %(num)s times",
            parameters.times,
            event=parameters.event,
        )

    def offers(self, session: Session, program: Program) -> list[Offer]:
        return [
            Offer(
                seen.name,
                seen.name,
                ngettext("%(num)s tester", "%(num)s testers", seen.people),
                {"event": seen.name},
            )
            for seen in usage_queries.by_name(session, program, date.min, date.max)[:OFFERED]
        ]

    def offer(self, session: Session, program: Program, key: str) -> Offer | None:
        """Any name: an expectation may be written before the product sends the event."""
        return Offer(key, key, "", {"event": key}) if 0 < len(key) <= 200 else None

    def sample(self, session: Session, scope: Scope, parameters: Doing) -> Sample:
        counts = taking_part.times_by_tester(session, scope, parameters.event)
        did = [tester for tester, times in counts.items() if times >= parameters.times]
        return shares(did, scope.testers, {"removed": scope.removed})

    def evidence(self, parameters: Doing) -> Evidence:
        return Evidence("usage.index", {"event": parameters.event}, _("Events of this name"))
