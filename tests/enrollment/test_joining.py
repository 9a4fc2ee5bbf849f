"""Signing up, as a stranger does it: without JavaScript, one screen after the other."""

import re

import pytest

from betaops.enrollment.models import Application, State
from betaops.enrollment.queries import portal, testers
from betaops.enrollment.queries.testers import count_views
from betaops.kernel.work import Work
from betaops.programs import service as program_service
from betaops.programs.models import Phase, Program
from betaops.programs.screener import Kind, Question
from tests.factories.enrollment import a_tester, an_enrollment
from tests.factories.programs import a_program
from tests.support.browsers import Browser
from tests.support.clock import Clock
from tests.support.outbox import Outbox
from tests.support.running import RunJobs

PLATFORM = Question(
    name="platform",
    label="Where do you use it?",
    kind=Kind.CHOICE,
    options=("iOS", "Web"),
    keep_as="platform",
)
OFTEN = Question(
    name="often", label="How often?", kind=Kind.CHOICE, options=("Daily", "Never"), knock_out=("Never",)
)
TOOLS = Question(
    name="tools", label="Which tools?", kind=Kind.CHOICES, options=("Pen", "App"), required=False
)


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work, screener=[PLATFORM, OFTEN, TOOLS], capacity=5)


def fill_in(client: Browser, program: Program, *, mail: str = "nora@example.com", name: str = "Nora") -> None:
    base = f"/join/{program.slug}"
    for number, answer in ((1, "iOS"), (2, "Daily"), (3, ["Pen", "App"])):
        assert client.submit(f"{base}/questions/{number}", {"answer": answer}).status_code == 303
    assert client.submit(f"{base}/agreement", {"agreed": "y"}).status_code == 303
    assert client.submit(f"{base}/you", {"name": name, "mail": mail}).status_code == 303


def send(client: Browser, program: Program, run_jobs: RunJobs, outbox: Outbox, **person: str) -> str:
    """Apply, and return the path of the link in the mail."""
    fill_in(client, program, **person)
    assert client.submit(f"/join/{program.slug}/check").headers["Location"].endswith("/sent")
    run_jobs()
    return outbox.links(outbox.of_kind("enrollment.confirm")[-1])[0].removeprefix("http://localhost")


def test_a_stranger_applies_from_the_story_to_the_confirmed_address(
    client: Browser, program: Program, work: Work, run_jobs: RunJobs, outbox: Outbox
) -> None:
    story = client.get(f"/join/{program.slug}")
    assert "Project Lantern" in story.text
    assert "Aurora Notes 2.0" not in story.text
    fill_in(client, program, mail=" Nora@Example.com. ")
    checked = client.get(f"/join/{program.slug}/check").text
    assert all(words in checked for words in ("iOS", "Daily", "Pen, App", "Nora", "Nora@example.com"))
    client.submit(f"/join/{program.slug}/check")
    assert "Nora@example.com" in client.get(f"/join/{program.slug}/sent").text
    run_jobs()
    letter = outbox.to("Nora@example.com")[0]
    link = outbox.links(letter)[0].removeprefix("http://localhost")
    assert testers.tester_by_key(work.session, "nora@example.com") is None
    answer = client.submit(link)
    assert answer.headers["Location"] == f"/portal/{program.slug}"
    nora = testers.tester_by_key(work.session, "nora@example.com")
    assert nora is not None
    assert nora.attributes == {"platform": "iOS"}
    place = portal.places(work.session, nora.id)[0]
    assert place.state is State.APPLIED
    assert place.answers == {"platform": "iOS", "often": "Daily", "tools": ["Pen", "App"]}
    assert testers.consents(work.session, place.id)[0].name == "Nora"
    assert [row.who for row in testers.transitions(work.session, place.id)] == ["Nora"]
    assert "Your application is in" in client.get(f"/portal/{program.slug}").text
    run_jobs()
    copy = outbox.of_kind("enrollment.agreement")[0]
    assert testers.consents(work.session, place.id)[0].digest.hex() in copy.text
    assert "Project Lantern" in copy.subject


