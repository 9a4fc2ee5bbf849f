"""The console's feedback pages, as members use them."""

import pytest

from betaops.feedback import queries, service
from betaops.feedback.models import CommentKind, Kind, Severity, Source, State
from betaops.kernel import ids
from tests.factories.enrollment import an_enrollment
from tests.factories.feedback import a_report
from tests.factories.programs import a_program
from tests.support.browsers import forms_of


@pytest.fixture
def program(work):
    return a_program(work)


@pytest.fixture
def base(program):
    return f"/console/programs/{program.slug}/feedback"


def at(base, report, *more):
    return "/".join([base, ids.encode("rpt", report.id), *more])


def test_the_list_names_each_open_report_and_its_reporter(work, program, base, member_client):
    a_report(work, enrollment=an_enrollment(work, program=program, name="Ana Ruiz"), title="Sync is slow")
    a_report(work, program=program, title="Long gone", state=State.CLOSED)
    page = member_client().get(base)
    assert page.status_code == 200
    assert "Sync is slow" in page.text
    assert "Ana Ruiz" in page.text
    assert "Long gone" not in page.text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"blocker", "idea"}),
        ("?tab=all", {"blocker", "idea", "praise"}),
        ("?tab=settled", {"praise"}),
        ("?kind=idea", {"idea"}),
        ("?severity=blocker", {"blocker"}),
        ("?owner=me", {"idea"}),
        ("?owner=nobody", {"blocker"}),
        ("?waits=team", {"blocker", "idea"}),
        ("?version=2.0", {"blocker"}),
        ("?stale=yes", {"blocker"}),
        ("?q=BLOCK", {"blocker"}),
        ("?q=%232", {"idea"}),
        ("?q=100%25", set()),
        ("?kind=nonsense&tab=nonsense&sort=nonsense&owner=nonsense", {"blocker", "idea"}),
    ],
)
def test_filters_stand_in_the_address(work, program, base, member_client, query, expected):
    from tests.support.signed_in import a_member

    a_report(work, program=program, title="blocker", severity=Severity.BLOCKER, app_version="2.0")
    a_report(
        work,
        program=program,
        title="idea",
        kind=Kind.IDEA,
        owner_id=a_member(work, "owner").id,
        app_version="2.1",
    )
    a_report(work, program=program, title="praise", kind=Kind.PRAISE, state=State.CLOSED)
    page = member_client().get(base + query)
    assert {title for title in ("blocker", "idea", "praise") if f">{title}</a>" in page.text} == expected


def test_a_broken_page_link_says_so(work, base, member_client):
    page = member_client().get(base + "?cursor=nonsense")
    assert page.status_code == 404
    assert "This page link is broken" in page.text


def test_pages_follow_each_other_without_gap_or_repetition(work, program, base, member_client):
    enrollment = an_enrollment(work, program=program)
    for number in range(60):
        a_report(work, program=program, enrollment=enrollment, title=f"Report number {number:02}")
    browser = member_client()
    first = browser.get(base + "?sort=-impact")
    following = first.text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = browser.get(following)
    shown = [sum(f"Report number {n:02}<" in page.text for page in (first, second)) for n in range(60)]
    assert shown == [1] * 60


def test_a_report_stands_beside_the_list_with_everything_about_it(work, program, base, member_client):
    report = a_report(work, program=program, title="Notes vanish after airplane mode", with_picture=True)
    a_report(work, program=program, title="A note vanished after airplane mode")
    service.note(work, report, "Looks like **#7**")
    page = member_client().get(at(base, report))
    for words in ("Notes vanish", "<strong>#7</strong>", "% alike", "/pictures/att_", "Mark as triaged"):
        assert words in page.text


def test_an_outcome_is_saved_with_its_words(work, program, base, member_client):
    report = a_report(work, program=program)
    answer = member_client("analyst").submit(
        at(base, report), {"state-state": "fixed", "state-note": "In build 12."}, action="/state"
    )
    assert answer.status_code == 303
    assert (report.state, report.outcome_note) == (State.FIXED, "In build 12.")


def test_filters_survive_what_is_done_to_a_report(work, program, base, member_client):
    report = a_report(work, program=program)
    answer = member_client().submit(
        at(base, report) + "?kind=bug&sort=-impact", {"note-body": "Hm."}, action="/notes"
    )
    assert answer.location.endswith("?kind=bug&sort=-impact")


