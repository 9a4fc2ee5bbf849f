"""The page of those who take part."""

from datetime import date, timedelta
from typing import Any

import pytest

from betaops.enrollment import consent, providers
from betaops.enrollment.models import Consent, Enrollment, State
from betaops.enrollment.providers import Ask, Change, Fact
from betaops.enrollment.queries import testers
from betaops.enrollment.service import consenting
from betaops.enrollment.service import testers as service
from betaops.kernel.db import Database
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs import service as program_service
from betaops.programs.models import Program
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.support.queries import counted


@pytest.fixture(autouse=True)
def nothing_provided(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """This room's own pages; `app` first, because it hands the other rooms' parts in."""
    for name, nothing in vars(providers.Provided()).items():
        monkeypatch.setattr(providers.provided, name, nothing)


def signed(work: Work, program: Program, state: State = State.ACTIVE, **more: Any) -> Enrollment:
    place = an_enrollment(work, program=program, state=state, **more)
    agreement = program_queries.agreement_in_force(work.session, program.id)
    assert agreement is not None
    tester = testers.tester(work.session, place.tester_id)
    consenting.sign(work, place, tester, agreement, name=tester.name, address="203.0.113.9")
    return place


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.APPLIED, "Your application is in"),
        (State.WAITLISTED, "You are next."),
        (State.DECLINED, "Not this time"),
        (State.WITHDRAWN, "You have left this program"),
        (State.REMOVED, "has ended"),
        (State.COMPLETED, "This program is over"),
        (State.ACTIVE, "To do now"),
    ],
)
def test_each_state_has_its_own_words(work: Work, tester_client: Any, state: State, words: str) -> None:
    program = a_program(work)
    page = tester_client(an_enrollment(work, program=program, state=state)).get(f"/portal/{program.slug}")
    assert page.status_code == 200
    assert words in page.text


@pytest.mark.parametrize(
    ("state", "inside"), [(State.APPLIED, False), (State.WAITLISTED, False), (State.ACCEPTED, True)]
)
def test_the_real_name_is_for_those_who_are_in(
    work: Work, tester_client: Any, state: State, inside: bool
) -> None:
    program = a_program(work)
    page = (
        tester_client(an_enrollment(work, program=program, state=state)).get(f"/portal/{program.slug}").text
    )
    assert ("Aurora Notes 2.0" in page) is inside
    assert ("Project Lantern" in page) is not inside


def test_the_waitlist_says_how_many_are_ahead(work: Work, tester_client: Any) -> None:
    program = a_program(work)
    for _ in range(2):
        an_enrollment(work, program=program, state=State.WAITLISTED)
    mine = an_enrollment(work, program=program, state=State.WAITLISTED)
    assert "2 people are ahead of you." in tester_client(mine).get(f"/portal/{program.slug}").text


