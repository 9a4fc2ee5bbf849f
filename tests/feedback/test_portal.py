"""Reporting and following up, as testers do it on a phone."""

import io

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from betaops.enrollment.models import State as EnrollmentState
from betaops.feedback import queries, service
from betaops.feedback.models import Kind, Severity, State, Turn
from betaops.kernel import ids
from betaops.programs.models import Phase
from tests.factories.enrollment import an_enrollment
from tests.factories.feedback import a_picture, a_report
from tests.factories.programs import a_program


@pytest.fixture
def program(work):
    return a_program(work)


@pytest.fixture
def me(work, program):
    return an_enrollment(work, program=program, mail="ana@example.com", name="Ana Ruiz")


@pytest.fixture
def browser(tester_client, me):
    return tester_client(me)


@pytest.fixture
def base(program):
    return f"/portal/{program.slug}/reports"


def at(base, report, *more):
    return "/".join([base, ids.encode("rpt", report.id), *more])


def test_first_what_kind_it_is_then_the_form_for_it(base, browser):
    kinds = browser.get(f"{base}/new")
    for kind in Kind:
        assert f"kind={kind.value}" in kinds.text
    assert 'name="severity"' in browser.get(f"{base}/new?kind=bug").text
    assert 'name="severity"' not in browser.get(f"{base}/new?kind=praise").text


def test_a_bug_arrives_with_picture_and_device(work, program, me, base, browser):
    answer = browser.submit(
        f"{base}/new?kind=bug",
        {
            "title": "Sync loses notes",
            "body": "It was gone.",
            "severity": "blocker",
            "app_version": "2.0-beta.3",
            "pictures": (io.BytesIO(a_picture()), "screen.png"),
            "env_viewport": "412 × 915 @ 2",
        },
        action="/new",
        content_type="multipart/form-data",
        headers={"User-Agent": "Mozilla/5.0 (Linux; Android 14) Chrome/126.0.0.0 Mobile Safari/537.36"},
    )
    assert answer.status_code == 303
    (seen,) = queries.own_reports(work.session, me.id)
    report = seen.report
    assert (report.kind, report.severity, report.app_version) == (Kind.BUG, Severity.BLOCKER, "2.0-beta.3")
    assert (report.environment["browser"], report.environment["viewport"]) == ("Chrome 126", "412 × 915 @ 2")
    assert len(queries.attachments(work.session, report.id)) == 1
    assert "number 1" in browser.get(answer.location).text


def test_the_same_form_sent_twice_is_one_report(work, me, base, browser):
    from tests.support.browsers import forms_of

    page = browser.get(f"{base}/new?kind=idea")
    fields = {**forms_of(page.text)[0].fields, "title": "Dark mode"}
    first, second = (browser.post(f"{base}/new?kind=idea", data=fields) for _ in range(2))
    assert first.location == second.location
    assert len(queries.own_reports(work.session, me.id)) == 1


def test_a_missing_title_is_named_and_the_text_is_kept(base, browser):
    answer = browser.submit(f"{base}/new?kind=idea", {"body": "A long and careful text"}, action="/new")
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert "A long and careful text" in answer.text
    assert "<title>Error:" in answer.text.replace("\n", "")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"MZ\x90\x00 not a picture", "not a PNG, JPEG or WebP"),
        (a_picture()[:50], "damaged"),
        (b"\x89PNG\r\n\x1a\n" + bytes(11 * 1024 * 1024), "larger than 10 MB"),
    ],
    ids=["not what it says", "cut off", "too large"],
)
def test_statement_35_a_bad_picture_is_refused_beside_its_field(work, me, base, browser, data, sentence):
    # As bytes: the test client leaves its own temporary file of a large body open.
    boundary, body = encode_multipart(
        {"title": "With picture", "pictures": FileStorage(io.BytesIO(data), "screen.png")}
    )
    answer = browser.post(
        f"{base}/new?kind=bug", data=body, content_type=f"multipart/form-data; boundary={boundary}"
    )
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "With picture" in answer.text
    assert queries.own_reports(work.session, me.id) == []


def test_emoji_right_to_left_and_endless_names_are_kept(work, me, base, browser):
    title, body = "🚀 שלום عالم", "x" * 19_999 + "💥"
    assert (
        browser.submit(f"{base}/new?kind=idea", {"title": title, "body": body}, action="/new").status_code
        == 303
    )
    (seen,) = queries.own_reports(work.session, me.id)
    assert (seen.report.title, seen.report.body) == (title, body)
    assert browser.submit(f"{base}/new?kind=idea", {"title": "y" * 10_000}, action="/new").status_code == 422


def test_own_reports_show_how_they_stand_and_what_was_said(work, me, base, browser):
    report = a_report(work, enrollment=me, title="Sync is slow")
    service.note(work, report, "Internal: a difficult tester")
    service.reply(work, report, "Which phone do you use?", asks=True)
    assert "The team asks you something" in browser.get(base).text
    page = browser.get(at(base, report))
    assert "Which phone do you use?" in page.text
    assert "difficult" not in page.text
    assert browser.submit(at(base, report), {"body": "A Pixel"}, action="/answers").status_code == 303
    assert report.turn is Turn.TEAM


