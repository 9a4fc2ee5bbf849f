"""Several people and the reading job at work on one program at once: nobody waits for ever, nothing slips past the seal."""

import threading
from collections.abc import Callable
from itertools import chain, repeat

from betaops.kernel import clock, ids
from betaops.kernel.work import SYSTEM, Platform, Work
from betaops.programs.models import Program
from betaops.readiness import queries, service
from tests.factories.programs import a_program
from tests.factories.readiness import a_draft, an_expectation

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


def _read(program: Program) -> Callable[[Work], object]:
    return lambda alone: service.take_readings(alone, program)
