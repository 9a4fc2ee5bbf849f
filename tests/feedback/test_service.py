"""What happens to reports from their first word to their outcome."""

import pytest
from sqlalchemy import select

from betaops.enrollment.models import State as EnrollmentState
from betaops.feedback import queries, service
from betaops.feedback.models import Attachment, CommentKind, Kind, Report, Severity, Source, State, Turn, Vote
from betaops.kernel.errors import Invalid, NotFound, Refused, Stale
from betaops.kernel.ids import new_id
from betaops.programs.models import Phase
from tests.factories.enrollment import an_enrollment
from tests.factories.feedback import a_picture, a_report
from tests.factories.programs import a_program


def test_reports_are_numbered_within_their_program(work):
    first, second = a_program(work), a_program(work, name="Other")
    numbers = [a_report(work, program=program).number for program in (first, first, second, first)]
    assert numbers == [1, 2, 1, 3]


def test_whoever_reports_stands_behind_it_and_it_waits_for_the_team(work):
    report = a_report(work, severity=Severity.BLOCKER)
    assert (report.state, report.turn, report.people, report.impact) == (State.NEW, Turn.TEAM, 1, 8.0)
    assert queries.waiting(work.session, report.program_id) == 1


def test_the_same_form_sent_twice_is_one_report(work):
    enrollment = an_enrollment(work)
    program = queries_program(work, enrollment)
    draft = service.Draft(kind=Kind.IDEA, title="Dark mode")
    submission = new_id()
    first = service.write(work, program, draft, enrollment=enrollment, submission=submission)
    again = service.write(work, program, draft, enrollment=enrollment, submission=submission)
    assert first.id == again.id
    assert first.people == 1


def test_only_bugs_keep_a_severity_and_steps(work):
    enrollment = an_enrollment(work)
    draft = service.Draft(kind=Kind.PRAISE, title="Lovely", severity=Severity.MAJOR, steps="1. open")
    report = service.write(work, queries_program(work, enrollment), draft, enrollment=enrollment)
    assert (report.severity, report.steps, report.turn) == (None, "", Turn.NOBODY)


def test_texts_are_cleaned_before_they_are_kept(work):
    enrollment = an_enrollment(work)
    draft = service.Draft(kind=Kind.IDEA, title=" Two\r\nlines\0 ", body="a\0\r\nb\r\n")
    report = service.write(work, queries_program(work, enrollment), draft, enrollment=enrollment)
    assert (report.title, report.body) == ("Two lines", "a\nb")


def test_a_program_that_is_over_takes_no_reports(work):
    enrollment = an_enrollment(work)
    program = queries_program(work, enrollment)
    program.phase = Phase.CLOSED
    with pytest.raises(Refused):
        service.write(work, program, service.Draft(kind=Kind.IDEA, title="x"), enrollment=enrollment)


def test_a_picture_is_kept_anew_under_a_random_name(work):
    enrollment = an_enrollment(work)
    draft = service.Draft(
        kind=Kind.BUG, title="x", pictures=[service.Upload("../../etc/C:\\shot\n.png", a_picture())]
    )
    report = service.write(work, queries_program(work, enrollment), draft, enrollment=enrollment)
    (kept,) = queries.attachments(work.session, report.id)
    assert kept.name == "shot .png"
    assert kept.content_type == "image/png"
    assert work.platform.files.get(kept.file).startswith(b"\x89PNG")


def test_one_bad_picture_refuses_the_report_whole(work):
    enrollment = an_enrollment(work)
    draft = service.Draft(
        kind=Kind.BUG,
        title="x",
        pictures=[service.Upload("a.png", a_picture()), service.Upload("b.png", b"MZ")],
    )
    with pytest.raises(Invalid):
        service.write(work, queries_program(work, enrollment), draft, enrollment=enrollment)
    assert work.session.scalar(select(Report.id)) is None


def test_states_follow_each_other_as_allowed_and_keep_their_moment(work):
    report = a_report(work)
    service.change_state(work, report, State.IN_PROGRESS)
    service.change_state(work, report, State.FIXED, note="In build 12.")
    assert report.fixed_at == work.now
    assert report.outcome_note == "In build 12."
    assert report.outcome_at == work.now
    assert not report.is_open
    with pytest.raises(Refused):
        service.change_state(work, report, State.DECLINED)


def test_a_state_saved_over_a_newer_page_is_refused(work):
    report = a_report(work)
    seen = report.version
    service.amend(work, report, severity=Severity.BLOCKER)
    with pytest.raises(Stale):
        service.change_state(work, report, State.TRIAGED, version=seen)
    assert report.state is State.NEW


def test_amending_the_severity_changes_the_impact_and_is_written_down(work):
    report = a_report(work, severity=Severity.MINOR)
    service.amend(work, report, severity=Severity.MAJOR)
    assert report.impact == 5.0
    service.amend(work, report, kind=Kind.IDEA)
    assert report.severity is None
    assert report.impact == 2.0
    service.amend(work, report, kind=Kind.BUG)
    assert report.severity is Severity.MINOR


def test_many_move_at_once_and_those_that_cannot_are_named(work):
    program = a_program(work)
    reports = [a_report(work, program=program) for _ in range(3)]
    service.merge(work, reports[2], reports[0])
    moved, stuck = service.change_states(work, program.id, [row.id for row in reports], State.CLOSED)
    assert moved == 2
    assert [row.number for row in stuck] == [3]