def test_the_story_stands_without_anything_asked_first(client: Browser, program: Program) -> None:
    page = client.get(f"/join/{program.slug}").text
    for words in ("Who it is for", "About 30 minutes a week", "What you get"):
        assert words in page
    assert "e-mail" not in page


def test_a_wrong_answer_is_said_where_it_was_given_and_kept(client: Browser, program: Program) -> None:
    page = client.submit(f"/join/{program.slug}/questions/1", {"answer": "Palm"})
    assert page.status_code == 422
    assert "Choose from the list." in page.text
    page = client.submit(f"/join/{program.slug}/you", {"name": "Nora", "mail": "nora@"})
    assert page.status_code == 422
    assert 'value="nora@"' in page.text
    assert 'value="Nora"' in page.text


def test_answers_stay_when_one_goes_back(client: Browser, program: Program) -> None:
    fill_in(client, program)
    page = client.get(f"/join/{program.slug}/questions/1").text
    assert re.search(r'value="iOS"[^>]*checked|checked[^>]*value="iOS"', page)
    answer = client.submit(f"/join/{program.slug}/questions/1?then=check", {"answer": "Web"})
    assert answer.headers["Location"].endswith("/check")


def test_what_is_missing_is_asked_for_before_sending(client: Browser, program: Program) -> None:
    client.submit(f"/join/{program.slug}/questions/1", {"answer": "iOS"})
    assert client.get(f"/join/{program.slug}/check").headers["Location"].endswith("/questions/2")


def test_an_answer_that_rules_out_gets_a_friendly_no_and_no_mail_is_asked(
    client: Browser, program: Program
) -> None:
    answer = client.submit(f"/join/{program.slug}/questions/2", {"answer": "Never"})
    assert answer.headers["Location"].endswith("/sorry")
    assert "Thank you" in client.get(answer.headers["Location"]).text


def test_without_the_agreement_nobody_takes_part(client: Browser, program: Program) -> None:
    page = client.submit(f"/join/{program.slug}/agreement")
    assert page.status_code == 422
    assert "Tick the box" in page.text


def test_an_agreement_published_meanwhile_is_read_again(
    client: Browser, program: Program, work: Work
) -> None:
    fill_in(client, program)
    program_service.save_draft(work, program.id, version=None, markdown="Entirely new words")
    program_service.publish_agreement(work, program.id)
    assert client.get(f"/join/{program.slug}/check").headers["Location"].endswith("/agreement")


def test_an_agreement_published_while_it_is_read_does_not_count_as_read(
    client: Browser, program: Program, work: Work
) -> None:
    client.get(f"/join/{program.slug}/agreement")
    program_service.save_draft(work, program.id, version=None, markdown="Entirely new words")
    program_service.publish_agreement(work, program.id)
    page = client.post(f"/join/{program.slug}/agreement", data={"number": "1", "agreed": "y"})
    assert page.status_code == 422
    assert "Entirely new words" in page.text


def test_sending_twice_sends_one_mail(
    client: Browser, program: Program, run_jobs: RunJobs, outbox: Outbox
) -> None:
    fill_in(client, program)
    for _ in range(2):
        client.submit(f"/join/{program.slug}/check")
    run_jobs()
    assert len(outbox.of_kind("enrollment.confirm")) == 1


def test_the_mail_can_be_sent_again_and_only_the_newest_works(
    client: Browser, program: Program, run_jobs: RunJobs, outbox: Outbox
) -> None:
    first = send(client, program, run_jobs, outbox)
    client.submit(f"/join/{program.slug}/sent")
    run_jobs()
    second = outbox.links(outbox.of_kind("enrollment.confirm")[-1])[0].removeprefix("http://localhost")
    assert client.get(first).status_code == 410
    assert client.get(second).status_code == 200


def test_looking_at_a_link_spends_nothing(
    client: Browser, program: Program, work: Work, run_jobs: RunJobs, outbox: Outbox
) -> None:
    link = send(client, program, run_jobs, outbox)
    for _ in range(3):
        assert client.get(link).status_code == 200
    assert testers.tester_by_key(work.session, "nora@example.com") is None
    assert client.get(link).headers["Referrer-Policy"] == "no-referrer"


