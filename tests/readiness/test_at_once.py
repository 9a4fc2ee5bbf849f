"""Several people and the reading job at work on one program at once: nobody waits for ever, nothing slips past the seal."""

import threading
from collections.abc import Callable
from itertools import chain, repeat
from uuid import UUID

from betaops import wiring
from betaops.accounts import queries as account_queries
from betaops.accounts.service import members
from betaops.kernel import clock, ids
from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.work import SYSTEM, Platform, Work
from betaops.programs import service as program_service
from betaops.programs.models import Phase, Program
from betaops.readiness import queries, service
from betaops.readiness.deciding.recommendation import Choice
from betaops.readiness.judging import criteria
from betaops.readiness.models import DecisionState, Stance
from tests.factories.accounts import a_user
from tests.factories.programs import a_program
from tests.factories.readiness import a_draft, a_top_box, an_expectation, decided_by

TIMES = 6


def at_once(platform: Platform, program: Program, *acts: Callable[[Work], object]) -> list[Exception]:
    """Each act in a thread and a work of its own; what went wrong."""
    start, errors = threading.Barrier(len(acts)), list[Exception]()

    def run(act: Callable[[Work], object]) -> None:
        start.wait(timeout=30)
        try:
            with platform.database.writing(program.workspace_id) as session:
                act(Work(session, platform, SYSTEM, clock.now(), is_quiet=True))
        except Exception as error:  # noqa: BLE001  # said by the test
            errors.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return errors


def test_changes_and_readings_of_one_program_come_one_after_the_other(work: Work, platform: Platform) -> None:
    program = a_program(work)
    rows = [an_expectation(work, program, need=f"Need {number}") for number in range(4)]
    work.session.commit()
    for time in range(TIMES):

        def change(alone: Work, row_id: object, time: int = time) -> None:
            draft = a_draft(need=f"Need of {row_id}", threshold=time + 1)
            service.change(alone, program, row_id, draft, version=None)  # type: ignore[arg-type]  # an id

        changes = [lambda alone, own=row.id: change(alone, own) for row in reversed(rows)]
        assert at_once(platform, program, *changes, *repeat(_read(program), 2)) == []


def test_what_is_added_while_criteria_are_sealed_is_sealed_or_told(work: Work, platform: Platform) -> None:
    for _time in range(TIMES):
        program = a_program(work)
        an_expectation(work, program, need="The first")
        work.session.commit()

        def seal(alone: Work, program: Program = program) -> None:
            service.seal(alone, program)

        def add(alone: Work, program: Program = program) -> None:
            service.add(alone, program, a_draft(need="Another"), reason="Heard today")

        assert at_once(platform, program, *chain(repeat(add, 3), [seal])) == []
        work.session.expire_all()
        sealed = queries.seal(work.session, program.id)
        assert sealed is not None
        known = {each["id"] for each in sealed.criteria}
        for row in queries.expectations(work.session, program.id):
            assert (ids.encode("exp", row.id) in known) is (row.amended_at is None)


def test_what_is_changed_while_the_program_starts_is_sealed_as_changed_or_says_why(
    work: Work, platform: Platform
) -> None:
    """The seal is there with the phase, not a moment later."""
    wiring.connect()
    for _time in range(TIMES):
        program = a_program(work)
        rows = [an_expectation(work, program, need=f"Need {number}", threshold=2) for number in range(3)]
        work.session.commit()

        def start(alone: Work, program: Program = program) -> None:
            alone.is_quiet = False
            program_service.change_phase(alone, program.id, Phase.RUNNING)

        def change(alone: Work, row_id: UUID, program: Program = program) -> None:
            service.change(alone, program, row_id, a_draft(need="Anew", threshold=7), version=None)

        def add(alone: Work, program: Program = program) -> None:
            service.add(alone, program, a_draft(need="Another"))

        def remove(alone: Work, program: Program = program, row_id: UUID = rows[2].id) -> None:
            service.remove(alone, program, row_id)

        changes = [lambda alone, own=row.id, change=change: change(alone, own) for row in rows[:2]]
        errors = at_once(platform, program, start, *changes, add, remove)
        assert all(isinstance(each, Invalid) and "Say why" in str(each) for each in errors), errors
        work.session.expire_all()
        sealed = queries.seal(work.session, program.id)
        assert sealed is not None
        assert sealed.criteria == [
            criteria.criterion(row) for row in queries.expectations(work.session, program.id)
        ]
        assert queries.amendments(work.session, program.id) == []


def test_two_who_sign_at_once_both_count_and_one_of_them_puts_it_into_force(
    work: Work, platform: Platform
) -> None:
    for time in range(TIMES):
        program = a_program(work)
        a_top_box(work, program, good=20, bad=0)
        signers = [a_user(work, f"{time}{each}@example.com", name=str(each), totp=False) for each in range(3)]
        for role in ("Product", "Engineering", "Support"):
            service.add_role(work, program, role, None)
        first = decided_by(work, signers[0].id, "0")
        decision = service.propose(first, program, Choice.GO, fills="Product", seen=None)
        work.session.commit()

        def sign(
            at: int, role: str, program: Program = program, to: UUID = decision.id
        ) -> Callable[[Work], object]:
            member = signers[at]  # noqa: B023  # runs before the next turn
            return lambda alone: service.sign(
                decided_by(alone, member.id, member.name), program, to, Stance.ASSENT, fills=role
            )

        errors = at_once(platform, program, sign(1, "Engineering"), sign(2, "Support"), sign(2, "Support"))
        assert len(errors) == 1
        work.session.expire_all()
        standing = queries.decision_that_stands(work.session, program.id)
        assert standing is not None
        assert standing.state is DecisionState.IN_FORCE


def test_whoever_signs_while_it_is_withdrawn_or_while_they_are_removed_has_signed_before_or_not_at_all(
    work: Work, platform: Platform
) -> None:
    for time in range(TIMES):
        program = a_program(work)
        a_top_box(work, program, good=20, bad=0)
        owner, other = (
            a_user(work, f"{time}{name}@example.com", name=name, totp=False) for name in ("ana", "ben")
        )
        membership = next(
            each.membership.id for each in account_queries.members(work.session) if each.user.id == other.id
        )
        decision = service.propose(
            decided_by(work, owner.id, "ana"), program, Choice.GO, role="PM", seen=None
        )
        work.session.commit()

        def sign(alone: Work, program: Program = program, to: UUID = decision.id) -> None:
            mine = decided_by(alone, other.id, "ben")  # noqa: B023  # runs before the next turn
            service.sign(mine, program, to, Stance.ASSENT, role="Lead")

        def end(alone: Work, program: Program = program, to: UUID = decision.id, time: int = time) -> None:
            if time % 2:
                service.withdraw(alone, program, to, "A blocker")
            else:
                members.remove(alone, membership)  # noqa: B023  # runs before the next turn

        errors = at_once(platform, program, sign, end)
        assert all(isinstance(error, Refused) for error in errors), errors
        work.session.expire_all()
        signed = queries.signatures(work.session, [decision.id])[decision.id]
        assert len(signed) == 2 - len(errors)


def _read(program: Program) -> Callable[[Work], object]:
    return lambda alone: service.take_readings(alone, program)
