"""The way of a person through a program, and the seats."""

from itertools import product
from threading import Barrier, Thread
from uuid import UUID

import pytest
from sqlalchemy import select

from betaops.enrollment.models import FOLLOWING, SEATED, Enrollment, State
from betaops.enrollment.queries import testers as queries
from betaops.enrollment.service import deciding, enrolling, leaving, testers
from betaops.kernel import clock
from betaops.kernel.errors import DomainError, NotFound, Refused
from betaops.kernel.events import history
from betaops.kernel.work import SYSTEM, Actor, Platform, Work
from betaops.programs import service as program_service
from betaops.programs.models import Phase, Program
from betaops.programs.screener import Kind, Question
from tests.factories.enrollment import a_tester, an_enrollment
from tests.factories.programs import a_program
from tests.support.running import RunJobs

OFTEN = Question(
    name="often", label="How often?", kind=Kind.CHOICE, options=("Daily", "Never"), knock_out=("Never",)
)


def seats(work: Work, program: Program) -> int:
    work.session.flush()
    work.session.refresh(program)
    held = len(
        work.session.scalars(
            select(Enrollment.id).where(Enrollment.program_id == program.id, Enrollment.state.in_(SEATED))
        ).all()
    )
    assert program.seats_taken == held
    return held


@pytest.mark.parametrize(("former", "state"), list(product(State, State)))
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_state_follows_only_where_the_table_says_so(work: Work, former: State, state: State) -> None:
    enrollment = an_enrollment(work, state=former)
    before = len(queries.transitions(work.session, enrollment.id))
    if state is former or (state is State.ACCEPTED and former in SEATED):
        assert enrolling.change(work, enrollment.id, state).state is former
        expected = before
    elif state in FOLLOWING[former]:
        assert enrolling.change(work, enrollment.id, state).state is state
        expected = before + 1
    else:
        with pytest.raises(Refused):
            enrolling.change(work, enrollment.id, state)
        expected = before
    assert len(queries.transitions(work.session, enrollment.id)) == expected
    seats(work, work.session.get_one(Program, enrollment.program_id))


def test_every_change_is_a_dated_row_that_says_who_and_why(work: Work) -> None:
    enrollment = an_enrollment(work, state=State.APPLIED)
    work.actor = Actor("member", None, "Mara")
    enrolling.accept(work, enrollment.id, note="Knows the field")
    row = queries.transitions(work.session, enrollment.id)[0]
    assert (row.former, row.state, row.who, row.note) == (
        "applied",
        State.ACCEPTED,
        "Mara",
        "Knows the field",
    )
    assert enrollment.accepted_at == row.at
    assert "enrollment_accepted" in {
        event.kind for event in history(work.session, work.workspace_id, enrollment.id)
    }


def test_nobody_is_accepted_without_a_free_seat(work: Work) -> None:
    program = a_program(work, capacity=1)
    an_enrollment(work, program=program, state=State.ACCEPTED)
    late = an_enrollment(work, program=program, state=State.APPLIED)
    with pytest.raises(Refused) as caught:
        enrolling.accept(work, late.id)
    assert caught.value.code == "seats_taken"
    assert late.state is State.APPLIED
    assert seats(work, program) == 1


def test_a_full_program_puts_the_next_applicant_on_the_waitlist(work: Work) -> None:
    program = a_program(work, capacity=2, accepts_automatically=True)
    states = [an_enrollment(work, program=program, state=State.APPLIED).state for _ in range(3)]
    assert states == [State.ACCEPTED, State.ACCEPTED, State.WAITLISTED]


def test_who_is_ruled_out_gets_no_seat_by_itself(work: Work) -> None:
    program = a_program(work, accepts_automatically=True, screener=[OFTEN])
    place = enrolling.apply(work, program.id, a_tester(work), answers={"often": "Never"})
    assert place.state is State.DECLINED


@pytest.mark.parametrize("state", [State.WITHDRAWN, State.REMOVED, State.APPLIED])
def test_a_freed_seat_goes_to_whoever_waits_longest(work: Work, state: State) -> None:
    program = a_program(work, capacity=1)
    inside = an_enrollment(work, program=program, state=State.ACCEPTED)
    first = an_enrollment(work, program=program, state=State.WAITLISTED)
    second = an_enrollment(work, program=program, state=State.WAITLISTED)
    enrolling.change(work, inside.id, state)
    work.session.flush()
    assert (first.state, second.state) == (State.ACCEPTED, State.WAITLISTED)
    assert seats(work, program) == 1
    row = queries.transitions(work.session, first.id)[0]
    assert (row.actor_kind, row.former) == ("system", "waitlisted")


