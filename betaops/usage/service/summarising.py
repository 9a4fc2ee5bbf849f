"""What usage adds up to, written down as facts that cohort rules read."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from betaops.cohorts import service as cohort_service
from betaops.cohorts.models import Trait
from betaops.kernel.work import Work
from betaops.usage.models import UsageDaily

DAYS = 14
ACTIVE_DAYS = "usage.active_days"
LAST_DAY = "usage.last_day"


def summarise(work: Work) -> int:
    """Write each tester's active days of the last two weeks and their last day; how many facts changed."""
    since = work.now.date() - timedelta(days=DAYS - 1)
    active: dict[UUID, int] = {
        row.tester_id: row.days
        for row in work.session.execute(
            select(UsageDaily.tester_id, func.count(func.distinct(UsageDaily.day)).label("days"))
            .where(UsageDaily.day >= since)
            .group_by(UsageDaily.tester_id)
        )
    }
    last = {
        row.tester_id: row.day.isoformat()
        for row in work.session.execute(
            select(UsageDaily.tester_id, func.max(UsageDaily.day).label("day")).group_by(UsageDaily.tester_id)
        )
    }
    written = {
        (row.tester_id, row.name): row.value
        for row in work.session.execute(
            select(Trait.tester_id, Trait.name, Trait.value).where(Trait.name.in_((ACTIVE_DAYS, LAST_DAY)))
        )
    }
    wanted: dict[tuple[UUID, str], int | str] = {
        (tester_id, ACTIVE_DAYS): active.get(tester_id, 0) for tester_id in last
    }
    wanted |= {(tester_id, LAST_DAY): day for tester_id, day in last.items()}
    changed = {key: value for key, value in wanted.items() if written.get(key) != value}
    for (tester_id, name), value in changed.items():
        cohort_service.set_trait(work, tester_id, name, value)
    return len(changed)
