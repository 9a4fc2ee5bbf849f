"""What testers hear of by mail, and that each of it comes once."""

from datetime import timedelta

import pytest

from betaops.enrollment.models import Enrollment, State
from betaops.enrollment.service import enrolling, leaving
from betaops.feedback import service as feedback
from betaops.feedback.models import Source
from betaops.feedback.models import State as ReportState
from betaops.kernel import jobs
from betaops.kernel.ids import encode
from betaops.kernel.jobs import Claimed
from betaops.kernel.mail import MailState
from betaops.messaging import jobs as messaging_jobs
from betaops.messaging import queries, service
from betaops.messaging.models import Topic
from tests.factories.enrollment import an_enrollment
from tests.factories.feedback import a_report
from tests.factories.programs import a_program


def subjects(outbox, address):
    return [letter.subject for letter in outbox.to(address)]


def test_whoever_is_accepted_is_welcomed_by_the_programs_name(work, outbox, run_jobs):
    program = a_program(work, name="Aurora Notes 2.0", codename="Project Lantern")
    an_enrollment(work, program=program, state=State.ACCEPTED, mail="ana@example.com", name="Ana")
    run_jobs()
    (letter,) = outbox.to("ana@example.com")
    assert letter.subject == "You are in: Aurora Notes 2.0"
    assert f"/portal/{program.slug}" in letter.text
    assert "Ana" in letter.html
    assert "List-Unsubscribe" not in letter.headers


def test_whoever_waits_or_is_declined_hears_the_codename_only(work, outbox, run_jobs):
    program = a_program(work, name="Aurora Notes 2.0", codename="Project Lantern")
    an_enrollment(work, program=program, state=State.WAITLISTED, mail="ana@example.com")
    an_enrollment(work, program=program, state=State.DECLINED, mail="ben@example.com")
    run_jobs()
    for address in ("ana@example.com", "ben@example.com"):
        (letter,) = outbox.to(address)
        assert "Project Lantern" in letter.subject
        assert "Aurora" not in letter.subject + letter.text + letter.html


def test_a_freed_seat_has_a_mail_of_its_own(work, outbox, run_jobs):
    program = a_program(work, capacity=1)
    first = an_enrollment(work, program=program, state=State.ACCEPTED)
    an_enrollment(work, program=program, state=State.WAITLISTED, mail="ben@example.com")
    run_jobs()
    enrolling.change(work, first.id, State.WITHDRAWN)
    run_jobs()
    assert subjects(outbox, "ben@example.com")[-1].startswith("A seat is free")


def test_nobody_is_welcomed_after_they_left(work, outbox, run_jobs):
    enrollment = an_enrollment(work, state=State.ACCEPTED, mail="ana@example.com")
    enrolling.change(work, enrollment.id, State.WITHDRAWN)
    run_jobs()
    assert outbox.to("ana@example.com") == []


def test_a_report_its_reply_and_its_outcome_reach_whoever_reported(work, outbox, run_jobs):
    enrollment = an_enrollment(work, mail="ana@example.com")
    run_jobs()
    report = a_report(work, enrollment=enrollment, title="Sync is slow")
    feedback.reply(work, report, "Which **phone**?", asks=True)
    feedback.change_state(work, report, ReportState.FIXED, note="In build *12*.")
    run_jobs()
    welcome, received, replied, outcome = outbox.to("ana@example.com")
    assert welcome.subject.startswith("You are in")
    assert received.subject == "We have your report #1"
    assert "<strong>phone</strong>" in replied.html
    assert "In build *12*." in outcome.text
    assert "<em>12</em>" in outcome.html
    assert outcome.subject == "Fixed: “Sync is slow”"


def test_everybody_behind_a_report_hears_its_outcome_once(work, outbox, run_jobs):
    program = a_program(work)
    first, second = (a_report(work, program=program, title=title) for title in ("One", "Two"))
    voter = an_enrollment(work, program=program, mail="voter@example.com")
    feedback.vote(work, first, voter)
    feedback.vote(work, second, voter)
    feedback.merge(work, second, first)
    feedback.change_state(work, first, ReportState.DECLINED, note="It would break sync.")
    run_jobs()
    told = [letter.to for letter in outbox.of_kind("messaging.outcome")]
    assert len(told) == len(set(told)) == 3
    assert len(outbox.of_kind("messaging.merged")) == 1