def test_a_link_used_twice_says_so_and_changes_nothing(
    client: Browser, program: Program, work: Work, run_jobs: RunJobs, outbox: Outbox
) -> None:
    link = send(client, program, run_jobs, outbox)
    client.submit(link)
    for answer in (client.get(link), client.post(link)):
        assert answer.status_code == 410
        assert "done already" in answer.text
    assert len(testers.everybody(work.session).items) == 1


@pytest.mark.parametrize("spoil", ["", "x", "cut"])
def test_a_link_that_never_was_says_how_to_get_a_new_one(
    client: Browser, program: Program, run_jobs: RunJobs, outbox: Outbox, spoil: str
) -> None:
    link = send(client, program, run_jobs, outbox)
    broken = link[:-5] if spoil == "cut" else "/confirm/" + "x" * 43 + spoil
    for answer in (client.get(broken), client.post(broken)):
        assert answer.status_code == 410
        assert "cut off" in answer.text


def test_a_confirmation_that_is_too_old_leads_back_to_the_program(
    clock: Clock, client: Browser, program: Program, run_jobs: RunJobs, outbox: Outbox
) -> None:
    link = send(client, program, run_jobs, outbox)
    clock.shift(days=8)
    answer = client.get(link)
    assert answer.status_code == 410
    assert f"/join/{program.slug}" in answer.text


def test_a_late_confirmation_does_not_sign_in_somebody_known_before(
    clock: Clock, client: Browser, program: Program, work: Work, run_jobs: RunJobs, outbox: Outbox
) -> None:
    a_tester(work, mail="nora@example.com")
    link = send(client, program, run_jobs, outbox)
    clock.shift(minutes=11)
    answer = client.submit(link)
    assert answer.status_code == 200
    assert "Your application is in" in answer.text
    assert client.get("/portal").status_code == 303
    assert "/portal/sign-in" in client.get("/portal").headers["Location"]


def test_security_16_signing_up_answers_alike_for_known_and_unknown_addresses(
    app: object, work: Work, program: Program, client: Browser, run_jobs: RunJobs, outbox: Outbox
) -> None:
    from tests.support.signed_in import browser_of

    an_enrollment(work, program=program, mail="known@example.com")
    pages = []
    for mail in ("known@example.com", "other@example.com"):
        browser = browser_of(app, work)  # type: ignore[arg-type]
        fill_in(browser, program, mail=mail)
        browser.submit(f"/join/{program.slug}/check")
        page = browser.get(f"/join/{program.slug}/sent")
        text = re.sub(r'value="[^"]{30,}"', "", page.text).replace(mail, "MAIL")
        pages.append((page.status_code, text))
    assert pages[0] == pages[1]


def test_who_is_in_already_stays_as_they_are_and_is_signed_in(
    client: Browser, program: Program, work: Work, run_jobs: RunJobs, outbox: Outbox
) -> None:
    place = an_enrollment(work, program=program, mail="nora@example.com", state=State.ACTIVE)
    link = send(client, program, run_jobs, outbox, mail="NORA@example.com")
    assert client.submit(link).headers["Location"] == f"/portal/{program.slug}"
    assert place.state is State.ACTIVE
    assert len(testers.everybody(work.session).items) == 1


def test_an_address_is_not_flooded(
    client: Browser, app: object, work: Work, program: Program, run_jobs: RunJobs, outbox: Outbox
) -> None:
    from tests.support.signed_in import browser_of

    for _ in range(5):
        browser = browser_of(app, work)  # type: ignore[arg-type]
        fill_in(browser, program)
        browser.submit(f"/join/{program.slug}/check")
    run_jobs()
    assert len(outbox.of_kind("enrollment.confirm")) == 3


@pytest.mark.parametrize("phase", [Phase.DRAFT, Phase.ARCHIVED])
def test_a_program_that_is_not_public_is_not_there(client: Browser, work: Work, phase: Phase) -> None:
    program = a_program(work, phase=phase)
    assert client.get(f"/join/{program.slug}").status_code == 404


@pytest.mark.parametrize("phase", [Phase.CLOSING, Phase.CLOSED])
def test_a_program_that_takes_nobody_says_so(client: Browser, work: Work, phase: Phase) -> None:
    program = a_program(work, phase=phase)
    assert "Applications are closed" in client.get(f"/join/{program.slug}").text
    assert client.get(f"/join/{program.slug}/you").headers["Location"] == f"/join/{program.slug}"


