"""Events from before anybody knew whose they were."""

from typing import Any
from uuid import UUID

from sqlalchemy import update

from betaops.cohorts import service as cohort_service
from betaops.kernel.work import Work
from betaops.usage.builds import VERSION
from betaops.usage.models import UsageEvent
from betaops.usage.service.ingesting import count
from betaops.usage.service.using import note_builds

_VERSION: Any = UsageEvent.properties[VERSION].as_string()


def adopt(work: Work, tester_id: UUID, distinct_id: str) -> int:
    """Give the unowned events of `distinct_id` to its tester and count them; how many there were."""
    rows = work.session.execute(
        update(UsageEvent)
        .where(UsageEvent.distinct_id == distinct_id, UsageEvent.tester_id.is_(None))
        .values(tester_id=tester_id)
        .returning(UsageEvent.product_id, UsageEvent.at, UsageEvent.name, _VERSION.label("version"))
        .execution_options(synchronize_session=False)
    ).all()
    for product_id in {row.product_id for row in rows}:
        count(
            work,
            product_id,
            ((tester_id, row.at.date(), row.name) for row in rows if row.product_id == product_id),
        )
        note_builds(
            work,
            product_id,
            ((tester_id, row.version, row.at) for row in rows if row.product_id == product_id),
        )
        deeds = {f"usage.{row.name}" for row in rows if row.product_id == product_id}
        cohort_service.facts_changed(work, product_id, {tester_id: deeds})
    return len(rows)
