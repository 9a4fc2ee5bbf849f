"""Ways in by mail: signing in and invitations."""

import re

import pytest

from betaops.enrollment.models import SignInLink, State
from betaops.enrollment.queries import portal, testers
from betaops.enrollment.service import enrolling, inviting
from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.work import Work
from betaops.programs import service as program_service
from betaops.programs.models import Phase
from tests.factories.enrollment import an_enrollment, an_invitation
from tests.factories.programs import a_program
from tests.support.browsers import Browser
from tests.support.clock import Clock
from tests.support.outbox import Outbox
from tests.support.running import RunJobs


def ask(client: Browser, mail: str, run_jobs: RunJobs, outbox: Outbox) -> str:
    """Ask for a sign-in link, and return its path from the mail."""
    assert client.post("/portal/sign-in", data={"mail": mail}).status_code == 200
    run_jobs()
    return outbox.links(outbox.of_kind("enrollment.sign_in")[-1])[0].removeprefix("http://localhost")


def test_a_tester_signs_in_by_mail(client: Browser, work: Work, run_jobs: RunJobs, outbox: Outbox) -> None:
    place = an_enrollment(work, state=State.ACCEPTED, mail="ana@example.com")
    link = ask(client, "ANA@example.com.", run_jobs, outbox)
    assert "One more click" in client.get(link).text
    assert client.submit(link).headers["Location"] == "/portal"
    assert client.get("/portal").headers["Location"].startswith("/portal/")
    work.session.refresh(place)
    assert place.state is State.ACTIVE


def test_security_13_a_link_is_random_hashed_single_use_and_ten_minutes(
    clock: Clock, client: Browser, work: Work, run_jobs: RunJobs, outbox: Outbox
) -> None:
    an_enrollment(work, mail="ana@example.com")
    link = ask(client, "ana@example.com", run_jobs, outbox)
    token = link.rpartition("/")[2]
    assert len(token) == 43
    stored = work.session.query(SignInLink).one()
    assert token.encode() not in stored.token_digest
    for _ in range(2):
        looked = client.get(link)
        assert looked.status_code == 200
        assert looked.headers["Referrer-Policy"] == "no-referrer"
    assert client.submit(link).status_code == 303
    assert client.get(link).status_code == 410
    assert client.post(link).status_code == 410
    late = ask(client, "ana@example.com", run_jobs, outbox)
    clock.shift(minutes=10, seconds=1)
    assert client.post(late).status_code == 410
    assert "Send me a new link" in client.get(late).text


def test_security_13_a_link_for_one_purpose_opens_no_other_door(
    client: Browser, work: Work, run_jobs: RunJobs, outbox: Outbox
) -> None:
    an_enrollment(work, mail="ana@example.com")
    token = ask(client, "ana@example.com", run_jobs, outbox).rpartition("/")[2]
    for door in ("/confirm/", "/join/invitation/"):
        assert client.get(door + token).status_code == 410


def test_security_16_signing_in_answers_alike_for_known_and_unknown_addresses(
    client: Browser, work: Work, run_jobs: RunJobs, outbox: Outbox
) -> None:
    an_enrollment(work, mail="known@example.com")
    pages = []
    for mail in ("known@example.com", "other@example.com"):
        page = client.submit("/portal/sign-in", {"mail": mail})
        pages.append((page.status_code, re.sub(r'value="[^"]{30,}"', "", page.text).replace(mail, "MAIL")))
    assert pages[0] == pages[1]
    assert len(outbox.of_kind("enrollment.sign_in")) == 0
    run_jobs()
    assert [letter.to for letter in outbox.of_kind("enrollment.sign_in")] == ["known@example.com"]


def test_a_mailbox_is_not_flooded(client: Browser, work: Work, run_jobs: RunJobs, outbox: Outbox) -> None:
    an_enrollment(work, mail="ana@example.com")
    for _ in range(9):
        client.submit("/portal/sign-in", {"mail": "ana@example.com"})
        run_jobs()
    assert len(outbox.of_kind("enrollment.sign_in")) == 6


