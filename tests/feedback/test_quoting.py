"""Whoever reports says how far the report may be quoted."""

from typing import Any

import pytest

from betaops.enrollment.models import Enrollment
from betaops.enrollment.quoting import Quoting
from betaops.enrollment.service import quoting as enrollment_quoting
from betaops.feedback import queries, service
from betaops.feedback.models import Source
from betaops.kernel import ids
from betaops.kernel.errors import NotFound
from betaops.kernel.work import Work
from betaops.programs.models import Program
from tests.factories.enrollment import an_enrollment
from tests.factories.feedback import a_report
from tests.factories.programs import a_program


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


@pytest.fixture
def me(work: Work, program: Program) -> Enrollment:
    return an_enrollment(work, program=program, mail="ana@example.com", name="Ana Ruiz")


def base(program: Program) -> str:
    return f"/portal/{program.slug}/reports"


def write(browser: Any, program: Program, **typed: str) -> Any:
    return browser.submit(f"{base(program)}/new?kind=praise", typed, action="/new")


def test_a_report_is_not_quoted_unless_whoever_writes_it_says_so(
    work: Work, program: Program, me: Enrollment, tester_client: Any
) -> None:
    browser = tester_client(me)
    write(browser, program, title="It is fast")
    write(browser, program, title="It is lovely", quoting="anonymous")
    lovely, fast = (seen.report for seen in queries.own_reports(work.session, me.id))
    assert queries.quoting_of(work.session, fast.id) is Quoting.NEVER
    assert queries.quoting_of(work.session, lovely.id) is Quoting.ANONYMOUS
    assert queries.is_quotable(work.session, lovely.id)
    assert not queries.is_quotable(work.session, fast.id)


def test_a_report_begins_with_what_holds_for_the_program(
    work: Work, program: Program, me: Enrollment, tester_client: Any
) -> None:
    enrollment_quoting.choose(work, me, Quoting.NAMED)
    browser = tester_client(me)
    write(browser, program, title="It is fast")
    (seen,) = queries.own_reports(work.session, me.id)
    assert queries.quoting_of(work.session, seen.report.id) is Quoting.NAMED


def test_what_is_no_choice_is_refused_and_keeps_what_was_typed(
    program: Program, me: Enrollment, tester_client: Any
) -> None:
    answer = write(tester_client(me), program, title="It is fast", quoting="always")
    assert answer.status_code == 422
    assert "Choose one of the three." in answer.text
    assert "It is fast" in answer.text


def test_it_is_changed_on_the_report_by_whoever_wrote_it_alone(
    work: Work, program: Program, me: Enrollment, tester_client: Any
) -> None:
    report = a_report(work, enrollment=me)
    page = f"{base(program)}/{ids.encode('rpt', report.id)}"
    browser = tester_client(me)
    assert browser.submit(page, {"quote-quoting": "named"}, action="/quoting").status_code == 303
    assert queries.quoting_of(work.session, report.id) is Quoting.NAMED
    assert browser.submit(page, {"quote-quoting": "loudly"}, action="/quoting").status_code == 422
    other = an_enrollment(work, program=program)
    assert "/quoting" not in tester_client(other).get(page).text
    assert tester_client(other).post(f"{page}/quoting", data={"quote-quoting": "never"}).status_code == 404
    with pytest.raises(NotFound):
        service.choose_quoting(work, report, other, Quoting.NAMED)
    assert queries.quoting_of(work.session, report.id) is Quoting.NAMED


def test_words_of_members_and_hidden_reports_are_not_a_testers_to_quote(
    work: Work, program: Program, me: Enrollment
) -> None:
    enrollment_quoting.choose(work, me, Quoting.NAMED)
    by_member = a_report(work, program=program, enrollment=me, source=Source.CONSOLE)
    hidden = a_report(work, program=program, enrollment=me, is_private=True)
    nobodys = a_report(work, program=program, source=Source.API)
    own = a_report(work, program=program, enrollment=me)
    found = queries.quotable(work.session, [row.id for row in (by_member, hidden, nobodys, own)])
    assert list(found) == [own.id]
    assert found[own.id].name == "Ana Ruiz"


def test_everything_said_about_it_is_in_ones_own_export(work: Work, me: Enrollment) -> None:
    report = a_report(work, enrollment=me)
    service.choose_quoting(work, report, me, Quoting.NAMED)
    service.choose_quoting(work, report, me, Quoting.NEVER)
    (told,) = queries.written_by(work.session, me.tester_id)
    assert [each["may_be_quoted"] for each in told["quoting"]] == ["named", "never"]
