"""A worker is killed on either side of the final dot: what it leaves behind is what `kernel.mail` promises."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import select

from betaops.kernel import mail
from betaops.kernel.db import Database
from betaops.kernel.mail import Letter, Mail, MailState
from betaops.kernel.settings import Settings
from betaops.kernel.work import Work
from tests.support.mail_server import HANG, MailServer, mail_server
from tests.support.worker_process import Team
from tests.support.worker_process import settings as worker_settings

pytestmark = pytest.mark.slow


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def settings(database: Database, tmp_path: Path, server: MailServer) -> Settings:
    return worker_settings(database.url, tmp_path, smtp_url=server.url)


@pytest.fixture
def team(database: Database, tmp_path: Path, server: MailServer) -> Iterator[Team]:
    with ExitStack() as stack:
        team = Team(database.url, tmp_path, smtp_url=server.url)
        stack.callback(team.end)
        yield team


@pytest.fixture
def queued(work: Work) -> None:
    mail.queue(work, Letter("mara@example.com", "Welcome", "Good morning.\n"), key="welcome:1")
    work.session.commit()


def state(work: Work) -> MailState:
    work.session.rollback()
    found = work.session.scalars(select(Mail.state)).one()
    work.session.rollback()
    return found


def test_killed_before_the_dot_the_mail_is_sent_by_the_next_worker_once(
    work: Work, queued: None, server: MailServer, team: Team
) -> None:
    server.script["DATA"] = HANG
    first = team.start()
    team.wait_until(
        lambda: "DATA" in [command.upper() for command in server.commands], "the beginning of the dialogue"
    )
    assert state(work) is MailState.SENDING
    first.kill()
    server.script.clear()
    team.start()
    team.wait_until(lambda: state(work) is MailState.SENT, "the sending")
    assert len(server.messages) == 1


def test_killed_while_the_server_answers_the_dot_the_mail_is_uncertain_and_not_sent_twice(
    work: Work, queued: None, server: MailServer, team: Team
) -> None:
    server.script["."] = HANG
    first = team.start()
    team.wait_until(lambda: len(server.messages) == 1, "the final dot")
    assert state(work) is MailState.HANDING_OVER
    first.kill()
    server.script.clear()
    team.start()
    team.wait_until(lambda: state(work) is MailState.UNCERTAIN, "the next worker's finding")
    assert len(server.messages) == 1


def test_killed_after_the_mail_is_sent_nothing_is_sent_again(
    work: Work, queued: None, server: MailServer, team: Team
) -> None:
    first = team.start()
    team.wait_until(lambda: state(work) is MailState.SENT, "the sending")
    first.kill()
    work.enqueue(mail.SEND, {"mail_id": str(work.session.scalars(select(Mail.id)).one())})
    work.enqueue("test.note", {"what": "after"})
    work.session.commit()
    second = team.start()
    team.wait_until((second.folder / "ran").exists, "a job behind it")
    assert len(server.messages) == 1