def test_a_program_that_closed_meanwhile_takes_no_confirmation(
    client: Browser, program: Program, work: Work, run_jobs: RunJobs, outbox: Outbox
) -> None:
    link = send(client, program, run_jobs, outbox)
    program.phase = Phase.CLOSED
    answer = client.post(link)
    assert answer.status_code == 422
    assert "takes no applications" in answer.text


def test_seats_are_given_at_once_where_the_program_says_so(
    client: Browser, work: Work, run_jobs: RunJobs, outbox: Outbox
) -> None:
    program = a_program(work, screener=[PLATFORM, OFTEN, TOOLS], accepts_automatically=True, capacity=1)
    client.submit(send(client, program, run_jobs, outbox))
    page = client.get(f"/portal/{program.slug}").text
    assert "Aurora Notes 2.0" in page
    assert "To do now" in page


@pytest.mark.parametrize(
    "name",
    [
        "👩🏽‍🚀 Zoë",
        "محمد علي",
        "x" * 200,
        "<script>alert(1)</script>",
        "O'Neill; DROP TABLE tester",
        "Ana\x00Ruiz",
    ],
)
def test_any_name_is_kept_and_shown_harmlessly(
    client: Browser, program: Program, work: Work, run_jobs: RunJobs, outbox: Outbox, name: str
) -> None:
    client.submit(send(client, program, run_jobs, outbox, name=name))
    tester = testers.tester_by_key(work.session, "nora@example.com")
    assert tester is not None
    assert tester.name == name.replace("\x00", "")
    assert "<script>alert" not in client.get("/portal/me").text


def test_a_name_of_ten_thousand_letters_is_refused_with_a_sentence(client: Browser, program: Program) -> None:
    page = client.submit(f"/join/{program.slug}/you", {"name": "x" * 10_000, "mail": "a@example.com"})
    assert page.status_code == 422
    assert "under 200" in page.text


def test_looks_at_the_story_are_counted_without_anybodys_name(
    client: Browser, program: Program, work: Work
) -> None:
    for _ in range(3):
        client.get(f"/join/{program.slug}")
    assert count_views(work.session, program.id) == 3


def test_security_5_fields_that_are_not_asked_change_nothing(
    client: Browser, program: Program, work: Work, run_jobs: RunJobs, outbox: Outbox
) -> None:
    client.submit(f"/join/{program.slug}/questions/1", {"answer": "iOS", "state": "accepted"})
    client.submit(f"/join/{program.slug}/questions/2", {"answer": "Daily", "points": "9"})
    client.submit(f"/join/{program.slug}/questions/3")
    client.submit(f"/join/{program.slug}/agreement", {"agreed": "y", "agreement_id": "x"})
    client.submit(
        f"/join/{program.slug}/you",
        {"name": "N", "mail": "n@example.com", "state": "accepted", "workspace_id": "x"},
    )
    client.submit(f"/join/{program.slug}/check", {"state": "accepted", "confirmed_at": "2020-01-01"})
    run_jobs()
    link = outbox.links(outbox.of_kind("enrollment.confirm")[-1])[0].removeprefix("http://localhost")
    client.submit(link)
    tester = testers.tester_by_key(work.session, "n@example.com")
    assert tester is not None
    assert portal.places(work.session, tester.id)[0].state is State.APPLIED


def test_pages_of_the_signup_are_light(client: Browser, program: Program) -> None:
    for path in ("", "/questions/1", "/agreement", "/you"):
        page = client.get(f"/join/{program.slug}{path}")
        assert len(page.data) < 20_000
        assert page.text.count("<script") + page.text.count("<link ") <= 5


def test_forms_that_nobody_confirmed_are_dropped_after_a_week(
    clock: Clock, client: Browser, program: Program, work: Work, run_jobs: RunJobs
) -> None:
    fill_in(client, program)
    clock.shift(days=8)
    work.enqueue("enrollment.tidy")
    run_jobs()
    assert work.session.query(Application).count() == 0
