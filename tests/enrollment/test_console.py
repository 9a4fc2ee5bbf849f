"""The console's pages of testers, as members use them."""

import csv
import io
from typing import Any

import pytest

from betaops.enrollment import providers
from betaops.enrollment.models import Enrollment, State
from betaops.enrollment.providers import Column, Filter
from betaops.enrollment.queries import testers as queries
from betaops.kernel import ids
from betaops.kernel.db import Database
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.programs.screener import Question
from tests.factories.enrollment import an_enrollment, an_invitation
from tests.factories.programs import a_program
from tests.support.queries import counted


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


def test_an_empty_list_says_what_to_do(member_client: Any, base: str) -> None:
    page = member_client("owner").get(f"{base}/testers")
    assert "No testers yet" in page.text
    assert f"{base}/invitations/new" in page.text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"Ana", "Ben", "Cy"}),
        ("?state=active", {"Ana"}),
        ("?state=waitlisted", {"Cy"}),
        ("?q=ana%20ruiz", {"Ana"}),
        ("?q=BEN@", {"Ben"}),
        ("?q=%25", set()),
        ("?q=_", set()),
        ("?source=import", set()),
        ("?state=nonsense&sort=nonsense&source=nonsense", {"Ana", "Ben", "Cy"}),
        ("?q=%00ana", {"Ana"}),
    ],
)
def test_filters_stand_in_the_address(
    work: Work, program: Program, base: str, member_client: Any, query: str, expected: set[str]
) -> None:
    an_enrollment(work, program=program, state=State.ACTIVE, name="Ana Ruiz", mail="x1@example.com")
    an_enrollment(work, program=program, state=State.APPLIED, name="Ben", mail="ben@example.com")
    an_enrollment(work, program=program, state=State.WAITLISTED, name="Cy", mail="x2@example.com")
    page = member_client("owner").get(f"{base}/testers{query}")
    assert page.status_code == 200
    body = page.text.partition("<tbody")[2]
    assert {name for name in ("Ana", "Ben", "Cy") if f">{name}" in body} == expected
    if not expected:
        assert "Nothing matches" in page.text


def test_rooms_above_add_filters_and_columns(
    work: Work, program: Program, base: str, member_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = an_enrollment(work, program=program, name="Ana")
    an_enrollment(work, program=program, name="Ben")
    only = Filter(
        name="cohort",
        label="Cohort",
        options=lambda session, program: [("ios", "iOS pilot")],
        narrow=lambda statement, value: statement.where(Enrollment.tester_id == ana.tester_id),
    )
    shown = Column(
        key="cohorts",
        label="Cohorts",
        values=lambda session, program, people: {ana.tester_id: "iOS pilot, Pro"},
    )
    monkeypatch.setattr(providers.provided, "filters", (only,))
    monkeypatch.setattr(providers.provided, "columns", (shown,))
    page = member_client("owner").get(f"{base}/testers?cohort=ios").text
    body = page.partition("<tbody")[2]
    assert ">Ana" in body
    assert ">Ben" not in body
    assert "iOS pilot, Pro" in body


def test_pages_follow_each_other_without_gap_or_repetition(work: Work, program: Program) -> None:
    for number in range(7):
        an_enrollment(work, program=program, state=State.APPLIED, name="Same" if number % 2 else f"N{number}")
    for sort in ("applied", "-applied", "name", "-name", "mail", "-changed"):
        seen, cursor = [], None
        while True:
            page = queries.enrollments(
                work.session, program, queries.Wanted(sort=sort), cursor=cursor, size=2
            )
            seen += [place.id for place in page]
            cursor = page.next
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) == 7


def test_a_broken_cursor_is_no_page(base: str, member_client: Any, work: Work, program: Program) -> None:
    an_enrollment(work, program=program)
    assert member_client("owner").get(f"{base}/testers?cursor=xyz").status_code == 404


def test_the_list_costs_the_same_for_many_as_for_few(
    work: Work, program: Program, base: str, member_client: Any, database: Database
) -> None:
    browser = member_client("owner")
    an_enrollment(work, program=program, state=State.APPLIED)
    costs = []
    for _ in range(2):
        browser.get(f"{base}/testers")
        with counted(database) as statements:
            browser.get(f"{base}/testers")
        costs.append(len(statements))
        for _ in range(20):
            an_enrollment(work, program=program, state=State.APPLIED)
    assert costs[0] == costs[1] <= 20


def test_a_selection_is_decided_at_once(work: Work, program: Program, base: str, member_client: Any) -> None:
    places = [an_enrollment(work, program=program, state=State.APPLIED) for _ in range(4)]
    page = member_client("owner").post(
        f"{base}/testers/decisions",
        data={"do": "acceptance", "ids": [enr(place) for place in places]},
        follow_redirects=True,
    )
    assert "3 testers changed." in page.text
    assert "1 stays as before: all seats are taken." in page.text
    work.session.expire_all()
    assert [place.state for place in places] == [State.ACCEPTED] * 3 + [State.APPLIED]


def test_select_all_decides_everybody_who_matches_the_filters(
    work: Work, program: Program, base: str, member_client: Any
) -> None:
    for _ in range(3):
        an_enrollment(work, program=program, state=State.APPLIED)
    kept = an_enrollment(work, program=program, state=State.WAITLISTED)
    member_client("owner").post(f"{base}/testers/decisions?state=applied", data={"do": "refusal", "all": "1"})
    work.session.expire_all()
    assert queries.by_state(work.session, program.id)[State.DECLINED] == 3
    assert kept.state is State.WAITLISTED


