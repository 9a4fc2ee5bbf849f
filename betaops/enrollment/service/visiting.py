"""Counting looks at the signup page: days and numbers, nobody's name."""

from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite

from betaops.enrollment.models import ProgramVisit
from betaops.kernel.ids import new_id
from betaops.kernel.work import Work


def count_visit(work: Work, program_id: UUID) -> None:
    """One more on this day (UTC)."""
    insert = postgresql.insert if work.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(ProgramVisit).values(
        id=new_id(), workspace_id=work.workspace_id, program_id=program_id, day=work.now.date(), count=1
    )
    work.session.execute(
        row.on_conflict_do_update(
            index_elements=["program_id", "day"], set_={"count": ProgramVisit.count + 1}
        )
    )
