"""A worker is killed in the middle of a file and of letters: both are done again, and nothing is there twice."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from betaops.kernel.db import Database
from betaops.kernel.files import FileStore
from betaops.kernel.jobs import Job, JobState
from betaops.kernel.mail import Mail
from betaops.kernel.settings import Settings
from betaops.kernel.work import Work
from betaops.readiness import jobs, queries, service, telling
from betaops.readiness.deciding.recommendation import Choice
from betaops.readiness.models import KeptFile
from tests.factories.accounts import a_user
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.factories.readiness import a_response, a_survey, a_top_box, an_expectation, decided_by
from tests.support import worker_process
from tests.support.worker_process import Team, hold, lines, note

pytestmark = pytest.mark.slow

PEOPLE, BATCH = 8, 3


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    return worker_process.settings(database.url, tmp_path)


@pytest.fixture
def team_that(database: Database, tmp_path: Path) -> Iterator[Callable[[Callable[[Path], None]], Team]]:
    """`team_that(holds)`: workers whose rooms are changed by that function, of their folder, before they begin."""
    teams: list[Team] = []

    def of(holds: Callable[[Path], None]) -> Team:
        teams.append(Team(database.url, tmp_path, with_rooms=holds))
        return teams[-1]

    yield of
    for team in teams:
        team.end()


def holds_behind_the_file(folder: Path) -> None:
    """What is written is in the store, and its row does not say so yet."""
    put = FileStore.put

    def slow_put(self: FileStore, *args: Any, **options: Any) -> str:
        name = put(self, *args, **options)
        note(folder, "began", name)
        hold(folder)
        return name

    FileStore.put = slow_put  # type: ignore[method-assign]  # in a process that is killed


def holds_among_letters(folder: Path) -> None:
    """In the middle of the second batch."""
    jobs.BATCH = BATCH
    receipt, written = telling.receipt, list[str]()

    def slow_receipt(work: Work, program: Any, told: Any, to: Any) -> None:
        receipt(work, program, told, to)
        written.append(to.tester.mail)
        if len(written) == BATCH + 2:
            note(folder, "began", "letters")
            hold(folder)

    telling.receipt = slow_receipt


def is_done(work: Work, name: str) -> bool:
    """In a session of its own, which only reads: a worker may hold the database."""
    with work.platform.database.reading() as session:
        return session.scalars(select(Job.state).where(Job.name == name)).all() == [JobState.DONE]


def killed_and_done_again(work: Work, team: Team, folder: Path, job: str) -> None:
    first = team.start()
    team.wait_until(lambda: bool(lines(folder, "began")), "the middle of the job", seconds=60)
    assert not is_done(work, job)
    first.kill()
    (folder / "release").touch()
    team.start()
    team.wait_until(lambda: is_done(work, job), "the second worker", seconds=60)
    attempts = work.session.scalars(select(Job.attempts).where(Job.name == job)).all()
    assert attempts == [2]


def test_a_dossier_whose_writer_was_killed_is_one_file_and_is_kept(
    work: Work, tmp_path: Path, team_that: Callable[[Callable[[Path], None]], Team]
) -> None:
    program = a_program(work)
    an_expectation(work, program, need="Nothing stops me")
    row = service.ask_for_dossier(work, program)
    work.session.commit()
    killed_and_done_again(work, team_that(holds_behind_the_file), tmp_path, "readiness.write_file")
    kept = work.session.scalars(select(KeptFile)).one()
    assert kept.written_at is not None
    assert kept.id == row.id
    stored = [each for each in (tmp_path / "files").rglob("*") if each.is_file()]
    assert stored == [tmp_path / "files" / kept.file]
    assert lines(tmp_path, "began") == [kept.file, kept.file]
    assert work.platform.files.get(kept.file).startswith(b"{")


def test_receipts_whose_writer_was_killed_reach_everybody_once(
    work: Work, tmp_path: Path, team_that: Callable[[Callable[[Path], None]], Team]
) -> None:
    program = a_program(work, capacity=300)
    survey = a_survey(work, program)
    for _person in range(PEOPLE):
        a_response(work, survey, an_enrollment(work, program=program, state="active"), **{"import": 5})
    a_top_box(work, program, good=0, bad=0, survey=survey, need="Import is easy")
    owner = a_user(work)
    decision = service.propose(
        decided_by(work, owner.id, owner.name),
        program,
        Choice.NO_GO,
        role="PM",
        seen=None,
        reason="It waits for more answers.",
    )
    service.tell_testers(work, program, decision.id, "It waits.", names_needs=False, writes=True)
    everybody = sorted(each.tester.mail for each in queries.people_to_tell(work.session, program))
    assert len(everybody) == PEOPLE
    work.session.commit()
    killed_and_done_again(work, team_that(holds_among_letters), tmp_path, "readiness.send_receipts")
    written = work.session.scalars(select(Mail).where(Mail.kind == "readiness.receipt")).all()
    assert Counter(each.recipient for each in written) == Counter(everybody)