def test_a_stale_page_does_not_overwrite_and_keeps_what_was_typed(work, program, base, member_client):
    report = a_report(work, program=program)
    browser = member_client()
    seen = report.version
    service.amend(work, report, severity=Severity.BLOCKER)
    answer = browser.post(
        at(base, report, "state"),
        data={"state-state": "fixed", "state-note": "My long explanation", "state-version": seen},
    )
    assert answer.status_code == 422
    assert "My long explanation" in answer.text
    assert "newer version" in answer.text
    assert report.state is State.NEW
    (form,) = (form for form in forms_of(answer.text) if "state-note" in form.fields)
    assert browser.post(form.action, data={**form.fields, "state-state": "fixed"}).status_code == 303
    assert report.outcome_note == "My long explanation"


def test_details_are_edited_in_one_form(work, program, base, member_client):
    report = a_report(work, program=program)
    answer = member_client().submit(
        at(base, report),
        {"details-title": "Better words", "details-kind": "idea", "details-is_private": "y"},
        action="/details",
    )
    assert answer.status_code == 303
    assert (report.title, report.kind, report.severity, report.is_private) == (
        "Better words",
        Kind.IDEA,
        None,
        True,
    )


def test_severity_and_owner_change_with_one_press(work, program, base, member_client):
    from tests.support.signed_in import a_member

    report = a_report(work, program=program)
    browser = member_client()
    owner = a_member(work, "owner")
    assert browser.post(at(base, report, "severity"), data={"severity": "blocker"}).status_code == 303
    assert (
        browser.post(at(base, report, "owner"), data={"owner": ids.encode("usr", owner.id)}).status_code
        == 303
    )
    assert (report.severity, report.owner_id) == (Severity.BLOCKER, owner.id)
    assert browser.post(at(base, report, "severity"), data={"severity": "terrible"}).status_code == 409
    assert (
        browser.post(at(base, report, "owner"), data={"owner": ids.encode("usr", ids.new_id())}).status_code
        == 404
    )


def test_a_merge_by_number_and_its_undoing(work, program, base, member_client):
    first, second = a_report(work, program=program), a_report(work, program=program)
    browser = member_client()
    assert browser.submit(at(base, second), {"merge-into": "#1"}, action="/merger").status_code == 303
    assert second.merged_into_id == first.id
    assert first.people == 2
    assert browser.post(at(base, second, "merger", "undo")).status_code == 303
    assert first.people == 1


@pytest.mark.parametrize("typed", ["#999", "twelve", "#2", ""])
def test_a_merge_with_no_such_report_says_so_in_place(work, program, base, member_client, typed):
    a_report(work, program=program)
    second = a_report(work, program=program)
    answer = member_client().post(at(base, second, "merger"), data={"merge-into": typed})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


def test_many_are_settled_after_a_look_at_who_hears_of_it(work, program, base, member_client):
    reports = [a_report(work, program=program) for _ in range(3)]
    chosen = [ids.encode("rpt", report.id) for report in reports[:2]]
    browser = member_client()
    shown = browser.post(f"{base}/states", data={"ids": chosen, "state": "closed"})
    assert "2 people stand behind them" in shown.text
    assert {report.state for report in reports} == {State.NEW}
    done = browser.post(
        f"{base}/states",
        data={"ids": chosen, "state": "closed", "confirmed": "1", "note": "Thanks", "tell": "y"},
    )
    assert done.status_code == 303
    assert [report.state for report in reports] == [State.CLOSED, State.CLOSED, State.NEW]


def test_everything_that_the_filters_leave_can_be_moved_at_once(work, program, base, member_client):
    reports = [a_report(work, program=program, kind=kind) for kind in (Kind.BUG, Kind.IDEA, Kind.IDEA)]
    member_client().post(f"{base}/states?kind=idea", data={"all": "1", "state": "triaged"})
    assert [report.state for report in reports] == [State.NEW, State.TRIAGED, State.TRIAGED]


def test_a_reply_and_a_note_land_in_the_conversation(work, program, base, member_client):
    report = a_report(work, program=program)
    browser = member_client()
    browser.submit(at(base, report), {"reply-body": "Which phone?", "reply-asks": "y"}, action="/replies")
    browser.submit(at(base, report), {"note-body": "Ask the sync team."}, action="/notes")
    said = queries.thread(work.session, report.id, with_notes=True)
    assert [(comment.kind, comment.who) for comment in said] == [
        (CommentKind.REPLY, "Owner"),
        (CommentKind.NOTE, "Owner"),
    ]


def test_a_report_is_written_down_for_somebody(work, program, base, member_client):
    enrollment = an_enrollment(work, program=program, mail="ana@example.com")
    answer = member_client().submit(
        f"{base}/new",
        {"title": "On the phone", "kind": "bug", "severity": "major", "mail": "Ana@Example.com."},
    )
    assert answer.status_code == 303
    (seen,) = queries.own_reports(work.session, enrollment.id)
    assert (seen.report.source, seen.report.severity) == (Source.CONSOLE, Severity.MAJOR)