def test_asking_twice_before_the_worker_looks_is_one_mail(
    client: Browser, work: Work, run_jobs: RunJobs, outbox: Outbox
) -> None:
    an_enrollment(work, mail="ana@example.com")
    for _ in range(2):
        client.submit("/portal/sign-in", {"mail": "ana@example.com"})
    run_jobs()
    assert len(outbox.of_kind("enrollment.sign_in")) == 1


def test_security_10_signing_out_ends_the_session_and_copied_cookies_fail(
    work: Work, tester_client: object
) -> None:
    place = an_enrollment(work)
    browser: Browser = tester_client(place)  # type: ignore[operator]
    cookie = browser.get_cookie("betaops-tester")
    assert cookie is not None
    assert browser.get("/portal").status_code == 303
    browser.post("/portal/sign-out")
    browser.set_cookie("betaops-tester", cookie.value)
    assert "/portal/sign-in" in browser.get("/portal").headers["Location"]


def test_security_9_signing_in_renews_the_session(
    client: Browser, work: Work, run_jobs: RunJobs, outbox: Outbox
) -> None:
    an_enrollment(work, mail="ana@example.com")
    client.set_cookie("betaops-tester", "planted")
    client.submit(ask(client, "ana@example.com", run_jobs, outbox))
    cookie = client.get_cookie("betaops-tester")
    assert cookie is not None
    assert cookie.value != "planted"


def test_a_member_may_be_a_tester_in_the_same_browser(
    work: Work, member_client: object, run_jobs: RunJobs, outbox: Outbox
) -> None:
    place = an_enrollment(work, mail="owner@example.com")
    browser: Browser = member_client("owner")  # type: ignore[operator]
    browser.submit(ask(browser, "owner@example.com", run_jobs, outbox))
    slug = portal.places(work.session, place.tester_id)[0].program.slug
    assert browser.get(f"/portal/{slug}").status_code == 200
    assert browser.get("/console/programs").status_code == 200
    browser.post("/portal/sign-out")
    assert browser.get("/console/programs").status_code == 200


def test_a_redirect_after_signing_in_stays_here(client: Browser, work: Work, tester_client: object) -> None:
    browser: Browser = tester_client(an_enrollment(work))  # type: ignore[operator]
    for target in ("//evil.example", "https://evil.example", "/\\evil.example", "/portal/me\r\nX: y"):
        assert browser.get("/portal/sign-in", query_string={"next": target}).headers["Location"] == "/portal"
    assert browser.get("/portal/sign-in?next=/portal/me").headers["Location"] == "/portal/me"


def test_signing_in_leads_on_to_where_one_was_going(
    client: Browser, work: Work, run_jobs: RunJobs, outbox: Outbox
) -> None:
    an_enrollment(work, mail="ana@example.com")
    asked = client.get("/portal/me").headers["Location"]
    client.submit(asked, {"mail": "ana@example.com"})
    run_jobs()
    link = outbox.links(outbox.of_kind("enrollment.sign_in")[-1])[0].removeprefix("http://localhost")
    assert client.submit(link).headers["Location"] == "/portal/me"


def test_an_invited_person_is_in_with_one_form(
    client: Browser, work: Work, run_jobs: RunJobs, outbox: Outbox
) -> None:
    program = a_program(work)
    inviting.invite(work, program.id, [("guest@example.com", "Gus")])
    run_jobs()
    letter = outbox.to("guest@example.com")[0]
    link = outbox.links(letter)[0].removeprefix("http://localhost")
    page = client.get(link)
    assert "guest@example.com" in page.text
    assert 'value="Gus"' in page.text
    assert client.submit(link).status_code == 422
    assert (
        client.submit(link, {"agreed": "y", "name": "Gus Guest"}).headers["Location"]
        == f"/portal/{program.slug}"
    )
    tester = testers.tester_by_key(work.session, "guest@example.com")
    assert tester is not None
    place = portal.places(work.session, tester.id)[0]
    assert (place.state, place.source) == (State.ACTIVE, "invitation")
    assert testers.consents(work.session, place.id)[0].name == "Gus Guest"
    assert client.get(link).status_code == 410


