"""Mails: queued with the work that wants them, sent once, and honest about what cannot be known."""

import dataclasses
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from betaops.kernel import jobs, mail, smtp
from betaops.kernel.errors import Invalid
from betaops.kernel.mail import Letter, Mail, MailState
from betaops.kernel.settings import Settings
from betaops.kernel.work import Work
from tests.support.clock import Clock
from tests.support.mail_server import CUT, HANG, MailServer, mail_server
from tests.support.outbox import Outbox
from tests.support.running import RunJobs

LETTER = Letter(to="mara@example.com", subject="Welcome", text="Good morning.\n", html="<p>Good morning.</p>")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    monkeypatch.setattr(smtp, "TIMEOUT_SECONDS", 0.5)
    with mail_server() as server:
        yield server


@pytest.fixture
def settings(settings: Settings, server: MailServer) -> Settings:
    return dataclasses.replace(settings, smtp_url=server.url, mail_from="betaops <hello@beta.example>")


def only_mail(work: Work) -> Mail:
    return work.session.scalars(select(Mail).execution_options(populate_existing=True)).one()


def test_a_mail_is_sent_after_the_work_is_committed(
    work: Work, server: MailServer, run_jobs: RunJobs
) -> None:
    mail.queue(work, LETTER, key="welcome:1")
    assert server.messages == []
    run_jobs()
    (message,) = server.messages
    assert "From: betaops <hello@beta.example>\r\n" in message
    assert "To: mara@example.com\r\n" in message
    assert "Subject: Welcome\r\n" in message
    assert "Good morning." in message
    sent = only_mail(work)
    assert (sent.state, sent.sent_at is not None, sent.error) == (MailState.SENT, True, None)


def test_work_that_is_rolled_back_sends_nothing(work: Work, server: MailServer, run_jobs: RunJobs) -> None:
    mail.queue(work, LETTER, key="welcome:1")
    work.session.rollback()
    run_jobs()
    assert server.messages == []


def test_the_same_key_queues_one_mail(work: Work, server: MailServer, run_jobs: RunJobs) -> None:
    first = mail.queue(work, LETTER, key="welcome:1")
    assert mail.queue(work, LETTER, key="welcome:1") is first
    run_jobs()
    mail.queue(work, LETTER, key="welcome:1")
    run_jobs()
    assert len(server.messages) == 1


def test_a_suppressed_mail_is_written_down_and_not_sent(
    work: Work, server: MailServer, run_jobs: RunJobs
) -> None:
    mail.queue(work, LETTER, key="news:1", is_suppressed=True)
    run_jobs()
    assert server.messages == []
    assert only_mail(work).state is MailState.SUPPRESSED


def test_what_a_mail_says_is_sealed_in_the_database(work: Work) -> None:
    row = mail.queue(work, LETTER, key="welcome:1")
    assert "morning" not in row.text_sealed + str(row.html_sealed)
    assert row.letter(work.vault) == LETTER