def test_statement_4_one_foreign_id_refuses_the_whole_batch(work):
    program, other = a_program(work), a_program(work, name="Other")
    mine, foreign = a_report(work, program=program), a_report(work, program=other)
    with pytest.raises(NotFound):
        service.change_states(work, program.id, [mine.id, foreign.id], State.CLOSED)
    assert mine.state is State.NEW


def test_people_follow_a_duplicate_and_go_back_with_it(work):
    program = a_program(work)
    first, second, third = (a_report(work, program=program) for _ in range(3))
    voter = an_enrollment(work, program=program)
    service.vote(work, first, voter)
    service.vote(work, second, voter)
    service.merge(work, second, first)
    assert (first.people, second.state, second.merged_into_id) == (3, State.DUPLICATE, first.id)
    service.merge(work, first, third)
    assert (third.people, first.people, second.merged_into_id) == (4, 2, third.id)
    service.unmerge(work, first)
    assert (third.people, first.people, first.state) == (3, 2, State.TRIAGED)
    service.unmerge(work, second)
    assert (third.people, second.people) == (1, 2)


def test_a_duplicate_of_a_duplicate_goes_to_the_report_that_goes_on(work):
    program = a_program(work)
    first, second, third = (a_report(work, program=program) for _ in range(3))
    service.merge(work, second, first)
    service.merge(work, third, second)
    assert third.merged_into_id == first.id
    assert first.people == 3


def test_merging_into_itself_or_across_programs_is_refused(work):
    program = a_program(work)
    report, duplicate = a_report(work, program=program), a_report(work, program=program)
    with pytest.raises(Refused):
        service.merge(work, report, report)
    service.merge(work, duplicate, report)
    with pytest.raises(Refused):
        service.merge(work, report, duplicate)
    with pytest.raises(NotFound):
        service.merge(work, report, a_report(work, program=a_program(work, name="Other")))


def test_a_vote_counts_once_and_can_be_taken_back(work):
    report = a_report(work, severity=Severity.MAJOR)
    voter = an_enrollment(work, program=queries_program(work, report))
    service.vote(work, report, voter)
    service.vote(work, report, voter)
    assert (report.people, report.impact) == (2, 10.0)
    service.withdraw_vote(work, report, voter)
    assert report.people == 1


def test_the_reporters_own_voice_stays(work):
    enrollment = an_enrollment(work)
    report = a_report(work, enrollment=enrollment)
    with pytest.raises(Refused):
        service.withdraw_vote(work, report, enrollment)


@pytest.mark.parametrize("how", ["closed board", "private", "praise", "outsider", "waiting", "settled"])
def test_nobody_votes_on_what_they_may_not_see(work, how):
    program = a_program(work)
    report = a_report(work, program=program, kind=Kind.PRAISE if how == "praise" else Kind.BUG)
    voter = an_enrollment(
        work,
        program=a_program(work, name="Other") if how == "outsider" else program,
        state=EnrollmentState.APPLIED if how == "waiting" else EnrollmentState.ACTIVE,
    )
    if how == "closed board":
        service.open_board(work, program, is_open=False)
    if how == "private":
        service.amend(work, report, is_private=True)
    if how == "settled":
        service.change_state(work, report, State.CLOSED)
    with pytest.raises(NotFound):
        service.vote(work, report, voter)


def test_a_reply_that_asks_waits_for_the_reporter_until_they_answer(work):
    report = a_report(work)
    service.reply(work, report, "Which phone?", asks=True)
    assert (report.turn, report.answered_at) == (Turn.REPORTER, work.now)
    service.answer(work, report, "A Pixel 8.")
    assert report.turn is Turn.TEAM


def test_testers_never_get_to_read_notes(work):
    report = a_report(work)
    service.note(work, report, "He is a difficult one.")
    service.reply(work, report, "Thank you.")
    kinds = [comment.kind for comment in queries.thread(work.session, report.id, with_notes=False)]
    assert kinds == [CommentKind.REPLY]


def test_there_is_nobody_to_reply_to_on_a_report_of_nobody(work):
    report = a_report(work, program=a_program(work), source=Source.API)
    with pytest.raises(Refused):
        service.reply(work, report, "Hello?")


def test_a_fix_that_does_not_work_opens_the_report_again(work):
    enrollment = an_enrollment(work)
    report = a_report(work, enrollment=enrollment, state=State.FIXED)
    assert [row.id for row in queries.fixes_to_check(work.session, enrollment.id)] == [report.id]
    service.check_fix(work, report, enrollment, works=False)
    assert (report.state, report.turn) == (State.TRIAGED, Turn.TEAM)
    with pytest.raises(Refused):
        service.check_fix(work, report, enrollment, works=True)


def test_erasing_a_person_leaves_the_finding_without_name_device_and_pictures(work):
    enrollment = an_enrollment(work)
    report = a_report(
        work, enrollment=enrollment, with_picture=True, environment={"browser": "Chrome 126"}, people=1
    )
    (kept,) = queries.attachments(work.session, report.id)
    tester_id = enrollment.tester_id
    from betaops.enrollment.models import Tester

    work.delete(work.session.get(Tester, tester_id))
    work.session.flush()
    work.session.expire_all()
    assert service.forget_person(work, tester_id) == 1
    assert (report.environment, report.people, report.has_reporter) == ({}, 0, False)
    assert work.session.scalar(select(Attachment.id)) is None
    assert work.session.scalar(select(Vote.id)) is None
    with pytest.raises(NotFound):
        work.platform.files.get(kept.file)
    assert report.title.startswith("Sync")


def queries_program(work, row):
    from betaops.programs import queries as program_queries

    return program_queries.program(work.session, row.program_id)
