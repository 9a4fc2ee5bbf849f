"""What is told by mail, and that no secret stands anywhere else."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from betaops.accounts.models import Purpose, User
from betaops.accounts.permissions import Role
from betaops.accounts.service import factors, links, members, resets
from betaops.kernel.events import RecordedEvent
from betaops.kernel.jobs import Job
from betaops.kernel.work import Work
from tests.factories.accounts import PASSWORD, a_code, a_user
from tests.support.browsers import Browser
from tests.support.clock import Clock
from tests.support.outbox import Outbox
from tests.support.running import RunJobs
from tests.support.signed_in import browser_of

MemberClient = Callable[[str], Browser]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def _sign_in(browser: Browser, work: Work) -> None:
    a_user(work)
    browser.submit("/sign-in", {"mail": "ada@example.com", "password": PASSWORD}, action="/sign-in")
    browser.submit("/sign-in/code", {"code": a_code(work)}, action="", headers={"User-Agent": FIREFOX})


def test_a_new_browser_is_told_of_by_mail_and_a_known_one_is_not(
    client: Browser, app: Any, work: Work, clock: Clock, outbox: Outbox, run_jobs: RunJobs
) -> None:
    _sign_in(client, work)
    run_jobs()
    notice = outbox.of_kind("accounts.sign_in")[-1]
    assert notice.subject == "You signed in with a new browser"
    assert "Firefox on Linux, 127.0.0.1" in notice.text
    assert "http://localhost/console/account/sessions" in outbox.links(notice)
    clock.shift(minutes=1)
    client.post("/sign-out")
    _sign_in(client, work)
    run_jobs()
    assert len(outbox.of_kind("accounts.sign_in")) == 1
    clock.shift(minutes=1)
    _sign_in(browser_of(app, work), work)
    run_jobs()
    assert len(outbox.of_kind("accounts.sign_in")) == 2


def test_changes_to_the_ways_in_are_told_by_mail(work: Work, outbox: Outbox, run_jobs: RunJobs) -> None:
    user = a_user(work)
    factors.set_password(work, user, "quite another sentence")
    codes = factors.make_recovery_codes(work, user)
    run_jobs()
    assert [letter.subject for letter in outbox] == ["The way you sign in was changed"]
    assert "every other browser was signed out" in outbox[0].text
    assert not any(code in letter.text for letter in outbox for code in codes)


def test_s16_the_fourth_reset_within_an_hour_is_not_sent(
    work: Work, outbox: Outbox, run_jobs: RunJobs, clock: Clock
) -> None:
    a_user(work)
    for _asking in range(5):
        resets.ask(work, "Ada@Example.com", None)
        run_jobs()
    assert len(outbox.to("ada@example.com")) == 3
    clock.shift(hours=2)
    resets.ask(work, "ada@example.com", None)
    run_jobs()
    assert len(outbox.to("ada@example.com")) == 4


def test_s16_an_unknown_address_costs_the_same_rows_and_gets_no_mail(
    work: Work, outbox: Outbox, run_jobs: RunJobs
) -> None:
    a_user(work)
    known, unknown = (_rows_after_asking(work, mail) for mail in ("ada@example.com", "eve@example.com"))
    assert known == unknown
    run_jobs()
    assert [letter.to for letter in outbox] == ["ada@example.com"]


def _rows_after_asking(work: Work, mail: str) -> list[str]:
    before = set(work.session.scalars(select(Job.id)))
    resets.ask(work, mail, None)
    return [job.name for job in work.session.scalars(select(Job)) if job.id not in before]


def test_s39_neither_addresses_nor_tokens_stand_in_jobs_and_events(
    member_client: MemberClient, work: Work, outbox: Outbox, run_jobs: RunJobs
) -> None:
    a_user(work)
    resets.ask(work, "ada@example.com", "203.0.113.7")
    members.invite(work, "ben@example.com", Role.VIEWER)
    work.session.flush()
    waiting = str([job.args for job in work.session.scalars(select(Job))])
    run_jobs()
    tokens = [link.rsplit("/", 1)[1] for letter in outbox for link in outbox.links(letter)]
    assert len(tokens) == 2
    events = str([event.data for event in work.session.scalars(select(RecordedEvent))])
    for secret in (*tokens, "ada@example.com", "ben@example.com", "203.0.113.7"):
        assert secret not in waiting
        assert secret not in events


def test_an_invitation_taken_back_before_its_mail_was_written_is_not_sent(
    work: Work, outbox: Outbox, run_jobs: RunJobs
) -> None:
    invitation = members.invite(work, "ben@example.com", Role.VIEWER)
    members.revoke_invitation(work, invitation.id)
    run_jobs()
    assert len(outbox) == 0


def test_s24_a_name_with_line_breaks_adds_no_header(work: Work, outbox: Outbox, run_jobs: RunJobs) -> None:
    user = a_user(work, name="Ada\r\nBcc: eve@example.com")
    work.actor = type(work.actor)("member", user.id, user.name)
    members.invite(work, "ben@example.com", Role.VIEWER)
    run_jobs()
    assert "\n" not in outbox[-1].subject
    assert "\r" not in outbox[-1].subject


def test_mails_come_in_the_persons_language(work: Work, outbox: Outbox, run_jobs: RunJobs) -> None:
    user = a_user(work)
    user.language = "xx"
    resets.ask(work, user.mail, None)
    run_jobs()
    assert outbox[-1].subject == "Choose a new password", (
        "a language that we do not have falls back to English"
    )


@pytest.mark.parametrize("purpose", [Purpose.SET_UP, Purpose.SIGN_IN, Purpose.PASSKEY])
def test_s13_a_link_for_one_thing_does_no_other(client: Browser, work: Work, purpose: Purpose) -> None:
    token = links.mint(work, purpose, a_user(work).id)
    assert client.post(f"/reset/{token}", data={"password": "quite another sentence"}).status_code == 410
    stored = work.session.scalars(select(User)).one()
    assert stored.password_digest is not None
    assert links.spend(work, token, purpose).used_at is not None
