"""The console's and the API's pages about a cohort's people: exceptions, companies, lists, history."""

import io
from collections.abc import Callable
from typing import Any

import pytest

from betaops.accounts.permissions import Permission
from betaops.accounts.service import keys
from betaops.cohorts import queries, service
from betaops.cohorts.models import Cohort
from betaops.enrollment.models import Enrollment
from betaops.kernel.ids import encode
from betaops.kernel.work import Work
from betaops.programs.models import Program
from tests.factories.cohorts import a_cohort, where
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.support.browsers import Browser

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
Member = Callable[..., Browser]


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


@pytest.fixture
def ana(work: Work, program: Program) -> Enrollment:
    return an_enrollment(
        work,
        program=program,
        name="Ana Ruiz",
        mail="ana@example.com",
        attributes={"plan": "pro", "company": "Acme"},
    )


@pytest.fixture
def pros(work: Work, program: Program, ana: Enrollment) -> Cohort:
    return a_cohort(work, program=program, name="Pros", rule=where("attribute.plan", "is", "pro"))


def at(program: Program, cohort: Cohort, rest: str = "") -> str:
    return f"/console/programs/{program.slug}/cohorts/{encode('coh', cohort.id)}{rest}"


def test_an_exception_is_made_seen_and_ended(
    work: Work, program: Program, ana: Enrollment, pros: Cohort, member_client: Member
) -> None:
    browser = member_client("manager")
    page = at(program, pros)
    found = browser.get(f"{page}?add=ruiz").text
    assert "Always in" in found
    chosen = {"ids": [encode("tst", ana.tester_id)], "reason": "Works for us", "do": "out"}
    shown = browser.post(f"{page}/exceptions", data=chosen, follow_redirects=True).text
    assert "1 person is kept out now." in shown
    assert "Never in" in shown
    assert "Works for us" in shown
    assert "Made an exception: Works for us" in shown
    assert queries.size(work.session, pros.id) == 0
    shown = browser.post(f"{page}/exceptions/deletion", data=chosen, follow_redirects=True).text
    assert "1 exception ended." in shown
    assert queries.size(work.session, pros.id) == 1
    assert "Nobody was selected." in browser.post(f"{page}/exceptions", data={}, follow_redirects=True).text
    long = browser.post(f"{page}/exceptions", data={**chosen, "reason": "x" * 600}, follow_redirects=True)
    assert "Keep it under 500 characters." in long.text
    assert member_client("viewer").post(f"{page}/exceptions", data=chosen).status_code == 403


def test_companies_come_and_go_by_the_page(
    work: Work, program: Program, ana: Enrollment, member_client: Member
) -> None:
    pilot = a_cohort(work, program=program, name="Pilot")
    browser = member_client("manager")
    page = at(program, pilot)
    shown = browser.post(
        f"{page}/companies", data={"companies": "Acme\nZeta", "attribute": "company"}, follow_redirects=True
    ).text
    assert "2 companies added." in shown
    assert "Everybody of 2 companies is in as well." in shown
    assert queries.size(work.session, pilot.id) == 1
    held = [encode("coy", each.id) for each in queries.companies(work.session, pilot.id)]
    browser.post(f"{page}/companies/deletion", data={"ids": held})
    assert queries.size(work.session, pilot.id) == 0
    empty = browser.post(f"{page}/companies", data={"companies": " ", "attribute": "company"})
    assert empty.status_code == 422
    assert "Name at least one company." in empty.text


def test_a_list_is_pasted_or_uploaded_and_reported(
    work: Work, program: Program, ana: Enrollment, pros: Cohort, member_client: Member
) -> None:
    pilot = a_cohort(work, program=program, name="Pilot")
    browser = member_client("manager")
    page = at(program, pilot, "/list")
    taken = browser.submit(page, {"people": "ana@example.com; nobody@example.com"})
    assert taken.status_code == 200
    assert "Unknown: nobody has this address or id" in taken.text
    assert "nobody@example.com" in taken.text
    assert queries.size(work.session, pilot.id) == 1
    file = (io.BytesIO(b"email\nana@example.com"), "people.csv")
    assert "In already" in browser.post(page, data={"file": file}).text
    for data, sentence in (
        ({"people": " "}, "Paste at least one address or id"),
        ({"file": (io.BytesIO(b"a,b\n1,2"), "x.csv")}, "No column is called"),
    ):
        wrong = browser.post(page, data=data)
        assert wrong.status_code == 422
        assert sentence in wrong.text
    assert browser.get(at(program, pros, "/list")).status_code == 404