def test_deciding_about_very_many_is_a_job_with_progress(
    work: Work,
    program: Program,
    base: str,
    member_client: Any,
    run_jobs: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from betaops.enrollment.views import testers as views

    monkeypatch.setattr(views, "AT_ONCE", 2)
    places = [an_enrollment(work, program=program, state=State.APPLIED) for _ in range(5)]
    browser = member_client("owner")
    answer = browser.post(f"{base}/testers/decisions", data={"do": "acceptance", "all": "1"})
    assert "data-watch" in browser.get(answer.headers["Location"]).text
    run_jobs()
    page = browser.get(answer.headers["Location"]).text
    assert "data-watch" not in page
    assert [place.state for place in places] == [State.ACCEPTED] * 3 + [State.APPLIED] * 2
    assert queries.transitions(work.session, places[0].id)[0].who == "Owner"


def test_security_4_a_foreign_id_in_a_selection_refuses_all_of_it(
    work: Work, program: Program, base: str, member_client: Any
) -> None:
    own = an_enrollment(work, program=program, state=State.APPLIED)
    foreign = an_enrollment(work, program=a_program(work), state=State.APPLIED)
    answer = member_client("owner").post(
        f"{base}/testers/decisions", data={"do": "acceptance", "ids": [enr(own), enr(foreign)]}
    )
    assert answer.status_code == 404
    work.session.refresh(own)
    assert own.state is State.APPLIED


def test_the_list_is_exported_as_shown_with_formulas_as_text(
    work: Work, program: Program, base: str, member_client: Any
) -> None:
    an_enrollment(
        work,
        program=program,
        state=State.APPLIED,
        name="=cmd()",
        mail="a@example.com",
        attributes={"os": "+iOS"},
        answers={"why": "-1"},
    )
    an_enrollment(work, program=program, state=State.ACTIVE, name="Ben")
    answer = member_client("analyst").get(f"{base}/testers/export.csv?state=applied")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(rows) == 1
    assert (rows[0]["name"], rows[0]["attribute.os"], rows[0]["answer.why"]) == ("'=cmd()", "'+iOS", "'-1")


def test_a_long_export_is_written_by_a_job(
    work: Work,
    program: Program,
    base: str,
    member_client: Any,
    run_jobs: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from betaops.enrollment.queries import exporting

    monkeypatch.setattr(exporting, "AT_ONCE", 1)
    monkeypatch.setattr(exporting, "PAGE", 2)
    for _ in range(5):
        an_enrollment(work, program=program, state=State.APPLIED)
    browser = member_client("owner")
    assert "behind the scenes" in browser.get(f"{base}/testers/export.csv").text
    answer = browser.post(f"{base}/testers/exports")
    run_jobs()
    progress = answer.headers["Location"]
    assert "The file is ready" in browser.get(progress).text
    data = browser.get(f"{progress}/testers.csv").data.decode("utf-8-sig")
    assert len(data.splitlines()) == 6


def test_people_are_invited_renewed_and_uninvited(
    work: Work, program: Program, base: str, member_client: Any, run_jobs: Any, outbox: Any
) -> None:
    browser = member_client("manager")
    page = browser.submit(f"{base}/invitations/new", {"people": "Ana Ruiz <ana@example.com>\nnonsense\n"})
    assert page.status_code == 422
    assert "Line 2 is no address" in page.text
    assert "Ana Ruiz &lt;ana@example.com&gt;" in page.text
    browser.submit(f"{base}/invitations/new", {"people": "Ana Ruiz <ana@example.com>\n\nben@example.com,\n"})
    run_jobs()
    assert {letter.to for letter in outbox.of_kind("enrollment.invitation")} == {
        "ana@example.com",
        "ben@example.com",
    }
    assert "Ana Ruiz" in outbox.to("ana@example.com")[0].text
    assert "Aurora Notes 2.0" not in outbox.to("ana@example.com")[0].text
    row = queries.invitations(work.session, program.id).items[0]
    browser.post(f"{base}/invitations/{ids.encode('inv', row.id)}/deletion")
    assert "Withdrawn" in browser.get(f"{base}/invitations").text


def test_security_2_foreign_ids_answer_like_random_ones(
    work: Work, program: Program, base: str, member_client: Any
) -> None:
    foreign = a_program(work)
    place = an_enrollment(work, program=foreign, state=State.APPLIED)
    invitation, _token = an_invitation(work, program=foreign)
    random = ids.encode("enr", ids.new_id())
    browser = member_client("owner")
    for one in (enr(place), random):
        for path in (
            f"testers/{one}",
            f"enrollments/{one}",
            f"enrollments/{one}/facts",
            f"enrollments/{one}/agreements/1",
        ):
            assert browser.get(f"{base}/{path}").status_code == 404
        for path in ("acceptance", "acceptance/deletion", "notes", "identities", "erasure"):
            data = {"note-text": "x", "identity-distinct_id": "x"}
            assert browser.post(f"{base}/enrollments/{one}/{path}", data=data).status_code == 404
    for one in (ids.encode("inv", invitation.id), ids.encode("inv", ids.new_id())):
        for path in ("deletion", "renewal"):
            assert browser.post(f"{base}/invitations/{one}/{path}").status_code == 404
    work.session.refresh(place)
    assert place.state is State.APPLIED


def test_the_palette_finds_people(work: Work, program: Program, member_client: Any) -> None:
    an_enrollment(work, program=program, name="Ana Ruiz", mail="ana@example.com")
    browser = member_client("owner")
    for query in ("ana", "RUIZ", "ana@ex"):
        assert "Ana Ruiz" in browser.get(f"/console/search?q={query}").text
    assert "Ana Ruiz" not in browser.get("/console/search?q=%25").text