def test_an_invitation_without_a_free_seat_leads_to_the_waitlist(client: Browser, work: Work) -> None:
    program = a_program(work, capacity=0)
    _invitation, token = an_invitation(work, program=program)
    client.submit(f"/join/invitation/{token}", {"agreed": "y"})
    tester = testers.tester_by_key(work.session, "guest@example.com")
    assert tester is not None
    assert portal.places(work.session, tester.id)[0].state is State.WAITLISTED


def test_an_invitation_to_somebody_known_sends_a_sign_in_link_instead_of_signing_in(
    client: Browser, work: Work, run_jobs: RunJobs, outbox: Outbox
) -> None:
    an_enrollment(work, program=a_program(work), mail="guest@example.com")
    second = a_program(work, product=None, name="Other")
    _invitation, token = an_invitation(work, program=second)
    answer = client.submit(f"/join/invitation/{token}", {"agreed": "y"})
    assert answer.status_code == 200
    assert client.get_cookie("betaops-tester") is None
    run_jobs()
    assert outbox.of_kind("enrollment.sign_in")[0].to == "guest@example.com"


def test_an_agreement_that_changed_meanwhile_is_read_before_taking_part(client: Browser, work: Work) -> None:
    program = a_program(work)
    _invitation, token = an_invitation(work, program=program)
    client.get(f"/join/invitation/{token}")
    program_service.save_draft(work, program.id, version=None, markdown="Entirely new words")
    program_service.publish_agreement(work, program.id)
    page = client.post(f"/join/invitation/{token}", data={"name": "G", "number": "1", "agreed": "y"})
    assert page.status_code == 422
    assert "Entirely new words" in page.text
    assert testers.tester_by_key(work.session, "guest@example.com") is None


@pytest.mark.parametrize("how", ["revoked", "expired", "replaced", "over", "unknown"])
def test_an_invitation_that_does_not_hold_any_more_says_what_to_do(
    clock: Clock, client: Browser, work: Work, how: str
) -> None:
    program = a_program(work)
    invitation, token = an_invitation(work, program=program)
    match how:
        case "revoked":
            inviting.revoke(work, program.id, invitation.id)
        case "expired":
            clock.shift(days=15)
        case "replaced":
            clock.shift(hours=1)
            an_invitation(work, program=program)
        case "over":
            program.phase = Phase.CLOSED
        case "unknown":
            token = token[:-1]
    for answer in (client.get(f"/join/invitation/{token}"), client.post(f"/join/invitation/{token}")):
        assert answer.status_code == 410
        assert "Ask whoever invited you" in answer.text
    assert testers.tester_by_key(work.session, "guest@example.com") is None


def test_inviting_the_same_people_again_sends_nothing_twice(
    work: Work, run_jobs: RunJobs, outbox: Outbox
) -> None:
    program = a_program(work)
    an_enrollment(work, program=program, mail="in@example.com", state=State.ACTIVE)
    people = [("a@example.com", "A"), ("A@example.com.", "Again"), ("in@example.com", "")]
    first = inviting.invite(work, program.id, people)
    again = inviting.invite(work, program.id, people)
    assert ([row.mail for row in first.sent], first.inside) == (["a@example.com"], ["in@example.com"])
    assert (again.sent, again.already) == ([], ["a@example.com"])
    run_jobs()
    assert len(outbox.of_kind("enrollment.invitation")) == 1


def test_one_bad_address_invites_nobody(work: Work) -> None:
    program = a_program(work)
    with pytest.raises(Invalid):
        inviting.invite(work, program.id, [("a@example.com", ""), ("nonsense", "")])
    assert testers.invitations(work.session, program.id).items == []


def test_a_taken_invitation_cannot_be_withdrawn(client: Browser, work: Work) -> None:
    program = a_program(work)
    invitation, token = an_invitation(work, program=program)
    client.submit(f"/join/invitation/{token}", {"agreed": "y"})
    with pytest.raises(Refused):
        inviting.revoke(work, program.id, invitation.id)


def test_somebody_removed_comes_back_only_by_invitation(work: Work) -> None:
    program = a_program(work)
    place = an_enrollment(work, program=program, state=State.REMOVED)
    tester = testers.tester(work.session, place.tester_id)
    assert enrolling.apply(work, program.id, tester).state is State.REMOVED
    assert enrolling.admit(work, program.id, tester, source="invitation").state is State.ACCEPTED