def test_a_long_list_shows_how_far_it_is(
    work: Work, program: Program, ana: Enrollment, member_client: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    from betaops.cohorts.views import taking

    monkeypatch.setattr(taking, "AT_ONCE", 1)
    pilot = a_cohort(work, program=program, name="Pilot")
    other = a_cohort(work, program=program, name="Other")
    browser = member_client("manager")
    answer = browser.post(at(program, pilot, "/list"), data={"people": "a b"})
    assert answer.status_code == 303
    assert "You can leave this page" in browser.get(answer.location).text
    job = answer.location.rsplit("/", 1)[-1]
    assert browser.get(at(program, other, f"/list/{job}")).status_code == 404


def test_who_came_and_went_is_narrowed_and_stands_on_the_persons_page(
    work: Work, program: Program, ana: Enrollment, pros: Cohort, member_client: Member
) -> None:
    ben = an_enrollment(work, program=program, name="Ben Okafor", attributes={"plan": "pro"})
    service.refresh_tester(work, ben.tester_id)
    service.keep_out(work, pros.id, [ben.tester_id], reason="Left the company")
    browser = member_client("viewer")
    address = f"/console/programs/{program.slug}/cohorts/history"
    everything = browser.get(address).text
    assert everything.count("Ben Okafor") == 2
    assert "Something about them changed: plan" in everything
    assert "Made an exception: Left the company" in everything
    for query, ana_is_there, times_ben in (
        ({"q": "okafor"}, False, 2),
        ({"way": "out"}, False, 1),
        ({"cause": "rule"}, True, 0),
        ({"tester": encode("tst", ana.tester_id)}, True, 0),
        ({"cohort": encode("coh", pros.id), "cause": "nonsense", "way": "up"}, True, 2),
    ):
        found = browser.get(address, query_string=query).text
        assert ("ana@example.com" in found) is ana_is_there, query
        assert found.count("Ben Okafor") == times_ben, query
    assert "Nothing matches" in browser.get(address, query_string={"q": "zzz"}).text
    person = browser.get(f"/console/programs/{program.slug}/enrollments/{encode('enr', ben.id)}").text
    assert "went out of “Pros”" in person
    assert "Made an exception: Left the company" in person
    assert f"cohorts/history?tester={encode('tst', ben.tester_id)}" in person


@pytest.fixture
def call(client: Browser, work: Work) -> Callable[..., Any]:
    _row, key = keys.create_key(work, "test", {Permission.COHORTS_READ, Permission.COHORTS_WRITE})

    def send(method: str, path: str, **body: Any) -> Any:
        options: dict[str, Any] = {"headers": {"Authorization": f"Bearer {key}"}}
        if method == "post":
            options["json"] = body
        return getattr(client, method)(f"/api/v1{path}", **options)

    return send


def test_the_api_says_all_of_it(
    program: Program, ana: Enrollment, pros: Cohort, call: Callable[..., Any]
) -> None:
    one, person = f"/cohorts/{encode('coh', pros.id)}", encode("tst", ana.tester_id)
    of_program = f"/programs/{encode('prg', program.id)}/cohorts"
    kept = call("post", f"{one}/exceptions", testers=[person], is_in=False, reason="Ours")
    assert kept.json == {"changed": 1}
    [exception] = call("get", f"{one}/exceptions").json["items"]
    assert (exception["tester"], exception["is_in"], exception["reason"]) == (person, False, "Ours")
    assert [each["cause"] for each in call("get", f"{one}/changes").json["items"]] == ["exception", "rule"]
    assert call("post", f"{one}/exceptions/removal", testers=[person]).json == {"changed": 1}
    pilot = f"/cohorts/{call('post', of_program, name='Pilot').json['id']}"
    assert call("post", f"{pilot}/companies", companies=["Acme"]).json == {"changed": 1}
    [company] = call("get", f"{pilot}/companies").json["items"]
    assert call("get", pilot).json["size"] == 1
    assert call("post", f"{pilot}/companies/removal", companies=[company["id"]]).json == {"changed": 1}
    taken = call("post", f"{pilot}/members/list", entries=["ana@example.com", "nobody"]).json
    assert (taken["added"], taken["unknown"], taken["named"]["unknown"]) == (1, 1, ["nobody"])
    nobody = {"all": [where("attribute.plan", "is", "pro"), where("sample", "at_most", 0)]}
    preview = call("post", f"{of_program}/preview", rule=nobody).json
    assert (preview["looked_at"], preview["matching"]) == (1, 0)
    assert preview["emptied_by"]["fact"] == "sample.new"
    assert call("post", f"{of_program}/preview", rule={"fact": "x"}).status_code == 409
