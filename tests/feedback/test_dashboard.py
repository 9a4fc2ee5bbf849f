"""Feedback in numbers: what is counted, what leads where, who was told, and themes that people confirm."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from betaops.feedback import queries, service
from betaops.feedback.figures import Flow, Slice
from betaops.feedback.models import FeedbackTally, Kind, Report, ReportTag, ReportTransition, Severity, State
from betaops.kernel import ids
from betaops.kernel.errors import Invalid, NotFound, Refused
from betaops.kernel.work import Work
from betaops.programs.models import Program
from tests.factories.cohorts import a_cohort
from tests.factories.enrollment import an_enrollment
from tests.factories.feedback import a_report
from tests.factories.programs import a_program
from tests.support.queries import counted


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


@pytest.fixture
def base(program: Program) -> str:
    return f"/console/programs/{program.slug}/feedback"


def figures_of(work: Work, program: Program) -> Any:
    return queries.counted(work.session, program.id, work.now)


def test_reports_are_counted_by_kind_and_version_with_the_impact_of_the_open_ones(
    work: Work, program: Program
) -> None:
    a_report(work, program=program, severity=Severity.BLOCKER, app_version="2.0")
    a_report(work, program=program, severity=Severity.BLOCKER, state=State.FIXED, app_version="1.9")
    a_report(work, program=program, kind=Kind.IDEA, app_version="2.0")
    found = figures_of(work, program)
    assert {part.key: (part.reports, part.open, part.critical, part.impact) for part in found.kinds} == {
        "blocker": (2, 1, 1, 8.0),
        "idea": (1, 1, 0, 2.0),
    }
    assert [(part.key, part.reports, part.impact) for part in found.versions] == [
        ("2.0", 2, 10.0),
        ("1.9", 1, 0.0),
    ]


def test_a_duplicate_stands_in_the_report_it_went_into(work: Work, program: Program) -> None:
    one, other = a_report(work, program=program), a_report(work, program=program)
    service.merge(work, other, one)
    found = figures_of(work, program)
    assert found.reports == 1
    assert (found.weeks[-1].came, found.weeks[-1].settled) == (2, 1)


def test_cohorts_are_those_of_whoever_reported(work: Work, program: Program) -> None:
    people = [an_enrollment(work, program=program) for _ in range(4)]
    cohort = a_cohort(work, program=program, name="iOS", members=people[:2])
    a_report(work, enrollment=people[0])
    a_report(work, enrollment=people[3])
    assert figures_of(work, program).cohorts == [
        Slice(ids.encode("coh", cohort.id), "iOS", 1, 1, 1, 5.0, people=2)
    ]


def test_the_first_word_is_a_reply_or_a_told_outcome(work: Work, program: Program) -> None:
    born = work.now
    replied, settled, _waiting = (a_report(work, program=program) for _ in range(3))
    work.now = born + timedelta(hours=2)
    service.reply(work, replied, "We are looking.")
    work.now = born + timedelta(hours=6)
    service.change_state(work, settled, State.FIXED)
    found = figures_of(work, program).waits
    assert (found.heard, found.waiting, found.median, found.ninetieth) == (2, 1, 2.0, 6.0)


def test_a_report_that_comes_back_is_a_reopened_one_of_its_week(work: Work, program: Program) -> None:
    report = a_report(work, program=program, state=State.FIXED)
    work.now += timedelta(days=14)
    service.change_state(work, report, State.TRIAGED)
    found = figures_of(work, program).weeks
    assert (found[-1].reopened, found[-1].settled, found[-3].settled, found[-3].came) == (1, 0, 1, 1)
    moves = {
        flow: queries.count(
            work.session,
            program.id,
            queries.Filter(state=tuple(State), moved=(flow, found[-1].starts_on)),
            work.now,
        )
        for flow in Flow
    }
    assert moves == {Flow.CAME: 0, Flow.SETTLED: 0, Flow.REOPENED: 1}


def test_whose_report_was_settled_in_silence_is_told_once(
    work: Work, program: Program, run_jobs: Any, outbox: Any
) -> None:
    report = a_report(work, program=program)
    service.change_state(work, report, State.FIXED, tell=False)
    assert list(queries.newest_untold(work.session, program.id)) == [report]
    assert (figures_of(work, program).outcomes, figures_of(work, program).told) == (1, 0)
    service.tell_outcome(work, report, note="In 2.1.")
    service.tell_outcome(work, report, note="Again.")
    assert report.outcome_note == "In 2.1."
    assert not queries.newest_untold(work.session, program.id)
    assert figures_of(work, program).told == 1
    run_jobs()
    assert [mail.subject for mail in outbox if "In 2.1." in mail.text] == [outbox[-1].subject]


def test_a_told_outcome_that_is_taken_back_is_to_be_told_again(work: Work, program: Program) -> None:
    report = a_report(work, program=program, state=State.FIXED)
    assert report.told_at is not None
    service.change_state(work, report, State.TRIAGED)
    assert report.told_at is None


def test_nobody_is_told_about_what_is_open_or_has_nobody_behind_it(work: Work, program: Program) -> None:
    with pytest.raises(Refused):
        service.tell_outcome(work, a_report(work, program=program))
    lonely = a_report(work, program=program, state=State.CLOSED, people=0)
    with pytest.raises(Refused):
        service.tell_outcome(work, lonely)


def test_a_theme_is_on_a_report_once_however_it_is_spelled(work: Work, program: Program) -> None:
    report = a_report(work, program=program)
    service.tag_reports(work, program.id, [report.id], "Sync")
    service.tag_reports(work, program.id, [report.id], "  sync ")
    assert [tag.name for tag in queries.themes_of(work.session, report.id)] == ["Sync"]
    assert [(part.key, part.reports) for part in figures_of(work, program).themes] == [("sync", 1)]
    service.untag_report(work, report, "sync")
    assert not queries.themes_of(work.session, report.id)


def test_themes_stay_inside_their_program_and_have_a_name(work: Work, program: Program) -> None:
    other = a_report(work, program=a_program(work, name="Other"))
    with pytest.raises(NotFound):
        service.tag_reports(work, program.id, [other.id], "Sync")
    for name in ("", " \0 ", "x" * 61):
        with pytest.raises(Invalid):
            service.tag_reports(work, other.program_id, [other.id], name)


def test_what_happens_to_reports_has_them_counted_soon(work: Work, program: Program, run_jobs: Any) -> None:
    a_report(work, program=program)
    assert "feedback.count" in run_jobs(ahead=timedelta(minutes=1))
    kept = queries.dashboard(work.session, program.id, work.now)
    assert kept.figures.reports == 1
    a_report(work, program=program)
    assert queries.dashboard(work.session, program.id, work.now).figures.reports == 1
    run_jobs(ahead=timedelta(minutes=1))
    assert queries.dashboard(work.session, program.id, work.now).figures.reports == 2
    assert work.session.scalar(select(func.count()).select_from(FeedbackTally)) == 1


def test_a_count_that_took_long_does_not_replace_a_later_one(work: Work, program: Program) -> None:
    early = queries.counted(work.session, program.id, work.now)
    a_report(work, program=program)
    service.count_reports(work, program.id)
    service.keep_figures(work, program.id, early, work.now - timedelta(seconds=4))
    kept = queries.dashboard(work.session, program.id, work.now)
    assert (sum(each.reports for each in kept.figures.kinds), kept.counted_at) == (1, work.now)


def test_every_step_of_a_report_is_kept(work: Work, program: Program) -> None:
    report = a_report(work, program=program, state=State.TRIAGED)
    service.change_state(work, report, State.DECLINED)
    rows = work.session.execute(
        select(ReportTransition.former, ReportTransition.state).order_by(ReportTransition.id)
    ).all()
    assert [tuple(row) for row in rows] == [
        (None, State.NEW),
        (State.NEW, State.TRIAGED),
        (State.TRIAGED, State.DECLINED),
    ]


def test_a_new_program_is_told_what_will_stand_there(base: str, member_client: Any) -> None:
    assert "As soon as testers report" in member_client("viewer").get(f"{base}/dashboard").text


def test_every_number_leads_to_its_reports(
    work: Work, program: Program, base: str, member_client: Any
) -> None:
    report = a_report(
        work, program=program, title="Sync is slow", severity=Severity.BLOCKER, app_version="2.0"
    )
    a_report(work, program=program, title="Done in silence", state=State.TRIAGED)
    silent = work.session.scalars(select(Report).where(Report.title == "Done in silence")).one()
    service.change_state(work, silent, State.CLOSED, tell=False)
    service.tag_reports(work, program.id, [report.id], "Sync")
    client = member_client("manager")
    page = client.get(f"{base}/dashboard").text
    for wanted in ("tab=all&amp;theme=sync", "version=2.0", "severity=blocker", "told=no", "moved=came."):
        assert wanted in page
    assert "Tell them" in page
    assert "Sync is slow" in client.get(f"{base}?tab=all&theme=sync").text
    assert "Sync is slow" not in client.get(f"{base}?tab=all&theme=other").text
    untold = client.get(f"{base}?tab=settled&told=no").text
    assert "Done in silence" in untold
    assert "Sync is slow" not in untold
    assert client.get(f"{base}?moved=nonsense.2026-13-99&cohort=nobody").status_code == 200


def test_the_dashboard_takes_the_same_few_statements_for_however_many_reports(
    work: Work, program: Program, base: str, member_client: Any
) -> None:
    client = member_client("viewer")
    a_report(work, program=program)
    service.count_reports(work, program.id)
    client.get(f"{base}/dashboard")
    with counted(work.platform.database) as few:
        client.get(f"{base}/dashboard")
    for number in range(5):
        a_report(work, program=program, title=f"Bug {number}", app_version=str(number))
    service.count_reports(work, program.id)
    work.session.flush()
    with counted(work.platform.database) as more:
        client.get(f"{base}/dashboard")
    assert len(more) == len(few) <= 16


def test_telling_from_the_panel_takes_who_may_triage(
    work: Work, program: Program, base: str, member_client: Any
) -> None:
    report = a_report(work, program=program)
    service.change_state(work, report, State.FIXED, tell=False)
    address = f"{base}/{ids.encode('rpt', report.id)}"
    assert "were not told" not in member_client("viewer").get(address).text
    assert member_client("viewer").post(f"{address}/outcome").status_code == 403
    client = member_client("manager")
    assert "were not told" in client.get(address).text
    assert client.post(f"{address}/outcome", data={"note": "In 2.1."}).status_code == 303
    work.session.refresh(report)
    assert report.told_at is not None
    assert "were not told" not in client.get(address).text


def test_a_theme_is_put_on_and_taken_off_beside_the_report(
    work: Work, program: Program, base: str, member_client: Any
) -> None:
    report = a_report(work, program=program)
    address = f"{base}/{ids.encode('rpt', report.id)}"
    client = member_client("manager")
    client.post(f"{address}/themes", data={"theme": "Offline"})
    assert "theme=offline" in client.get(address).text
    client.post(f"{address}/themes", data={"theme": "x" * 70})
    assert work.session.scalar(select(func.count()).select_from(ReportTag)) == 1
    client.post(f"{address}/themes", data={"off": "offline"})
    assert work.session.scalar(select(func.count()).select_from(ReportTag)) == 0


@pytest.fixture
def alike(work: Work, program: Program) -> None:
    """Enough reports of two sorts for themes to be found."""
    person = an_enrollment(work, program=program)
    for number in range(6):
        a_report(work, enrollment=person, title=f"Notes are lost while syncing offline {number}", body="")
        a_report(work, enrollment=person, title=f"Importing from Evernote breaks tables {number}", body="")


def test_a_suggested_theme_counts_when_somebody_confirms_it(
    work: Work, program: Program, base: str, member_client: Any, alike: None
) -> None:
    client = member_client("manager")
    page = client.get(f"{base}/themes")
    assert "without a theme" in page.text
    assert work.session.scalar(select(func.count()).select_from(ReportTag)) == 0
    seen = page.text.split('name="seen" value="')[1].split('"')[0]
    blank = client.post(f"{base}/themes", data={"at": "0", "seen": seen, "theme": "x" * 80})
    assert blank.status_code == 422
    assert "x" * 80 in blank.text
    sent = {"at": "0", "seen": seen, "theme": "First theme"}
    assert client.post(f"{base}/themes", data=sent).status_code == 303
    tagged = work.session.scalar(select(func.count()).select_from(ReportTag))
    assert tagged
    again = client.post(f"{base}/themes", data=sent)
    assert again.status_code == 422
    assert "Reports have come in meanwhile" in again.text
    assert work.session.scalar(select(func.count()).select_from(ReportTag)) == tagged
    assert member_client("viewer").post(f"{base}/themes", data=sent).status_code == 403
