"""The way of one person through one program. Every change is a dated row, and seats are counted with it.

Locks are taken in one order, program before enrollment, so that two decisions never wait for each other.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from betaops.enrollment import events
from betaops.enrollment.models import SEATED, Enrollment, EnrollmentTransition, State, Tester
from betaops.kernel.errors import NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import SYSTEM, Work
from betaops.programs import screener
from betaops.programs.models import Phase, Program
from betaops.programs.service import release_seats, take_seats

LONGEST_NOTE = 2_000

_EVENTS: dict[State, type[events.EnrollmentChanged]] = {
    State.APPLIED: events.EnrollmentApplied,
    State.WAITLISTED: events.EnrollmentWaitlisted,
    State.ACCEPTED: events.EnrollmentAccepted,
    State.ACTIVE: events.EnrollmentActivated,
    State.DECLINED: events.EnrollmentDeclined,
    State.COMPLETED: events.EnrollmentCompleted,
    State.WITHDRAWN: events.EnrollmentWithdrawn,
    State.REMOVED: events.EnrollmentRemoved,
}


def apply(
    work: Work,
    program_id: UUID,
    tester: Tester,
    *,
    answers: Mapping[str, Any] | None = None,
    source: str = "join",
) -> Enrollment:
    """Put a person before the program's decision, and decide at once where the program says so.

    Who is there already stays where they are; who left comes back as an applicant.
    """
    program = work.lock(Program, program_id)
    enrollment = _of(work, program.id, tester.id)
    if enrollment is None:
        enrollment = Enrollment(
            program_id=program.id,
            tester_id=tester.id,
            state=State.APPLIED,
            answers=dict(answers or {}),
            source=source,
            applied_at=work.now,
            changed_at=work.now,
        )
        work.add(enrollment)
        work.session.flush()
        _note_down(work, enrollment, None, "", promoted=False)
    elif enrollment.state is State.WITHDRAWN:
        enrollment.answers = {**enrollment.answers, **(answers or {})}
        _move(work, enrollment, State.APPLIED, "")
    else:
        return enrollment
    if screener.is_ruled_out(screener.questions(program.screener), enrollment.answers):
        if program.accepts_automatically:
            _move(work, enrollment, State.DECLINED, _("An answer rules this person out."))
    elif program.accepts_automatically:
        _accept_or_wait(work, enrollment)
    return enrollment


def admit(work: Work, program_id: UUID, tester: Tester, *, source: str, note: str = "") -> Enrollment:
    """Straight to a seat (invitation, by hand), or to the waitlist where there is none. Repeating changes nothing."""
    program = work.lock(Program, program_id)
    enrollment = _of(work, program.id, tester.id)
    if enrollment is None:
        enrollment = Enrollment(
            program_id=program.id,
            tester_id=tester.id,
            state=State.APPLIED,
            source=source,
            applied_at=work.now,
            changed_at=work.now,
        )
        work.add(enrollment)
        work.session.flush()
        _note_down(work, enrollment, None, note, promoted=False)
    if enrollment.state in SEATED:
        return enrollment
    if not enrollment.may_become(State.ACCEPTED):
        _move(work, enrollment, State.APPLIED, note)
    _accept_or_wait(work, enrollment, note)
    return enrollment


def accept(work: Work, enrollment_id: UUID, *, note: str = "") -> Enrollment:
    """Give a seat. `Refused` when all are taken."""
    return change(work, enrollment_id, State.ACCEPTED, note=note)


def change(
    work: Work, enrollment_id: UUID, state: State, *, note: str = "", program_id: UUID | None = None
) -> Enrollment:
    """Move to `state`; already there, nothing happens (a double click, a repeated delivery).

    `NotFound` where the enrollment is not in `program_id`. A freed seat goes to the first who waits.
    """
    program, enrollment = _locked(work, enrollment_id, program_id)
    if enrollment.state is state or (state is State.ACCEPTED and enrollment.state in SEATED):
        return enrollment
    if program.is_over and state in (State.ACCEPTED, State.WAITLISTED):
        raise Refused("program_over", _("The program is over: nobody can join it any more."))
    _move(work, enrollment, state, note[:LONGEST_NOTE])
    return enrollment


def undo(work: Work, enrollment_id: UUID, state: State, *, program_id: UUID | None = None) -> Enrollment:
    """Take a decision back: from `state` to applied. Nothing happens where it is not in `state`."""
    _program, enrollment = _locked(work, enrollment_id, program_id)
    if enrollment.state is state:
        _move(work, enrollment, State.APPLIED, _("Taken back."))
    return enrollment


def activate(work: Work, enrollment_id: UUID) -> None:
    """First sign of life after acceptance; anything else is left as it is. Rooms above call it too."""
    state = work.session.execute(
        select(Enrollment.state).where(Enrollment.id == enrollment_id)
    ).scalar_one_or_none()
    if state is State.ACCEPTED:
        change(work, enrollment_id, State.ACTIVE)


def promote(work: Work, program_id: UUID) -> int:
    """Give free seats to those who wait, the longest first. Returns how many moved up."""
    program = work.lock(Program, program_id)
    if program.phase not in (Phase.RECRUITING, Phase.RUNNING) or not program.seats_free:
        return 0
    waiting = work.session.scalars(
        select(Enrollment)
        .where(Enrollment.program_id == program.id, Enrollment.state == State.WAITLISTED)
        .order_by(Enrollment.waitlisted_at, Enrollment.id)
        .limit(program.seats_free)
        .with_for_update()
    ).all()
    for enrollment in waiting:
        if not take_seats(work, program.id):
            break
        _set(work, enrollment, State.ACCEPTED, _("A seat became free."), promoted=True)
    return len(waiting)


def _locked(work: Work, enrollment_id: UUID, program_id: UUID | None) -> tuple[Program, Enrollment]:
    found = work.session.execute(
        select(Enrollment.program_id).where(Enrollment.id == enrollment_id)
    ).scalar_one_or_none()
    if found is None or program_id not in (None, found):
        raise NotFound
    return work.lock(Program, found), work.lock(Enrollment, enrollment_id)


def _accept_or_wait(work: Work, enrollment: Enrollment, note: str = "") -> None:
    if take_seats(work, enrollment.program_id):
        _set(work, enrollment, State.ACCEPTED, note)
    elif enrollment.state is not State.WAITLISTED:
        _set(work, enrollment, State.WAITLISTED, note or _("All seats are taken."))


def _move(work: Work, enrollment: Enrollment, state: State, note: str) -> None:
    """With the program locked: check, count the seat, set, and let somebody move up."""
    if not enrollment.may_become(state):
        raise Refused(
            "state_cannot_follow",
            _("From %(now)s nobody can become %(then)s.", now=enrollment.state.value, then=state.value),
            state=enrollment.state.value,
        )
    had, has = enrollment.state in SEATED, state in SEATED
    if has and not had and not take_seats(work, enrollment.program_id):
        raise Refused(
            "seats_taken",
            _("All seats are taken. Put them on the waitlist, or raise the number of seats first."),
        )
    _set(work, enrollment, state, note)
    if had and not has:
        work.session.flush()
        release_seats(work, enrollment.program_id)
        promote(work, enrollment.program_id)


def _set(work: Work, enrollment: Enrollment, state: State, note: str, *, promoted: bool = False) -> None:
    former = enrollment.state
    enrollment.become(state, work.now)
    _note_down(work, enrollment, former, note, promoted=promoted)


def _note_down(
    work: Work, enrollment: Enrollment, former: State | None, note: str, *, promoted: bool
) -> None:
    """The dated row and the event of what `enrollment` has just become."""
    actor = SYSTEM if promoted else work.actor
    work.add(
        EnrollmentTransition(
            enrollment_id=enrollment.id,
            former=former,
            state=enrollment.state,
            at=work.now,
            actor_kind=actor.kind,
            actor_id=actor.id,
            who=actor.name,
            note=note,
        )
    )
    more: dict[str, Any] = {"promoted": promoted} if enrollment.state is State.ACCEPTED else {}
    work.record(
        _EVENTS[enrollment.state](
            enrollment_id=enrollment.id,
            program_id=enrollment.program_id,
            tester_id=enrollment.tester_id,
            former=former or "",
            note=note,
            **more,
        )
    )


def _of(work: Work, program_id: UUID, tester_id: UUID) -> Enrollment | None:
    return work.session.scalar(
        select(Enrollment)
        .where(Enrollment.program_id == program_id, Enrollment.tester_id == tester_id)
        .with_for_update()
    )
