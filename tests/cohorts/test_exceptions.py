"""People whom no rule moves, companies in cohorts picked by hand, and lists."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError

from betaops.cohorts import pasted, queries, service
from betaops.cohorts.models import Cause, Cohort, CohortChange, CohortException, CohortMember
from betaops.cohorts.service import lists
from betaops.enrollment import sheets
from betaops.enrollment.models import Enrollment, Tester
from betaops.enrollment.service import testers
from betaops.kernel.errors import Invalid, NotFound, Refused
from betaops.kernel.ids import encode, new_id
from betaops.kernel.work import Work
from betaops.programs.models import Program
from tests.factories.cohorts import a_cohort, where
from tests.factories.enrollment import a_tester, an_enrollment
from tests.factories.programs import a_program
from tests.support.running import RunJobs


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


@pytest.fixture
def ana(work: Work, program: Program) -> Enrollment:
    return an_enrollment(
        work,
        program=program,
        name="Ana",
        mail="ana@example.com",
        attributes={"plan": "pro", "company": "Acme"},
    )


@pytest.fixture
def pros(work: Work, program: Program, ana: Enrollment) -> Cohort:
    return a_cohort(work, program=program, name="Pros", rule=where("attribute.plan", "is", "pro"))


def inside(work: Work, cohort: Cohort) -> set[UUID]:
    return {each.tester.id for each in queries.members(work.session, cohort)}


def changes(work: Work, cohort: Cohort) -> list[tuple[bool, Cause, str]]:
    rows = work.session.scalars(
        select(CohortChange).where(CohortChange.cohort_id == cohort.id).order_by(CohortChange.id)
    )
    return [(row.is_in, row.cause, row.note) for row in rows]


def test_who_is_kept_out_stays_out_whatever_the_rule_says_until_that_ends(
    work: Work, ana: Enrollment, pros: Cohort
) -> None:
    assert service.keep_out(work, pros.id, [ana.tester_id], reason="Works for us.") == 1
    assert service.keep_out(work, pros.id, [ana.tester_id], reason="Works for us.") == 0
    service.refresh_cohort(work, pros.id)
    service.refresh_tester(work, ana.tester_id)
    assert inside(work, pros) == set()
    assert service.end_exceptions(work, pros.id, [ana.tester_id]) == 1
    assert service.end_exceptions(work, pros.id, [ana.tester_id]) == 0
    assert inside(work, pros) == {ana.tester_id}
    assert changes(work, pros)[1:] == [
        (False, Cause.EXCEPTION, "Works for us."),
        (True, Cause.EXCEPTION_ENDED, ""),
    ]


def test_who_is_always_in_stays_in_until_that_ends(work: Work, program: Program, pros: Cohort) -> None:
    ben = an_enrollment(work, program=program, attributes={"plan": "free"})
    service.keep_in(work, pros.id, [ben.tester_id], reason="Our first customer.")
    service.refresh_cohort(work, pros.id)
    service.refresh_tester(work, ben.tester_id)
    assert ben.tester_id in inside(work, pros)
    [found] = queries.exceptions(work.session, pros)
    assert (found.exception.is_in, found.exception.reason) == (True, "Our first customer.")
    service.keep_out(work, pros.id, [ben.tester_id])
    assert ben.tester_id not in inside(work, pros)
    assert len(queries.exceptions(work.session, pros)) == 1, "one word for one person"
    service.keep_in(work, pros.id, [ben.tester_id])
    service.end_exceptions(work, pros.id, [ben.tester_id])
    assert ben.tester_id not in inside(work, pros)


def test_the_database_itself_lets_nobody_in_who_is_kept_out(
    work: Work, ana: Enrollment, pros: Cohort
) -> None:
    service.keep_out(work, pros.id, [ana.tester_id])
    row = {
        "id": new_id(),
        "workspace_id": pros.workspace_id,
        "cohort_id": pros.id,
        "tester_id": ana.tester_id,
    }
    with pytest.raises(DBAPIError, match="kept out"), work.session.begin_nested():
        work.session.execute(insert(CohortMember), [{**row, "since": work.now, "by_company": False}])
    again = {"is_in": True, "was_in": False, "reason": "", "at": work.now, "who": ""}
    with pytest.raises(DBAPIError), work.session.begin_nested():
        work.session.execute(insert(CohortException), [{**row, "id": new_id(), **again}])


def test_a_cohort_picked_by_hand_keeps_out_and_gives_back(
    work: Work, program: Program, ana: Enrollment
) -> None:
    pilot = a_cohort(work, program=program, name="Pilot", members=[ana])
    service.keep_out(work, pilot.id, [ana.tester_id])
    assert inside(work, pilot) == set()
    with pytest.raises(Refused, match="Ana is kept out"):
        service.add_members(work, pilot.id, [ana.tester_id])
    assert service.take_list(work, pilot.id, ["ana@example.com"]).named["kept_out"] == ["ana@example.com"]
    service.end_exceptions(work, pilot.id, [ana.tester_id])
    assert inside(work, pilot) == {ana.tester_id}
    with pytest.raises(Refused, match="picked by hand"):
        service.keep_in(work, pilot.id, [ana.tester_id])


def test_exceptions_move_the_cohorts_that_read_theirs(
    work: Work, program: Program, ana: Enrollment, pros: Cohort
) -> None:
    reader = a_cohort(work, program=program, rule=where(f"cohort.{encode('coh', pros.id)}", "is_in"))
    service.keep_out(work, pros.id, [ana.tester_id])
    assert inside(work, reader) == set()
    service.end_exceptions(work, pros.id, [ana.tester_id])
    assert inside(work, reader) == {ana.tester_id}


@pytest.mark.parametrize("act", [service.keep_in, service.keep_out])
def test_strangers_and_long_reasons_are_refused(
    work: Work, ana: Enrollment, pros: Cohort, act: Callable[..., int]
) -> None:
    stranger = an_enrollment(work, program=a_program(work, name="Other", codename="Other"))
    with pytest.raises(NotFound):
        act(work, pros.id, [ana.tester_id, stranger.tester_id])
    with pytest.raises(Invalid, match="500 characters"):
        act(work, pros.id, [ana.tester_id], reason="x" * 501)
    assert queries.exceptions(work.session, pros) == []


def test_a_companys_people_are_in_also_who_comes_later_and_go_with_it(
    work: Work, program: Program, ana: Enrollment, run_jobs: RunJobs
) -> None:
    pilot = a_cohort(work, program=program, name="Pilot")
    picked = an_enrollment(work, program=program, name="Pia", attributes={"company": "Zeta"})
    service.add_members(work, pilot.id, [picked.tester_id])
    assert service.add_companies(work, pilot.id, [" ACME ", "acme", "Zeta"]) == 2
    assert service.add_companies(work, pilot.id, ["Acme"]) == 0
    assert inside(work, pilot) == {ana.tester_id, picked.tester_id}
    late = an_enrollment(work, program=program, attributes={"company": "acme"})
    run_jobs()
    assert late.tester_id in inside(work, pilot)
    with pytest.raises(Refused, match="because of their company"):
        service.remove_members(work, pilot.id, [ana.tester_id])
    service.keep_out(work, pilot.id, [ana.tester_id])
    testers.set_attributes(work, work.lock(Tester, late.tester_id), {"company": "Other"})
    run_jobs()
    assert inside(work, pilot) == {picked.tester_id}
    service.end_exceptions(work, pilot.id, [ana.tester_id])
    assert inside(work, pilot) == {ana.tester_id, picked.tester_id}
    service.remove_companies(work, pilot.id, [each.id for each in queries.companies(work.session, pilot.id)])
    assert inside(work, pilot) == {picked.tester_id}, "picked by hand, she stays"
    assert changes(work, pilot)[-1][:2] == (False, Cause.COMPANY)


def test_companies_may_stand_in_another_attribute_and_never_in_a_rule(
    work: Work, program: Program, ana: Enrollment, pros: Cohort
) -> None:
    pilot = a_cohort(work, program=program)
    service.add_companies(work, pilot.id, ["pro"], attribute="plan")
    assert inside(work, pilot) == {ana.tester_id}
    service.add_members(work, pilot.id, [ana.tester_id])
    service.remove_companies(work, pilot.id, [queries.companies(work.session, pilot.id)[0].id])
    assert inside(work, pilot) == {ana.tester_id}, "since she was picked as well"
    with pytest.raises(Refused):
        service.add_companies(work, pros.id, ["Acme"])
    with pytest.raises(Invalid, match="at least one company"):
        service.add_companies(work, pilot.id, ["  "])


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("a@x.com, B@x.com;c@x.com\td@x.com", ["a@x.com", "B@x.com", "c@x.com", "d@x.com"]),
        ("e@x.com\n\nf@x.com g@x.com", ["e@x.com", "f@x.com", "g@x.com"]),
        ("Ana Ruiz <ana@x.com>, mailto:ben@x.com.", ["ana@x.com", "ben@x.com"]),
        ("user-1 user-2|user-1", ["user-1", "user-2"]),
        ("@ana a@ [b@x.com](mailto:b@x.com)", ["b@x.com"]),
        (" ,;\0\n", []),
        ("x" * 500_000, ["x" * 500_000]),
    ],
)
def test_a_pasted_list_is_read_whatever_separates_it(text: str, entries: list[str]) -> None:
    assert pasted.entries(text) == entries


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ("\ufeffName;E-Mail\nAna;ana@x.com\n;\nBen;ben@x.com".encode(), ["ana@x.com", "ben@x.com"]),
        ("name,email\nJörg,joerg@x.com".encode("cp1252"), ["joerg@x.com"]),
        (b"sep=;\ndistinct_id;note\nuser-1;x\nuser-2;y", ["user-1", "user-2"]),
        (b"email,distinct_id\n,user-1\nana@x.com,user-2", ["user-1", "ana@x.com"]),
        (b"ana@x.com\nben@x.com", ["ana@x.com", "ben@x.com"]),
        (b"user-1\nuser-2", ["user-1", "user-2"]),
    ],
)
def test_a_file_names_people_by_address_or_id(data: bytes, found: list[str]) -> None:
    assert list(sheets.read_ids(data)) == found


@pytest.mark.parametrize("data", [b"", b"  \n", b"name,plan\nAna,pro"])
def test_a_file_without_people_is_refused(data: bytes) -> None:
    with pytest.raises(sheets.Unreadable):
        next(sheets.read_ids(data))


def test_a_list_brings_in_whom_it_names_and_tells_of_everybody_else(
    work: Work, program: Program, ana: Enrollment
) -> None:
    ben = an_enrollment(work, program=program, mail="ben@example.com")
    testers.link_identity(work, ben.tester_id, "user-4711")
    a_tester(work, mail="elsewhere@example.com")
    pilot = a_cohort(work, program=program, members=[ana])
    entries = [
        "ANA@example.com",
        "user-4711",
        encode("tst", ben.tester_id),
        "elsewhere@example.com",
        "nobody",
    ]
    taken = service.take_list(work, pilot.id, entries)
    assert (taken.added, taken.already, taken.elsewhere, taken.unknown, taken.kept_out) == (1, 1, 1, 1, 0)
    assert taken.named == {"unknown": ["nobody"], "elsewhere": ["elsewhere@example.com"], "kept_out": []}
    assert inside(work, pilot) == {ana.tester_id, ben.tester_id}
    assert service.take_list(work, pilot.id, entries).added == 0


def test_a_long_list_is_taken_by_a_job_in_portions(
    work: Work, program: Program, ana: Enrollment, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "AT_ONCE", 2)
    pilot = a_cohort(work, program=program)
    with pytest.raises(Invalid, match="At most 2"):
        service.take_list(work, pilot.id, ["a", "b", "c"])
    job_id = service.take_list_soon(work, pilot.id, ["nobody", "ghost", "ana@example.com"])
    assert "cohorts.take_list" in run_jobs()
    job = queries.list_job(work.session, pilot, job_id)
    assert job.result is not None
    assert (job.result["added"], job.result["unknown"], job.done, job.total) == (1, 2, 3, 3)
    assert inside(work, pilot) == {ana.tester_id}
