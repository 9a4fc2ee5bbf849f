"""s17: guessing is slowed down, in rows that outlive a restart, and never shuts the owner out."""

import threading
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from betaops.accounts.models import Throttle
from betaops.accounts.service import throttles
from betaops.kernel.errors import TooMany
from betaops.kernel.work import SYSTEM, Platform, Work
from tests.factories.accounts import PASSWORD, a_code, a_user
from tests.support.browsers import Browser
from tests.support.clock import Clock


def _wait_seconds(work: Work, **marks: str) -> int:
    try:
        throttles.check(work, **marks)
    except TooMany as error:
        return int(error.values["retry_after_seconds"])
    return 0


def test_s17_waits_double_up_to_five_minutes(work: Work) -> None:
    waits = []
    for _failure in range(20):
        throttles.failed(work, account="ada")
        waits.append(_wait_seconds(work, account="ada"))
    assert waits[:9] == [0, 0, 0, 0, 3, 5, 9, 17, 33]
    assert max(waits) == throttles.LONGEST.total_seconds() + 1


def test_s17_failures_stand_in_the_database_and_are_forgotten_after_an_hour(
    work: Work, platform: Platform
) -> None:
    for _failure in range(9):
        throttles.failed(work, account="ada")
    work.session.commit()
    with platform.database.writing() as session:
        after_a_restart = Work(session, platform, SYSTEM, work.now)
        assert _wait_seconds(after_a_restart, account="ada") > 0
        after_a_restart.now += throttles.MEMORY + timedelta(minutes=1)
        assert _wait_seconds(after_a_restart, account="ada") == 0
        throttles.failed(after_a_restart, account="ada")
        assert _wait_seconds(after_a_restart, account="ada") == 0, "they count from the beginning again"
        throttles.forget(after_a_restart)
        assert session.scalars(select(Throttle)).one().failures == 1


def test_s17_neither_names_nor_addresses_stand_in_the_rows(work: Work) -> None:
    throttles.failed(work, account="ada@example.com", address="203.0.113.7")
    for row in work.session.scalars(select(Throttle)):
        assert "ada" not in row.key
        assert "203" not in row.key


def test_s17_guesses_sent_at_once_are_counted_one_by_one(work: Work, platform: Platform) -> None:
    guesses, let_through = 16, []
    work.session.commit()
    together = threading.Barrier(guesses)

    def guess() -> None:
        together.wait()
        with platform.database.writing() as session:
            own = Work(session, platform, SYSTEM, work.now)
            try:
                throttles.check(own, account="ada")
            except TooMany:
                return
            throttles.failed(own, account="ada")
            let_through.append(1)

    threads = [threading.Thread(target=guess) for _guess in range(guesses)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(let_through) == throttles.FREE["account"]


def _sign_in(browser: Browser, password: str = PASSWORD) -> str:
    answer = browser.submit("/sign-in", {"mail": "ada@example.com", "password": password}, action="/sign-in")
    return answer.location or answer.text


def test_s17_a_stranger_who_guesses_does_not_shut_the_owner_out(
    client: Browser, app: object, work: Work, clock: Clock
) -> None:
    from tests.support.signed_in import browser_of

    a_user(work)
    assert _sign_in(client) == "/sign-in/code"
    client.submit("/sign-in/code", {"code": a_code(work)}, action="")
    client.post("/sign-out")
    stranger = browser_of(app, work)  # type: ignore[arg-type]  # the fixture's own application
    for _guess in range(12):
        _sign_in(stranger, "a wrong guess")
    assert "Too many attempts" in _sign_in(stranger)
    assert _sign_in(client) == "/sign-in/code", "this browser has signed in before and counts for itself"


def test_s17_codes_are_slowed_down_too(client: Browser, work: Work, clock: Clock) -> None:
    a_user(work)
    _sign_in(client)
    for _guess in range(5):
        wrong = client.submit("/sign-in/code", {"code": "000000"}, action="")
        assert "wrong, old, or was used before" in wrong.text
    slowed = client.submit("/sign-in/code", {"code": a_code(work)}, action="")
    assert "Too many attempts" in slowed.text


def test_s17_one_address_that_tries_many_accounts_has_to_wait(
    client: Browser, work: Work, clock: Clock
) -> None:
    for guess in range(30):
        clock.shift(seconds=3)
        client.post("/sign-in", data={"mail": f"somebody{guess}@example.com", "password": "a wrong guess"})
    clock.shift(seconds=1)
    slowed = client.post("/sign-in", data={"mail": "another@example.com", "password": "a wrong guess"})
    assert "Too many attempts" in slowed.text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_s17_any_text_can_be_a_mark(work: Work) -> None:
    @given(st.text(max_size=300))
    def count(mark: str) -> None:
        throttles.check(work, account=mark, address=None)

    count()
