"""Decisions about many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from betaops.enrollment.models import Enrollment, State
from betaops.enrollment.service.enrolling import change
from betaops.kernel.errors import NotFound, Refused
from betaops.kernel.work import Work

#: What a member can do with a selection.
DECISIONS = (State.ACCEPTED, State.WAITLISTED, State.DECLINED)


@dataclass
class Tally:
    """How many of a selection changed, found no seat, or could not become what was asked."""

    changed: int = 0
    no_seat: int = 0
    unfit: int = 0

    def add(self, other: "Tally") -> None:
        self.changed += other.changed
        self.no_seat += other.no_seat
        self.unfit += other.unfit


def decide_many(
    work: Work, program_id: UUID, enrollment_ids: Sequence[UUID], state: State, *, note: str = ""
) -> Tally:
    """Bring each of the selection to `state` where it may go there.

    One id that is not in this program refuses the whole batch (`NotFound`). Seats go in the order of
    application, so that the earlier applicant gets the last one.
    """
    wanted = set(enrollment_ids)
    found = work.session.execute(
        select(Enrollment.id, Enrollment.state)
        .where(Enrollment.program_id == program_id, Enrollment.id.in_(wanted))
        .order_by(Enrollment.applied_at, Enrollment.id)
    ).all()
    if len(found) != len(wanted):
        raise NotFound
    tally = Tally()
    for enrollment_id, former in found:
        if former is state:
            continue
        try:
            change(work, enrollment_id, state, note=note, program_id=program_id)
        except Refused as error:
            if error.code == "program_over":
                raise
            tally.no_seat += error.code == "seats_taken"
            tally.unfit += error.code == "state_cannot_follow"
        else:
            tally.changed += 1
    return tally