def test_who_is_erased_or_removed_while_outcomes_are_written_gets_none(work, outbox, run_jobs, monkeypatch):
    program = a_program(work)
    report = a_report(work, program=program)
    voters = [
        an_enrollment(work, program=program, mail=f"{name}@example.com") for name in ("ana", "ben", "cleo")
    ]
    for voter in voters:
        feedback.vote(work, report, voter)
    run_jobs()
    erased, removed = voters[0].tester_id, voters[1].id
    feedback.change_state(work, report, ReportState.FIXED)

    def interrupted(run, done, _total):
        if done == 1:
            with run.work() as own:
                leaving.erase(own, erased)
                own.session.get_one(Enrollment, removed).state = State.REMOVED

    monkeypatch.setattr(messaging_jobs, "BATCH", 1)
    monkeypatch.setattr(jobs.Run, "progress", interrupted)
    run_jobs()
    told = {letter.to for letter in outbox.of_kind("messaging.outcome")}
    assert "cleo@example.com" in told
    assert not {"ana@example.com", "ben@example.com"} & told


def test_a_silent_outcome_and_a_private_source_send_nothing(work, outbox, run_jobs):
    enrollment = an_enrollment(work)
    run_jobs()
    report = a_report(work, enrollment=enrollment, source=Source.CONSOLE)
    feedback.change_state(work, report, ReportState.CLOSED, tell=False)
    run_jobs()
    assert [letter.kind for letter in outbox] == ["messaging.welcome"]


def test_an_outcome_that_was_taken_back_before_it_was_told_is_not_told(work, outbox, run_jobs):
    report = a_report(work)
    feedback.change_state(work, report, ReportState.FIXED)
    feedback.change_state(work, report, ReportState.IN_PROGRESS)
    run_jobs()
    assert outbox.of_kind("messaging.outcome") == []


def test_a_delivery_that_runs_twice_writes_one_mail(work, app, outbox, run_jobs):
    from sqlalchemy import select

    from betaops import worker
    from betaops.kernel import clock
    from betaops.kernel.jobs import Job, JobState

    an_enrollment(work, state=State.ACCEPTED, mail="ana@example.com")
    run_jobs()
    job = work.session.scalars(select(Job).where(Job.name == jobs.DELIVERY + "messaging.welcome")).one()
    job.state, job.attempts = JobState.RUNNING, 2
    work.session.commit()
    worker.execute(app, Claimed(job.id, job.name, job.args, job.workspace_id, 2))
    assert len(outbox.to("ana@example.com")) == 1
    assert clock.now()


def test_mails_speak_the_readers_language_where_it_is_known(work, outbox, run_jobs):
    from betaops.kernel import i18n

    second = next((code for code in i18n.available() if code != "en"), "en")
    an_enrollment(work, state=State.ACCEPTED, mail="ana@example.com", locale=second)
    run_jobs()
    (letter,) = outbox.to("ana@example.com")
    assert f'<html lang="{second}"' in letter.html


@pytest.mark.parametrize("topic", list(Topic))
def test_turning_off_one_topic_leaves_the_others(work, topic):
    tester = an_enrollment(work).tester_id
    from betaops.enrollment.models import Tester

    person = work.session.get(Tester, tester)
    service.prefer(work, person, {topic: False})
    work.session.flush()
    wanted = queries.preferences(work.session, tester)
    assert [each for each in Topic if not wanted[each]] == [topic]
    assert not queries.is_wanted(work.session, person, topic)
    assert queries.is_wanted(work.session, person, None)


def test_what_is_not_wanted_is_written_down_and_not_sent(work, outbox, run_jobs):
    from sqlalchemy import select

    from betaops.enrollment.models import Tester
    from betaops.kernel.mail import Mail

    enrollment = an_enrollment(work, mail="ana@example.com")
    run_jobs()
    service.prefer(work, work.session.get(Tester, enrollment.tester_id), {Topic.REPLIES: False})
    a_report(work, enrollment=enrollment)
    run_jobs()
    mail = work.session.scalars(select(Mail).where(Mail.kind == "messaging.received")).one()
    assert mail.state is MailState.SUPPRESSED


def test_statement_21_and_24_names_and_titles_stay_words_in_mails(work, outbox, run_jobs):
    enrollment = an_enrollment(work, mail="ana@example.com", name="<b>Eve</b>\r\nBcc: x@example.com")
    run_jobs()
    report = a_report(work, enrollment=enrollment, title="<script>alert(1)</script>")
    feedback.reply(
        work, report, "<script>alert(2)</script> [x](javascript:alert(3)) <img src=x onerror=alert(4)>"
    )
    feedback.change_state(work, report, ReportState.CLOSED, note="<iframe src=//evil.example></iframe>")
    run_jobs()
    for letter in outbox.to("ana@example.com"):
        lowered = letter.html.lower()
        for evil in ("<script>alert", "<b>eve", 'href="javascript', "<img src=x", "<iframe"):
            assert evil not in lowered
        assert "\n" not in letter.subject
        assert not any(name.lower() == "bcc" for name in letter.headers)


