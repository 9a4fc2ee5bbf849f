"""How often people are asked: one reading for mails and for what is shown in the product."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from betaops.cohorts.models import Trait
from betaops.enrollment.models import Enrollment
from betaops.surveys.models import ContactRule, LinkKind, Survey, SurveyLink
from betaops.surveys.product.payload import ASKED
from betaops.surveys.queries.people import people_to_ask

#: Days between two asks where a workspace says nothing.
USUAL_DAYS = 7


def contact_days(session: Session) -> int:
    """For how many days this workspace leaves a person alone after an ask."""
    found = session.scalar(select(ContactRule.days))
    return USUAL_DAYS if found is None else found


def asked_lately(session: Session, tester_id: UUID, now: datetime) -> bool:
    """Whether a person was asked anything within those days, by whatever program and way."""
    days = contact_days(session)
    if not days:
        return False
    asked = select(Enrollment.id).where(
        Enrollment.tester_id == tester_id, _was_asked(now - timedelta(days=days))
    )
    return session.scalar(asked.limit(1)) is not None


def count_asked_lately(session: Session, survey: Survey, now: datetime, cohort_id: UUID | None = None) -> int:
    """How many of those who could be asked for this survey are to be left alone now."""
    days = contact_days(session)
    if not days:
        return 0
    people = people_to_ask(survey, cohort_id).where(_was_asked(now - timedelta(days=days)))
    return session.scalar(select(func.count()).select_from(people.subquery())) or 0


def _was_asked(since: datetime) -> ColumnElement[bool]:
    """Of an `Enrollment`: its person got a link by mail, or was asked in the product, after `since`."""
    other = aliased(Enrollment)
    mailed = (
        select(SurveyLink.id)
        .join(other, other.id == SurveyLink.enrollment_id)
        .where(
            other.tester_id == Enrollment.tester_id,
            SurveyLink.kind == LinkKind.PERSONAL,
            SurveyLink.created_at > since,
        )
    )
    in_product = select(Trait.id).where(
        and_(Trait.tester_id == Enrollment.tester_id, Trait.name == ASKED, Trait.changed_at > since)
    )
    return or_(mailed.exists(), in_product.exists())