@pytest.mark.parametrize(
    ("letter", "code"),
    [
        (dataclasses.replace(LETTER, to="mara@example.com\r\nBcc: all@example.com"), "bad_address"),
        (dataclasses.replace(LETTER, to="mara@example.com, eve@example.com"), "bad_address"),
        (dataclasses.replace(LETTER, to="Mara <mara@example.com>"), "bad_address"),
        (dataclasses.replace(LETTER, to="nobody"), "bad_address"),
        (dataclasses.replace(LETTER, to=""), "bad_address"),
        (dataclasses.replace(LETTER, subject="Hi\r\nBcc: all@example.com"), "bad_header"),
        (dataclasses.replace(LETTER, subject="Hi\nX: y"), "bad_header"),
        (
            dataclasses.replace(LETTER, headers={"List-Unsubscribe": "<https://x>\r\nBcc: all@example.com"}),
            "bad_header",
        ),
        (dataclasses.replace(LETTER, headers={"X-Y\r\nBcc": "all@example.com"}), "bad_header"),
    ],
)
def test_s24_a_line_break_or_second_address_in_a_heading_is_refused_and_nothing_queued(
    work: Work, letter: Letter, code: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        mail.queue(work, letter, key="evil")
    assert refusal.value.code == code
    assert work.session.scalars(select(Mail)).all() == []


def test_a_mail_refused_for_good_has_failed_and_says_why(
    work: Work, server: MailServer, run_jobs: RunJobs
) -> None:
    server.script["RCPT"] = "550 nobody here"
    mail.queue(work, LETTER, key="welcome:1")
    run_jobs()
    failed = only_mail(work)
    assert (failed.state, failed.error) == (MailState.FAILED, "550 nobody here")


@pytest.mark.parametrize(
    "script", [{"RCPT": "450 greylisted"}, {"CONNECT": HANG}, {"DATA": CUT}, {".": "452 full"}], ids=str
)
def test_a_server_that_is_busy_or_hangs_is_asked_again_later(
    clock: Clock, work: Work, server: MailServer, run_jobs: RunJobs, script: dict[str, str]
) -> None:
    server.script.update(script)
    mail.queue(work, LETTER, key="welcome:1")
    run_jobs()
    waiting = only_mail(work)
    assert (waiting.state, waiting.attempts) == (MailState.QUEUED, 1)
    server.script.clear()
    server.messages.clear()
    assert run_jobs() == [], "it waits a minute"
    clock.shift(minutes=1)
    run_jobs()
    assert len(server.messages) == 1
    assert only_mail(work).state is MailState.SENT


def test_a_server_that_is_away_for_more_than_a_day_fails_the_mail(
    clock: Clock, work: Work, server: MailServer, run_jobs: RunJobs
) -> None:
    server.script["CONNECT"] = "421 away"
    mail.queue(work, LETTER, key="welcome:1")
    began = clock.now
    while only_mail(work).state is not MailState.FAILED:
        run_jobs()
        clock.shift(hours=4)
    assert (clock.now - began).total_seconds() > 24 * 3600
    assert only_mail(work).attempts == mail.MOST_ATTEMPTS


@pytest.mark.parametrize("how", [HANG, CUT])
def test_no_answer_to_the_final_dot_leaves_a_mail_uncertain_until_a_person_sends_it_again(
    work: Work, server: MailServer, run_jobs: RunJobs, how: str
) -> None:
    server.script["."] = how
    mail.queue(work, LETTER, key="welcome:1")
    run_jobs()
    uncertain = only_mail(work)
    assert uncertain.state is MailState.UNCERTAIN
    assert uncertain.may_be_sent_again
    assert run_jobs() == [], "never by itself"
    server.script.clear()
    mail.send_again(work, uncertain)
    run_jobs()
    assert only_mail(work).state is MailState.SENT
    first, second = server.messages
    assert _message_id(first) == _message_id(second), "its receiver can tell that it is the same"


def test_a_worker_whose_lease_ran_out_does_not_send_the_final_dot(
    clock: Clock, work: Work, server: MailServer, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver = smtp.deliver

    def slow_deliver(*args: object, **options: object) -> None:
        """So slow that another worker has claimed the job meanwhile."""
        clock.shift(minutes=5)
        with run_jobs.app.platform.database.writing() as session:
            assert jobs.claim(session, clock.now)
        deliver(*args, **options)  # type: ignore[arg-type]  # handed on

    monkeypatch.setattr(smtp, "deliver", slow_deliver)
    mail.queue(work, LETTER, key="welcome:1")
    run_jobs()
    assert server.messages == []
    assert only_mail(work).state is MailState.SENDING


def test_texts_are_forgotten_after_a_month_and_can_then_not_be_sent_again(
    clock: Clock, work: Work, server: MailServer, run_jobs: RunJobs
) -> None:
    server.script["RCPT"] = "550 nobody here"
    mail.queue(work, LETTER, key="welcome:1")
    run_jobs()
    clock.shift(days=31)
    mail.forget_texts(work)
    work.session.expire_all()
    old = only_mail(work)
    assert (old.text_sealed, old.html_sealed, old.may_be_sent_again) == ("", None, False)
    assert old.letter(work.vault) is None
    assert old.recipient == "mara@example.com"


class TestWithoutServer:
    """Without SMTP_URL."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return dataclasses.replace(settings, smtp_url=None)

    def test_mails_are_kept_for_the_outbox(self, work: Work, outbox: Outbox, run_jobs: RunJobs) -> None:
        mail.queue(work, LETTER, key="welcome:1")
        assert run_jobs() == []
        assert only_mail(work).state is MailState.KEPT
        work.session.commit()
        assert outbox.to("mara@example.com") == [LETTER]

    def test_a_kept_mail_sent_again_is_kept_again(self, work: Work, run_jobs: RunJobs) -> None:
        row = mail.queue(work, LETTER, key="welcome:1")
        mail.send_again(work, row)
        assert run_jobs() == []
        assert only_mail(work).state is MailState.KEPT


def _message_id(message: str) -> str:
    return next(line for line in message.splitlines() if line.startswith("Message-ID:"))