def test_at_most_three_things_are_asked_the_urgent_ones_first(
    work: Work, tester_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = a_program(work)
    asks = [
        Ask(title="Later survey", url="/s/1", verb="Answer", due_on=date(2030, 1, 2)),
        Ask(title="Sooner survey", url="/s/2", verb="Answer", minutes=4, due_on=date(2030, 1, 1)),
        Ask(title="Urgent task", url="/t/1", verb="Start", is_urgent=True),
        Ask(title="Whenever", url="/t/2", verb="Start"),
    ]
    monkeypatch.setattr(providers.provided, "asks", (lambda session, place: asks,))
    monkeypatch.setattr(
        providers.provided, "facts", (lambda session, place: [Fact(label="Answers", value="3")],)
    )
    changed = Change(at=work.now, title="Fixed in build 412")
    monkeypatch.setattr(providers.provided, "changes", (lambda session, place: [changed],))
    page = tester_client(signed(work, program)).get(f"/portal/{program.slug}").text
    places = [page.find(title) for title in ("Urgent task", "Sooner survey", "Later survey")]
    assert places == sorted(places)
    assert places[0] > 0
    assert "Whenever" not in page
    assert "1 more comes after that." in page
    assert "Fixed in build 412" in page


def test_who_came_without_signing_is_asked_for_the_agreement_first(work: Work, tester_client: Any) -> None:
    program = a_program(work)
    place = an_enrollment(work, program=program, state=State.ACCEPTED)
    browser = tester_client(place)
    assert "Read and accept the agreement" in browser.get(f"/portal/{program.slug}").text
    path = f"/portal/{program.slug}/agreement"
    assert browser.submit(path, action="/agreement").status_code == 422
    assert browser.submit(path, {"agreed": "y", "name": "Ana R."}, action="/agreement").status_code == 303
    assert [row.name for row in testers.consents(work.session, place.id)] == ["Ana R."]
    assert "Read and accept the agreement" not in browser.get(f"/portal/{program.slug}").text


def test_a_newer_agreement_is_asked_for_and_the_older_copy_stays(work: Work, tester_client: Any) -> None:
    program = a_program(work)
    place = signed(work, program)
    program_service.save_draft(work, program.id, version=None, markdown="Second words")
    program_service.publish_agreement(work, program.id)
    browser = tester_client(place)
    browser.submit(f"/portal/{program.slug}/agreement", {"agreed": "y"}, action="/agreement")
    assert "Second words" in browser.get(f"/portal/{program.slug}/agreements/2").text
    assert "Second words" not in browser.get(f"/portal/{program.slug}/agreements/1").text


def test_the_copy_is_frozen_as_it_was_signed_and_stays_after_leaving(work: Work, tester_client: Any) -> None:
    program = a_program(work)
    place = signed(work, program, name="Ana Ruiz")
    browser = tester_client(place)
    browser.submit(f"/portal/{program.slug}/leave", {"reason": "No time"}, action="/leave")
    work.session.refresh(place)
    assert place.state is State.WITHDRAWN
    text = browser.get(f"/portal/{program.slug}/agreements/1/copy.md")
    assert text.headers["Content-Disposition"] == 'attachment; filename="agreement-1.md"'
    copy = testers.consents(work.session, place.id)[0]
    assert copy.text.strip() in text.text
    assert copy.digest.hex() in text.text
    assert "Ana Ruiz" in text.text


def test_a_digest_gives_away_any_change(work: Work) -> None:
    place = signed(work, a_program(work))
    copy = testers.consents(work.session, place.id)[0]

    def digest(**changed: Any) -> bytes:
        fields = {name: getattr(copy, name) for name in ("text", "number", "name", "mail", "signed_at")}
        return consent.digest(**{**fields, **changed})

    assert digest() == copy.digest
    for change in (
        {"text": copy.text + " "},
        {"name": "X"},
        {"mail": "x@example.com"},
        {"number": 2},
        {"signed_at": copy.signed_at + timedelta(days=1)},
    ):
        assert digest(**change) != copy.digest


def test_signing_twice_keeps_the_first_copy(work: Work) -> None:
    place = signed(work, a_program(work))
    tester = testers.tester(work.session, place.tester_id)
    agreement = program_queries.agreement_in_force(work.session, place.program_id)
    assert agreement is not None
    consenting.sign(work, place, tester, agreement, name="Other", address="")
    assert work.session.query(Consent).count() == 1


def test_leaving_frees_the_seat_and_says_why_to_the_team(work: Work, tester_client: Any) -> None:
    program = a_program(work, capacity=1)
    place = signed(work, program)
    waiting = an_enrollment(work, program=program, state=State.WAITLISTED)
    browser = tester_client(place)
    assert "goes to someone else" in browser.get(f"/portal/{program.slug}/leave").text
    browser.submit(f"/portal/{program.slug}/leave", {"reason": "Changed jobs"}, action="/leave")
    assert waiting.state is State.ACCEPTED
    assert testers.transitions(work.session, place.id)[0].note == "Changed jobs"
    assert browser.get(f"/portal/{program.slug}/leave").status_code == 303


def test_a_first_visit_makes_active_and_is_a_sign_of_life(work: Work, tester_client: Any) -> None:
    program = a_program(work)
    place = signed(work, program, State.ACCEPTED)
    tester_client(place).get(f"/portal/{program.slug}")
    work.session.refresh(place)
    assert place.state is State.ACTIVE
    assert testers.tester(work.session, place.tester_id).seen_at is not None


def test_one_program_opens_at_once_and_several_are_listed(work: Work, tester_client: Any) -> None:
    first = a_program(work)
    place = signed(work, first, mail="ana@example.com")
    browser = tester_client(place)
    assert browser.get("/portal").headers["Location"] == f"/portal/{first.slug}"
    second = a_program(work, name="Secret name", codename="Heron")
    an_enrollment(
        work, program=second, tester=testers.tester(work.session, place.tester_id), state=State.APPLIED
    )
    page = browser.get("/portal").text
    assert "Aurora Notes 2.0" in page
    assert "Heron" in page
    assert "Secret name" not in page


def test_security_6_a_tester_sees_no_notes_reasons_or_other_people(work: Work, tester_client: Any) -> None:
    program = a_program(work)
    place = an_enrollment(work, program=program, state=State.DECLINED)
    an_enrollment(work, program=program, name="Somebody Else", mail="else@example.com")
    service.add_note(work, place.tester_id, "Talks too much")
    testers.transitions(work.session, place.id)[0].note = "Not our kind"
    browser = tester_client(place)
    for path in (f"/portal/{program.slug}", "/portal/me", "/portal/me/data.json", "/portal"):
        page = browser.get(path).text
        for secret in ("Talks too much", "Not our kind", "else@example.com", "Somebody Else"):
            assert secret not in page


def test_security_2_a_program_that_is_not_theirs_is_a_404_like_one_that_never_was(
    work: Work, tester_client: Any
) -> None:
    place = signed(work, a_program(work))
    foreign = a_program(work, name="Other")
    browser = tester_client(place)
    for slug in (foreign.slug, "never-was"):
        for path in ("", "/agreement", "/leave", "/agreements/1", "/agreements/1/copy.md"):
            assert browser.get(f"/portal/{slug}{path}").status_code == 404
        assert browser.post(f"/portal/{slug}/leave").status_code == 404


def test_my_data_is_a_file_with_everything(
    work: Work, tester_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        providers.provided, "data", (("reports", lambda session, tester: [{"title": "Slow"}]),)
    )
    program = a_program(work)
    place = signed(
        work,
        program,
        mail="ana@example.com",
        name="Ana",
        attributes={"os": "iOS"},
        answers={"often": "Daily"},
    )
    data = tester_client(place).get("/portal/me/data.json").get_json()
    assert data["person"]["mail"] == "ana@example.com"
    assert data["person"]["attributes"] == {"os": "iOS"}
    assert data["programs"][0]["answers"] == {"often": "Daily"}
    assert data["programs"][0]["agreements"][0]["address"] == "203.0.113.9"
    assert data["reports"] == [{"title": "Slow"}]


def test_own_name_and_language_can_be_changed_and_nothing_else(work: Work, tester_client: Any) -> None:
    place = signed(work, a_program(work), mail="ana@example.com")
    browser = tester_client(place)
    browser.submit(
        "/portal/me",
        {"name": "Ana R.", "mail": "evil@example.com", "attributes": "x", "workspace_id": "y"},
        action="/me",
    )
    tester = testers.tester(work.session, place.tester_id)
    assert (tester.name, tester.mail) == ("Ana R.", "ana@example.com")


def test_deleting_everything_needs_a_tick_and_signs_out(work: Work, tester_client: Any) -> None:
    place = signed(work, a_program(work), mail="ana@example.com")
    browser = tester_client(place)
    assert browser.submit("/portal/me/erasure", action="/erasure").status_code == 422
    assert browser.submit("/portal/me/erasure", {"sure": "y"}, action="/erasure").status_code == 200
    assert testers.tester_by_key(work.session, "ana@example.com") is None
    assert "/portal/sign-in" in browser.get("/portal").headers["Location"]


def test_the_page_is_light_and_quick(work: Work, tester_client: Any, database: Database) -> None:
    program = a_program(work)
    browser = tester_client(signed(work, program))
    browser.get(f"/portal/{program.slug}")
    with counted(database) as statements:
        page = browser.get(f"/portal/{program.slug}")
    assert len(page.data) < 20_000
    assert len(statements) <= 12, statements