def test_who_completed_keeps_the_seat(work: Work) -> None:
    program = a_program(work, capacity=1)
    an_enrollment(work, program=program, state=State.COMPLETED)
    waiting = an_enrollment(work, program=program, state=State.WAITLISTED)
    assert waiting.state is State.WAITLISTED
    assert seats(work, program) == 1


def test_a_closing_program_promotes_nobody(work: Work) -> None:
    program = a_program(work, capacity=1)
    inside = an_enrollment(work, program=program, state=State.ACTIVE)
    waiting = an_enrollment(work, program=program, state=State.WAITLISTED)
    program.phase = Phase.CLOSING
    enrolling.change(work, inside.id, State.REMOVED)
    assert waiting.state is State.WAITLISTED


def test_nobody_joins_a_program_that_is_over(work: Work) -> None:
    program = a_program(work)
    late = an_enrollment(work, program=program, state=State.APPLIED)
    program.phase = Phase.CLOSED
    with pytest.raises(Refused) as caught:
        enrolling.accept(work, late.id)
    assert caught.value.code == "program_over"


def test_more_seats_are_offered_to_the_waitlist(work: Work, run_jobs: RunJobs) -> None:
    program = a_program(work, capacity=1)
    an_enrollment(work, program=program, state=State.ACCEPTED)
    waiting = [an_enrollment(work, program=program, state=State.WAITLISTED) for _ in range(3)]
    program_service.change_schedule(
        work,
        program.id,
        version=None,
        starts_on=program.starts_on,
        ends_on=program.ends_on,
        capacity=3,
        accepts_automatically=False,
        recruits_while_running=True,
    )
    run_jobs()
    assert [place.state for place in waiting] == [State.ACCEPTED, State.ACCEPTED, State.WAITLISTED]


def test_closing_a_program_completes_who_took_part(work: Work, run_jobs: RunJobs) -> None:
    program = a_program(work, phase=Phase.CLOSING)
    active = an_enrollment(work, program=program, state=State.ACTIVE)
    accepted = an_enrollment(work, program=program, state=State.ACCEPTED)
    program_service.change_phase(work, program.id, Phase.CLOSED)
    run_jobs()
    assert (active.state, accepted.state) == (State.COMPLETED, State.ACCEPTED)


def test_an_acceptance_taken_back_makes_an_applicant_again(work: Work) -> None:
    enrollment = an_enrollment(work, state=State.ACCEPTED)
    assert enrolling.undo(work, enrollment.id, State.ACCEPTED).state is State.APPLIED
    assert enrolling.undo(work, enrollment.id, State.ACCEPTED).state is State.APPLIED


def test_who_left_may_apply_again_and_who_was_declined_stays_declined(work: Work) -> None:
    program = a_program(work)
    left = an_enrollment(work, program=program, state=State.WITHDRAWN)
    declined = an_enrollment(work, program=program, state=State.DECLINED)
    for place, state in ((left, State.APPLIED), (declined, State.DECLINED)):
        tester = queries.tester(work.session, place.tester_id)
        assert enrolling.apply(work, program.id, tester).state is state


def test_activity_makes_an_accepted_tester_active_and_nobody_else(work: Work) -> None:
    program = a_program(work)
    for state, then in ((State.ACCEPTED, State.ACTIVE), (State.WAITLISTED, State.WAITLISTED)):
        place = an_enrollment(work, program=program, state=state)
        enrolling.activate(work, place.id)
        assert place.state is then


def test_a_decision_about_many_gives_the_last_seat_to_the_earliest_applicant(work: Work) -> None:
    program = a_program(work, capacity=2)
    places = [an_enrollment(work, program=program, state=State.APPLIED) for _ in range(3)]
    removed = an_enrollment(work, state=State.REMOVED, program=program)
    chosen = [place.id for place in reversed([*places, removed])]
    tally = deciding.decide_many(work, program.id, chosen, State.ACCEPTED)
    assert (tally.changed, tally.no_seat, tally.unfit) == (2, 1, 1)
    assert [place.state for place in places] == [State.ACCEPTED, State.ACCEPTED, State.APPLIED]


