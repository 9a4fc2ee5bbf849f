"""Statement 45: one click unsubscribes by POST, without signing in; a GET only asks."""

import re

import pytest

from betaops.kernel.settings import Settings
from betaops.messaging import queries, unsubscribing
from betaops.messaging.models import Topic
from tests.factories.enrollment import an_enrollment
from tests.factories.feedback import a_report


@pytest.fixture
def enrollment(work):
    return an_enrollment(work, mail="ana@example.com")


@pytest.fixture
def path(work, enrollment, outbox, run_jobs):
    """Path of the address in the header of a real mail."""
    a_report(work, enrollment=enrollment)
    run_jobs()
    (letter,) = outbox.of_kind("messaging.received")
    assert letter.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    (url,) = re.findall(r"^<(http://localhost/.*)>$", letter.headers["List-Unsubscribe"])
    assert url in letter.text
    assert url in letter.html
    return url.removeprefix("http://localhost")


def wanted(work, enrollment):
    return queries.preferences(work.session, enrollment.tester_id)


def test_statement_45_a_get_asks_and_changes_nothing(work, enrollment, path, client):
    page = client.get(path)
    assert page.status_code == 200
    assert "Stop these" in page.text
    assert "Set-Cookie" not in page.headers
    assert all(wanted(work, enrollment).values())


def test_statement_45_a_post_without_cookie_and_token_turns_it_off(work, enrollment, path, client):
    answer = client.post(path, data={"List-Unsubscribe": "One-Click"}, csrf=False)
    assert answer.status_code == 200
    assert wanted(work, enrollment) == {Topic.NEWS: True, Topic.REMINDERS: True, Topic.REPLIES: False}
    again = client.post(path, data={"List-Unsubscribe": "One-Click"}, csrf=False)
    assert again.status_code == 200


def test_it_can_be_taken_back_and_all_be_turned_off(work, enrollment, path, client):
    client.post(path, data={"all": "1"}, csrf=False)
    assert not any(wanted(work, enrollment).values())
    client.post(f"{path}/undo", data={"all": "1"}, csrf=False)
    assert all(wanted(work, enrollment).values())


@pytest.mark.parametrize(
    "change", [lambda path: path[:-3], lambda path: path[:-40], lambda path: "/unsubscribe/x"]
)
def test_a_cut_off_link_says_how_to_go_on(work, enrollment, path, client, change):
    for answer in (client.get(change(path)), client.post(change(path), csrf=False)):
        assert answer.status_code == 404
        assert "This link does not work" in answer.text
    assert all(wanted(work, enrollment).values())


def test_an_erased_persons_link_is_only_broken(work, enrollment, path, client):
    from betaops.enrollment.service import leaving

    leaving.erase(work, enrollment.tester_id)
    assert client.post(path, csrf=False).status_code == 404


def test_a_former_secret_still_opens_old_mails(enrollment):
    old = Settings(database_url="sqlite://", secret_key="the old secret, long enough for it")
    new = Settings(
        database_url="sqlite://", secret_key="the new secret", former_secret_keys=(old.secret_key,)
    )
    subject = unsubscribing.Subject(enrollment.workspace_id, enrollment.tester_id, Topic.NEWS)
    assert unsubscribing.read(new, unsubscribing.write(old, subject)) == subject
    assert unsubscribing.read(old, unsubscribing.write(new, subject)) is None


def test_the_portal_has_the_same_choice(work, enrollment, tester_client):
    browser = tester_client(enrollment)
    answer = browser.submit("/portal/mails", {"news": None}, action="/mails")
    assert answer.status_code == 303
    assert wanted(work, enrollment) == {Topic.NEWS: False, Topic.REMINDERS: True, Topic.REPLIES: True}
