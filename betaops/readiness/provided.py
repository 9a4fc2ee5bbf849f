"""What readiness puts on the pages of rooms below: who is silent, what a cohort is needed for, what is found."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from betaops.cohorts.models import Cohort
from betaops.enrollment.models import INSIDE, Enrollment, Tester
from betaops.enrollment.providers import Filter
from betaops.kernel import clock
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.kernel.i18n import ngettext
from betaops.programs.models import Program
from betaops.readiness import queries
from betaops.readiness.models import Expectation

#: Spans offered, in days; the overview speaks of the first.
DAYS = (7, 14, 30)


def _options(session: Session, program: Program) -> Sequence[tuple[str, str]]:
    return [(str(days), ngettext("for %(num)s day", "for %(num)s days", days)) for days in DAYS]


def _narrow(statement: Select[Any], value: str) -> Select[Any]:
    """Whoever is in since before that span and was not seen in it; an unknown span matches nobody."""
    days = int(value) if value.isdecimal() and len(value) < 4 else 0
    since = clock.now() - timedelta(days=days)
    return statement.where(
        Enrollment.state.in_(INSIDE if days else ()),
        Enrollment.accepted_at < since,
        or_(Tester.seen_at.is_(None), Tester.seen_at < since),
    )


SILENT = Filter(name="silent", label=_l("Silent"), options=_options, narrow=_narrow)


def users_of_cohort(session: Session, cohort: Cohort) -> Sequence[str]:
    """Expectations that speak only of its people."""
    needs = session.scalars(
        select(Expectation.need).where(Expectation.cohort_id == cohort.id).order_by(Expectation.position)
    )
    return [_("the expectation “%(need)s”", need=need[:80]) for need in needs]


def waiting(session: Session, program: Program) -> int:
    """Decisions that wait for a signature: the number in the navigation."""
    return queries.count_unsigned(session, program.id)


def find(session: Session, query: str, limit: int) -> list[dict[str, str]]:
    """Expectations for the command palette."""
    return [
        {
            "label": need,
            "note": name,
            "url": f"/console/programs/{slug}/readiness#e-{expectation_id}",
            "icon": "target",
        }
        for expectation_id, need, name, slug in queries.find_expectations(session, query, limit)
    ]
