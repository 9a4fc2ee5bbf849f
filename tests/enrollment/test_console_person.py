"""One tester in the console: page, panel, decisions, facts."""

from typing import Any

import pytest

from betaops.enrollment import providers
from betaops.enrollment.models import Enrollment, State
from betaops.enrollment.queries import testers as queries
from betaops.enrollment.service import testers as service
from betaops.kernel import ids
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.programs.screener import Question
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work, capacity=3, screener=[Question(name="why", label="Why you?", required=False)])


@pytest.fixture
def base(program: Program) -> str:
    return f"/console/programs/{program.slug}"


@pytest.fixture(autouse=True)
def nothing_provided(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """This room's own pages; `app` first, because it hands the other rooms' parts in."""
    for name, nothing in vars(providers.Provided()).items():
        monkeypatch.setattr(providers.provided, name, nothing)


def enr(place: Enrollment) -> str:
    return ids.encode("enr", place.id)


def names(page: Any, people: list[str]) -> set[str]:
    return {name for name in people if name in page.text}


def test_one_tester_stands_beside_the_list_and_on_a_page(
    work: Work, program: Program, base: str, member_client: Any
) -> None:
    place = an_enrollment(
        work,
        program=program,
        state=State.ACTIVE,
        name="Ana Ruiz",
        answers={"why": "Curious"},
        attributes={"os": "iOS"},
    )
    service.add_note(work, place.tester_id, "Very exact")
    browser = member_client("owner")
    for path in (f"{base}/testers/{enr(place)}?state=active", f"{base}/enrollments/{enr(place)}"):
        page = browser.get(path).text
        for words in ("Ana Ruiz", "Curious", "iOS", "Very exact", "Why you?", "became active"):
            assert words in page
    assert "data-panel-content" in browser.get(f"{base}/testers/{enr(place)}").text


@pytest.mark.parametrize(
    ("state", "noun", "then"),
    [
        (State.APPLIED, "acceptance", State.ACCEPTED),
        (State.APPLIED, "waitlisting", State.WAITLISTED),
        (State.APPLIED, "refusal", State.DECLINED),
        (State.ACTIVE, "removal", State.REMOVED),
        (State.ACTIVE, "completion", State.COMPLETED),
        (State.ACTIVE, "refusal", State.ACTIVE),
    ],
)
def test_decisions_are_nouns(
    work: Work, program: Program, base: str, member_client: Any, state: State, noun: str, then: State
) -> None:
    place = an_enrollment(work, program=program, state=state)
    browser = member_client("manager")
    answer = browser.post(
        f"{base}/enrollments/{enr(place)}/{noun}?from=list&state=applied", data={"note": "Because"}
    )
    assert answer.headers["Location"] == f"{base}/testers/{enr(place)}?state=applied"
    work.session.refresh(place)
    assert place.state is then
    if then is not state:
        row = queries.transitions(work.session, place.id)[0]
        assert (row.who, row.note) == ("Manager", "Because")


def test_a_decision_sent_twice_is_made_once(
    work: Work, program: Program, base: str, member_client: Any
) -> None:
    place = an_enrollment(work, program=program, state=State.APPLIED)
    browser = member_client("owner")
    for _ in range(2):
        browser.post(f"{base}/enrollments/{enr(place)}/acceptance")
    work.session.refresh(program)
    assert program.seats_taken == 1
    assert len(queries.transitions(work.session, place.id)) == 2


def test_a_full_program_says_so_and_changes_nothing(
    work: Work, program: Program, base: str, member_client: Any
) -> None:
    program.capacity = 0
    place = an_enrollment(work, program=program, state=State.APPLIED)
    page = member_client("owner").post(f"{base}/enrollments/{enr(place)}/acceptance", follow_redirects=True)
    assert "All seats are taken" in page.text
    work.session.refresh(place)
    assert place.state is State.APPLIED


def test_a_decision_is_taken_back_by_deleting_it(
    work: Work, program: Program, base: str, member_client: Any
) -> None:
    place = an_enrollment(work, program=program, state=State.ACCEPTED)
    member_client("owner").post(f"{base}/enrollments/{enr(place)}/acceptance/deletion")
    work.session.refresh(place)
    assert place.state is State.APPLIED


def test_notes_ids_and_facts_are_kept(work: Work, program: Program, base: str, member_client: Any) -> None:
    place = an_enrollment(work, program=program, attributes={"age": 41, "os": "iOS"})
    browser, page = member_client("owner"), f"{base}/enrollments/{enr(place)}"
    browser.submit(page, {"note-text": "Knows the field"}, action="/notes")
    browser.submit(page, {"identity-distinct_id": "user-7"}, action="/identities")
    assert all(words in browser.get(page).text for words in ("Knows the field", "user-7"))
    browser.submit(f"{page}/facts", {"name": "Ana R.", "attributes": "age: 41\nos: Android\nTeam size: 6"})
    tester = queries.tester(work.session, place.tester_id)
    work.session.refresh(tester)
    assert tester.attributes == {"age": 41, "os": "Android", "team_size": "6"}
    note = queries.notes(work.session, place.tester_id)[0]
    browser.post(f"{page}/notes/{ids.encode('not', note.id)}/deletion")
    browser.post(f"{page}/identities/deletion", data={"distinct_id": "user-7"})
    assert not any(words in browser.get(page).text for words in ("Knows the field", ">user-7<"))


def test_a_stale_page_says_who_changed_what_and_keeps_what_was_typed(
    work: Work, program: Program, base: str, member_client: Any
) -> None:
    place = an_enrollment(work, program=program, name="Ana")
    browser, page = member_client("owner"), f"{base}/enrollments/{enr(place)}/facts"
    seen = queries.tester(work.session, place.tester_id).version
    browser.submit(page, {"name": "Theirs"})
    answer = browser.post(
        page, data={"name": "Mine", "mail": "m@example.com", "attributes": "", "version": str(seen)}
    )
    assert answer.status_code == 422
    assert "Owner saved a newer version" in answer.text
    assert "Theirs: Name" in answer.text
    assert 'value="Mine"' in answer.text
    again = browser.post(
        page, data={"name": "Mine", "mail": "m@example.com", "attributes": "", "version": str(seen + 1)}
    )
    assert again.status_code == 303


def test_erasing_a_person_from_the_console(
    work: Work, program: Program, base: str, member_client: Any
) -> None:
    place = an_enrollment(work, program=program, mail="gone@example.com", state=State.ACTIVE)
    browser = member_client("owner")
    assert browser.post(f"{base}/enrollments/{enr(place)}/erasure").headers["Location"] == f"{base}/testers"
    work.session.expire_all()
    assert queries.tester_by_key(work.session, "gone@example.com") is None


@pytest.mark.parametrize("role", ["viewer", "analyst"])
def test_who_may_only_look_sees_no_decisions_and_can_make_none(
    work: Work, program: Program, base: str, member_client: Any, role: str
) -> None:
    place = an_enrollment(work, program=program, state=State.APPLIED)
    browser = member_client(role)
    page = browser.get(f"{base}/testers/{enr(place)}").text
    assert "/acceptance" not in page
    assert "Delete everything" not in page
    for path in ("acceptance", "removal", "notes", "erasure", "facts"):
        assert browser.post(f"{base}/enrollments/{enr(place)}/{path}").status_code == 403
    assert browser.post(f"{base}/testers/decisions", data={"do": "acceptance", "all": "1"}).status_code == 403
    work.session.refresh(place)
    assert place.state is State.APPLIED