def test_a_report_for_somebody_unknown_is_refused_and_kept(work, program, base, member_client):
    answer = member_client().submit(
        f"{base}/new", {"title": "On the phone", "kind": "bug", "mail": "who@example.com"}
    )
    assert answer.status_code == 422
    assert "On the phone" in answer.text


def test_the_number_in_the_navigation_is_what_waits_for_triage(work, program, base, member_client):
    for _ in range(3):
        a_report(work, program=program)
    a_report(work, program=program, state=State.TRIAGED)
    assert 'class="side-count">3<' in member_client().get(base).text


def test_a_viewer_reads_and_changes_nothing(work, program, base, member_client):
    report = a_report(work, program=program)
    browser = member_client("viewer")
    page = browser.get(at(base, report))
    assert page.status_code == 200
    assert "Mark as triaged" not in page.text
    assert browser.post(at(base, report, "state"), data={"state-state": "fixed"}).status_code == 403
    assert report.state is State.NEW


def test_statement_2_another_programs_report_is_as_unknown_as_a_random_one(
    work, program, base, member_client
):
    foreign = a_report(work, program=a_program(work, name="Other"))
    browser = member_client()
    for report_id in (foreign.id, ids.new_id()):
        path = f"{base}/{ids.encode('rpt', report_id)}"
        assert browser.get(path).status_code == 404
        for part in ("state", "details", "severity", "owner", "merger", "merger/undo", "replies", "notes"):
            assert browser.post(f"{path}/{part}", data={}).status_code == 404
    assert foreign.state is State.NEW


def test_statement_21_markdown_and_names_with_script_are_inert(work, program, base, member_client):
    evil = (
        "<script>alert(1)</script> [x](javascript:alert(1)) ![i](//evil.example/x.png) <svg onload=alert(1)>"
    )
    enrollment = an_enrollment(work, program=program, name="<img src=x onerror=alert(1)>")
    report = a_report(work, enrollment=enrollment, title="<script>alert(2)</script>", body=evil, steps=evil)
    service.note(work, report, evil)
    for page in (member_client().get(base), member_client().get(at(base, report))):
        lowered = page.text.lower()
        assert "<script>alert" not in lowered
        assert 'href="javascript' not in lowered
        assert "<svg onload" not in lowered
        assert "<img src=x" not in lowered
        assert "evil.example/x.png" not in lowered.replace("//evil.example/x.png)", "")


def test_statement_23_cells_that_a_sheet_would_compute_stay_text(work, program, base, member_client):
    a_report(work, program=program, title="=HYPERLINK(1)", body="@SUM(A1)")
    sheet = member_client().get(f"{base}/export.csv")
    assert "'=HYPERLINK(1)" in sheet.text
    assert "'@SUM(A1)" in sheet.text


def test_statement_35_a_picture_comes_in_a_sandbox_and_only_with_its_own_report(
    work, program, base, member_client
):
    report, other = a_report(work, program=program, with_picture=True), a_report(work, program=program)
    (kept,) = queries.attachments(work.session, report.id)
    browser = member_client()
    name = ids.encode("att", kept.id)
    served = browser.get(at(base, report, "pictures", name))
    assert served.status_code == 200
    assert served.content_type == "image/png"
    assert "sandbox" in served.headers["Content-Security-Policy"]
    assert served.headers["Cache-Control"] == "private, no-store"
    assert browser.get(at(base, other, "pictures", name)).status_code == 404


def test_the_board_is_closed_and_opened(work, program, base, member_client):
    browser = member_client()
    browser.post(f"{base}/board", data={"is_open": "no"})
    assert not queries.board_is_open(work.session, program.id)
    browser.post(f"{base}/board", data={"is_open": "yes"})
    assert queries.board_is_open(work.session, program.id)


def test_an_empty_program_says_what_comes_next(base, member_client):
    assert "No feedback yet" in member_client().get(base).text


def test_no_match_is_told_apart_from_nothing(work, program, base, member_client):
    a_report(work, program=program)
    assert "Clear filters" in member_client().get(base + "?q=zebra").text


def test_a_long_list_asks_the_database_a_bounded_number_of_times(work, program, base, member_client, app):
    from sqlalchemy import event

    reports = [a_report(work, program=program) for _ in range(12)]
    browser = member_client()
    asked = []
    event.listen(app.platform.database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    browser.get(base)
    assert len(asked) <= 20
    asked.clear()
    browser.get(at(base, reports[0]))
    assert len(asked) <= 36


def test_program_queries_are_not_asked_for_another_slug(member_client):
    assert member_client().get("/console/programs/nowhere/feedback").status_code == 404