def test_statement_6_a_tester_never_sees_notes_names_devices_or_pictures_of_others(
    work, program, base, browser
):
    other = an_enrollment(work, program=program, name="Ben Okafor", mail="ben@example.com")
    report = a_report(
        work,
        enrollment=other,
        title="Import stops",
        with_picture=True,
        environment={"browser": "Firefox 127"},
    )
    service.note(work, report, "internal words")
    service.reply(work, report, "private words")
    (kept,) = queries.attachments(work.session, report.id)
    for page in (browser.get(f"{base}/others"), browser.get(at(base, report))):
        assert "Import stops" in page.text
        for secret in ("Ben", "ben@example.com", "Firefox", "internal words", "private words", "/pictures/"):
            assert secret not in page.text
    assert browser.get(at(base, report, "pictures", ids.encode("att", kept.id))).status_code == 404
    assert browser.post(at(base, report, "answers"), data={"body": "x"}).status_code == 404


def test_me_too_and_back(work, program, base, browser):
    report = a_report(work, program=program)
    browser.submit(f"{base}/others", {}, action="/vote")
    assert report.people == 2
    browser.submit(f"{base}/others", {}, action="/vote/undo")
    assert report.people == 1


def test_a_closed_board_shows_and_takes_nothing(work, program, base, browser):
    report = a_report(work, program=program, title="Import stops")
    service.open_board(work, program, is_open=False)
    assert "Import stops" not in browser.get(f"{base}/others").text
    assert browser.get(at(base, report)).status_code == 404
    assert browser.post(at(base, report, "vote")).status_code == 404
    assert browser.get(f"{base}/similar?title=Import+stops+again").json == {"items": []}


def test_similar_reports_are_offered_while_writing(work, program, base, browser):
    a_report(work, program=program, title="Sync lost a note when I was offline", body="")
    a_report(work, program=program, title="Sync lost a note offline", body="", is_private=True)
    found = browser.get(f"{base}/similar?title=Sync+lost+my+note+while+offline").json["items"]
    assert [item["title"] for item in found] == ["Sync lost a note when I was offline"]


def test_a_fix_is_tried_by_whoever_reported(work, me, base, browser):
    report = a_report(work, enrollment=me, state=State.FIXED)
    assert "Does it work for you now?" in browser.get(at(base, report)).text
    assert browser.post(at(base, report, "check"), data={"works": "no"}).status_code == 303
    assert report.state is State.TRIAGED
    assert browser.post(at(base, report, "check"), data={"works": "perhaps"}).status_code == 409


def test_a_duplicate_shows_how_the_other_one_stands(work, program, me, base, browser):
    first = a_report(work, program=program, title="The one that goes on")
    mine = a_report(work, enrollment=me, title="My words for it")
    service.merge(work, mine, first)
    service.change_state(work, first, State.FIXED, note="In build 12.")
    page = browser.get(at(base, mine))
    for words in ("The one that goes on", "Fixed", "In build 12."):
        assert words in page.text


def test_the_home_page_asks_and_tells_what_changed(work, program, me, base, browser):
    asked = a_report(work, enrollment=me, title="Asked about")
    service.reply(work, asked, "Which phone?", asks=True)
    a_report(work, enrollment=me, title="Mended", state=State.FIXED)
    home = browser.get(f"/portal/{program.slug}").text
    assert "Answer a question about “Asked about”" in home
    assert "Try whether this is fixed: “Mended”" in home
    assert "“Mended” is fixed." in home
    assert f"{base}/new" in home


@pytest.mark.parametrize(
    "state", [EnrollmentState.APPLIED, EnrollmentState.WAITLISTED, EnrollmentState.WITHDRAWN]
)
def test_whoever_does_not_take_part_finds_nothing_here(work, program, base, tester_client, state):
    outside = tester_client(an_enrollment(work, program=program, state=state))
    for path in (base, f"{base}/others", f"{base}/new"):
        assert outside.get(path).status_code == 404


def test_statement_2_other_programs_and_strangers_see_nothing(work, base, browser, client, program):
    foreign = a_report(work, program=a_program(work, name="Other"))
    assert browser.get(at(base, foreign)).status_code == 404
    assert browser.post(at(base, foreign, "vote")).status_code == 404
    assert browser.get("/portal/nowhere/reports").status_code == 404
    assert client.get(base).status_code == 303


def test_a_closed_program_takes_no_more_reports_and_says_so(work, program, base, browser):
    program.phase = Phase.CLOSED
    assert "takes no more reports" in browser.get(f"{base}/new?kind=bug").text


def test_pages_for_phones_are_small(work, me, base, browser):
    import gzip

    report = a_report(work, enrollment=me)
    for path in (base, f"{base}/others", f"{base}/new", f"{base}/new?kind=bug", at(base, report)):
        assert len(gzip.compress(browser.get(path).data)) < 12_000
