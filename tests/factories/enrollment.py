"""Testers and their places in programs, built the way the product builds them."""

from itertools import count
from typing import Any

from betaops.enrollment.models import Enrollment, Invitation, State, Tester
from betaops.enrollment.service import enrolling, inviting, testers
from betaops.kernel.work import Work
from betaops.programs.models import Program
from tests.factories.programs import a_program

_numbers = count(1)

#: How to get to each state from a new application.
_WAYS: dict[State, tuple[State, ...]] = {
    State.APPLIED: (),
    State.WAITLISTED: (State.WAITLISTED,),
    State.ACCEPTED: (State.ACCEPTED,),
    State.ACTIVE: (State.ACCEPTED, State.ACTIVE),
    State.DECLINED: (State.DECLINED,),
    State.COMPLETED: (State.ACCEPTED, State.ACTIVE, State.COMPLETED),
    State.WITHDRAWN: (State.WITHDRAWN,),
    State.REMOVED: (State.ACCEPTED, State.REMOVED),
}


def a_tester(
    work: Work,
    *,
    mail: str | None = None,
    name: str = "",
    attributes: dict[str, Any] | None = None,
    **more: Any,
) -> Tester:
    number = next(_numbers)
    tester, _is_new = testers.ensure_tester(
        work, mail or f"tester{number}@example.com", name=name or f"Tester {number}", attributes=attributes
    )
    for column, value in more.items():
        setattr(tester, column, value)
    work.session.flush()
    return tester


def an_enrollment(
    work: Work,
    *,
    program: Program | None = None,
    tester: Tester | None = None,
    state: State | str = State.ACTIVE,
    answers: dict[str, Any] | None = None,
    **tester_values: Any,
) -> Enrollment:
    """Through every state on the way, with its transitions, seat and events."""
    program = program or a_program(work)
    tester = tester or a_tester(work, **tester_values)
    enrollment = enrolling.apply(work, program.id, tester, answers=answers)
    for step in _WAYS[State(state)]:
        enrolling.change(work, enrollment.id, step)
    work.session.flush()
    return enrollment


def an_invitation(
    work: Work, *, program: Program, mail: str = "guest@example.com", name: str = "Guest"
) -> tuple[Invitation, str]:
    """The invitation and the plain token of its link."""
    invitation = inviting.invite(work, program.id, [(mail, name)]).sent[0]
    minted = inviting.mint_invitation(work, invitation.id)
    assert minted is not None
    return minted
