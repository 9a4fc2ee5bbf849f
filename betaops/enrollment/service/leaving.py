"""The end of a person's part: done with a program, or gone from the workspace."""

from uuid import UUID

from sqlalchemy import delete, select

from betaops.accounts.models import HolderKind
from betaops.accounts.service import sessions
from betaops.enrollment.events import TesterErased
from betaops.enrollment.models import SEATED, Application, Enrollment, Invitation, State, Tester
from betaops.enrollment.service.enrolling import change, promote
from betaops.enrollment.service.telling import tell_changed
from betaops.kernel.work import Work
from betaops.programs.service import release_seats


def withdraw(work: Work, enrollment_id: UUID, *, reason: str = "") -> None:
    """The tester leaves, of their own will and without needing a reason; what they signed stays theirs to read."""
    change(work, enrollment_id, State.WITHDRAWN, note=reason)


def complete_some(work: Work, program_id: UUID, limit: int = 200) -> int:
    """After a program closed: who took part has completed it. Returns how many this time; call until 0."""
    active = work.session.scalars(
        select(Enrollment.id)
        .where(Enrollment.program_id == program_id, Enrollment.state == State.ACTIVE)
        .limit(limit)
    ).all()
    for enrollment_id in active:
        change(work, enrollment_id, State.COMPLETED, program_id=program_id)
    return len(active)


def erase(work: Work, tester_id: UUID) -> None:
    """Remove the person, sign them out, and remove all that hangs on them in this room; rooms above follow on
    `TesterErased`.

    Their seats are freed. What stays is in the event log: ids and moments, no name and no address.
    """
    programs = work.session.scalars(
        select(Enrollment.program_id).where(Enrollment.tester_id == tester_id, Enrollment.state.in_(SEATED))
    ).all()
    tester = work.lock(Tester, tester_id)
    sessions.close_all(work, HolderKind.TESTER, tester.id)
    for model in (Application, Invitation):
        work.session.execute(
            delete(model)
            .where(model.mail_key == tester.mail_key)
            .execution_options(synchronize_session=False)
        )
    work.session.execute(
        delete(Tester).where(Tester.id == tester.id).execution_options(synchronize_session=False)
    )
    work.session.expunge(tester)
    work.record(TesterErased(tester_id=tester_id))
    tell_changed(work, [tester_id])
    for program_id in programs:
        release_seats(work, program_id)
        promote(work, program_id)