def test_statement_41_an_erased_person_leaves_no_mail_behind(work, outbox, run_jobs):
    from betaops.enrollment.service import leaving

    enrollment = an_enrollment(work, mail="ana@example.com")
    a_report(work, enrollment=enrollment)
    run_jobs()
    assert outbox.to("ana@example.com")
    leaving.erase(work, enrollment.tester_id)
    run_jobs()
    assert outbox.to("ana@example.com") == []


def test_whoever_does_not_answer_is_reminded_once_and_only_if_they_want(work, clock, outbox, run_jobs):
    from betaops.enrollment.models import Tester
    from betaops.surveys import links
    from tests.factories.surveys import a_response, a_survey

    program = a_program(work)
    names = ("silent", "answers", "unwilling", "leaves")
    _silent, answers, unwilling, leaves = (
        an_enrollment(work, program=program, mail=f"{name}@example.com") for name in names
    )
    survey = a_survey(work, program=program)
    links.send(work, survey.id)
    run_jobs()
    service.prefer(work, work.session.get(Tester, unwilling.tester_id), {Topic.REMINDERS: False})
    a_response(work, survey=survey, enrollment=answers)
    enrolling.change(work, leaves.id, State.WITHDRAWN)
    for days in (1, 3, 4):
        clock.move_to(survey.sent_at.replace(microsecond=0))
        clock.shift(days=days, hours=1)
        work.enqueue("messaging.remind")
        run_jobs()
    letters = outbox.of_kind("messaging.reminder")
    assert {letter.to for letter in letters} == {"silent@example.com", "unwilling@example.com"}
    assert len(letters) == 2
    from sqlalchemy import select

    from betaops.kernel.mail import Mail

    states = dict(
        work.session.execute(
            select(Mail.recipient, Mail.state).where(Mail.kind == "messaging.reminder")
        ).all()
    )
    assert states == {"silent@example.com": MailState.KEPT, "unwilling@example.com": MailState.SUPPRESSED}
    assert "/s/" not in letters[0].text


def test_whoever_has_not_done_a_task_hears_of_it_before_it_ends_once(work, clock, outbox, run_jobs):
    from betaops.enrollment.models import Tester
    from betaops.tasks.models import OutcomeState
    from tests.factories.tasks import a_task, an_outcome

    program = a_program(work)
    names = ("silent", "done", "unwilling", "left")
    _silent, done, unwilling, left = (
        an_enrollment(work, program=program, mail=f"{name}@example.com", name=name.capitalize())
        for name in names
    )
    due_on = (work.now + timedelta(days=5)).date()
    tasks = [a_task(work, program=program, title=title, due_on=due_on) for title in ("Import <it>", "Share")]
    service.prefer(work, work.session.get(Tester, unwilling.tester_id), {Topic.REMINDERS: False})
    for each in tasks:
        an_outcome(work, each, done, OutcomeState.COMPLETED)
    enrolling.change(work, left.id, State.WITHDRAWN)
    began = work.now.replace(microsecond=0)
    for days in (2, 3, 4, 5, 6):
        clock.move_to(began)
        clock.shift(days=days)
        work.enqueue("messaging.remind_of_tasks")
        run_jobs()
    letters = outbox.of_kind("messaging.task_reminder")
    # One for both tasks' days: the second would come within the week in which nobody is asked again.
    assert sorted(letter.to for letter in letters) == ["silent@example.com", "unwilling@example.com"]
    told = {each.title: each for each in tasks}[letters[0].subject.split("“")[1].split("”")[0]]
    assert encode("tsk", told.id) in letters[0].text


def test_who_was_asked_for_a_survey_lately_is_not_reminded_of_a_task(work, clock, outbox, run_jobs):
    from betaops.surveys import links
    from tests.factories.surveys import a_survey
    from tests.factories.tasks import a_task

    program = a_program(work)
    an_enrollment(work, program=program, mail="ana@example.com")
    a_task(work, program=program, due_on=(work.now + timedelta(days=1)).date())
    links.send(work, a_survey(work, program=program).id)
    run_jobs()
    work.enqueue("messaging.remind_of_tasks")
    run_jobs()
    assert outbox.of_kind("messaging.task_reminder") == []