def test_security_4_one_foreign_id_refuses_the_whole_batch(work: Work) -> None:
    program = a_program(work)
    own = an_enrollment(work, program=program, state=State.APPLIED)
    foreign = an_enrollment(work, program=a_program(work, product=None), state=State.APPLIED)
    with pytest.raises(NotFound):
        deciding.decide_many(work, program.id, [own.id, foreign.id], State.ACCEPTED)
    assert own.state is State.APPLIED


def test_security_2_an_enrollment_of_another_workspace_is_not_there(work: Work) -> None:
    from betaops.accounts.models import Workspace

    enrollment = an_enrollment(work, state=State.APPLIED)
    other = Workspace(name="Other", slug="other", created_at=work.now)
    work.add(other)
    work.session.flush()
    work.enter(other.id)
    for ask in (
        lambda: enrolling.accept(work, enrollment.id),
        lambda: enrolling.undo(work, enrollment.id, State.ACCEPTED),
        lambda: queries.enrollment(work.session, enrollment.program_id, enrollment.id),
        lambda: queries.tester(work.session, enrollment.tester_id),
        lambda: testers.add_note(work, enrollment.tester_id, "x"),
        lambda: testers.link_identity(work, enrollment.tester_id, "x"),
        lambda: leaving.erase(work, enrollment.tester_id),
    ):
        with pytest.raises(NotFound):
            ask()


def test_security_8_fifty_parallel_acceptances_of_ten_seats_give_ten(work: Work, platform: Platform) -> None:
    program = a_program(work, capacity=10)
    places = [an_enrollment(work, program=program, state=State.APPLIED).id for _ in range(50)]
    work.session.commit()
    accepted, refused, broken = _in_parallel(platform, work.workspace_id, places)
    assert broken == []
    assert (len(accepted), len(refused)) == (10, 40)
    work.session.expire_all()
    assert seats(work, program) == 10


def test_parallel_acceptances_and_withdrawals_never_give_a_seat_twice(work: Work, platform: Platform) -> None:
    program = a_program(work, capacity=5)
    inside = [an_enrollment(work, program=program, state=State.ACCEPTED).id for _ in range(5)]
    waiting = [an_enrollment(work, program=program, state=State.WAITLISTED).id for _ in range(5)]
    outside = [an_enrollment(work, program=program, state=State.APPLIED).id for _ in range(5)]
    work.session.commit()
    _done, _refused, broken = _in_parallel(
        platform, work.workspace_id, [*outside, *waiting], leaving_too=inside
    )
    assert broken == []
    work.session.expire_all()
    assert seats(work, program) == 5


def _in_parallel(
    platform: Platform, workspace_id: UUID, accept: list[UUID], leaving_too: list[UUID] | None = None
) -> tuple[list[UUID], list[UUID], list[BaseException]]:
    jobs = [(place, State.ACCEPTED) for place in accept] + [
        (place, State.WITHDRAWN) for place in leaving_too or []
    ]
    start = Barrier(len(jobs))
    done: list[UUID] = []
    refused: list[UUID] = []
    broken: list[BaseException] = []

    def decide(place: UUID, state: State) -> None:
        start.wait()
        try:
            with platform.database.writing(workspace_id) as session:
                enrolling.change(Work(session, platform, SYSTEM, clock.now()), place, state)
            done.append(place)
        except DomainError:
            refused.append(place)
        except BaseException as error:  # noqa: BLE001  # reported by the test
            broken.append(error)

    threads = [Thread(target=decide, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done, refused, broken


def test_erasing_a_person_removes_them_and_gives_the_seat_on(work: Work) -> None:
    program = a_program(work, capacity=1)
    gone = an_enrollment(work, program=program, state=State.ACTIVE, mail="gone@example.com")
    waiting = an_enrollment(work, program=program, state=State.WAITLISTED)
    leaving.erase(work, gone.tester_id)
    work.session.flush()
    assert queries.tester_by_key(work.session, "gone@example.com") is None
    assert waiting.state is State.ACCEPTED
    assert seats(work, program) == 1
