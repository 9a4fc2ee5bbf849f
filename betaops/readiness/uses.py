"""What readiness needs cohorts for: asked before one is deleted."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.cohorts.models import Cohort
from betaops.kernel.i18n import gettext as _
from betaops.readiness.models import Expectation


def of_cohort(session: Session, cohort: Cohort) -> Sequence[str]:
    """Expectations that speak only of its people."""
    needs = session.scalars(
        select(Expectation.need).where(Expectation.cohort_id == cohort.id).order_by(Expectation.position)
    )
    return [_("the expectation “%(need)s”", need=need[:80]) for need in needs]
