"""The outbox and a program's messages, as members use them."""

import pytest
from sqlalchemy import select

from betaops.enrollment.models import State, Tester
from betaops.kernel import ids
from betaops.kernel.errors import Refused
from betaops.kernel.mail import Letter, Mail, MailState, queue
from betaops.messaging import queries, service
from betaops.messaging.audience import Audience, Who
from betaops.messaging.models import Campaign, CampaignState, DeliveryState, Reason, Topic
from tests.factories.cohorts import a_cohort
from tests.factories.enrollment import an_enrollment
from tests.factories.messaging import an_announcement
from tests.factories.programs import a_program


@pytest.fixture
def program(work):
    return a_program(work)


@pytest.fixture
def base(program):
    return f"/console/programs/{program.slug}/messages"


def a_mail(work, *, kind="messaging.welcome", subject="You are in", state=MailState.SENT, **more):
    letter = Letter(
        "ana@example.com", subject, "In words", "<p>In <b>HTML</b><script>alert(1)</script></p>", kind=kind
    )
    mail = queue(work, letter, key=str(ids.new_id()))
    mail.state = state
    for column, value in more.items():
        setattr(mail, column, value)
    work.session.flush()
    return mail


def at(mail, *more):
    return "/".join(["/console/outbox", ids.encode("mal", mail.id), *more])


def of(base, campaign, *more):
    return "/".join([base, ids.encode("cmp", campaign.id), *more])


def only_campaign(work):
    return work.session.scalars(select(Campaign)).one()


# The outbox


def test_the_outbox_names_every_mail_with_its_state(work, member_client):
    a_mail(work, subject="First")
    a_mail(work, subject="Second", state=MailState.FAILED)
    page = member_client().get("/console/outbox").text
    for words in ("First", "Second", "ana@example.com", "Failed", "Accepted"):
        assert words in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?state=failed", {"Beta"}),
        ("?room=accounts", {"Gamma"}),
        ("?q=alp", {"Alpha"}),
        ("?state=x&room=y", {"Alpha", "Beta", "Gamma"}),
    ],
)
def test_the_outbox_is_narrowed_by_its_address(work, member_client, query, shown):
    a_mail(work, subject="Alpha")
    a_mail(work, subject="Beta", state=MailState.FAILED)
    a_mail(work, subject="Gamma", kind="accounts.invitation")
    page = member_client().get(f"/console/outbox{query}").text
    assert {name for name in ("Alpha", "Beta", "Gamma") if f">{name}<" in page} == shown


def test_a_mail_opens_as_text_and_in_a_sandboxed_frame(work, member_client):
    mail = a_mail(work)
    browser = member_client()
    page = browser.get(at(mail)).text
    assert "In words" in page
    assert 'sandbox="allow-popups' in page
    assert "<script>alert" not in page
    frame = browser.get(at(mail, "html"))
    assert "<b>HTML</b>" in frame.text
    assert "sandbox" in frame.headers["Content-Security-Policy"]
    assert "script-src" not in frame.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("kind", "state", "role", "may"),
    [
        ("messaging.welcome", MailState.SENT, "analyst", True),
        ("enrollment.sign_in", MailState.SENT, "owner", False),
        ("enrollment.sign_in", MailState.KEPT, "manager", True),
        ("enrollment.sign_in", MailState.KEPT, "analyst", False),
        ("surveys.invitation", MailState.SENT, "owner", False),
        ("accounts.reset", MailState.KEPT, "owner", True),
        ("accounts.reset", MailState.KEPT, "manager", False),
        ("accounts.reset", MailState.SENT, "owner", False),
    ],
)
def test_mails_that_let_somebody_in_are_for_their_receiver(work, member_client, kind, state, role, may):
    mail = a_mail(work, kind=kind, state=state)
    browser = member_client(role)
    page = browser.get(at(mail))
    assert page.status_code == 200
    assert ("In words" in page.text) is may
    assert (browser.get(at(mail, "html")).status_code == 200) is may


def test_an_uncertain_mail_is_sent_again_by_a_person(work, member_client):
    mail = a_mail(work, state=MailState.UNCERTAIN)
    browser = member_client("manager")
    assert "Send again" in browser.get(at(mail)).text
    assert browser.post(at(mail, "sending")).status_code == 303
    assert mail.state is MailState.KEPT  # there is no mail server in tests
    sent = a_mail(work, state=MailState.SENT)
    assert browser.post(at(sent, "sending")).status_code == 409


def test_statement_2_another_workspaces_mail_is_unknown(work, member_client):
    from betaops.accounts.models import Workspace

    other = Workspace(name="Other", slug="other", created_at=work.now)
    work.add(other)
    work.session.flush()
    foreign = a_mail(work, workspace_id=other.id, subject="Not yours")
    nobodys = a_mail(work, workspace_id=None, subject="Nobody's")
    browser = member_client()
    assert "Not yours" not in browser.get("/console/outbox").text
    for mail in (foreign, nobodys):
        assert browser.get(at(mail)).status_code == 404
        assert browser.get(at(mail, "html")).status_code == 404
        assert browser.post(at(mail, "sending")).status_code == 404


def test_a_viewer_does_not_see_the_outbox(work, member_client):
    assert member_client("viewer").get("/console/outbox").status_code == 403


def test_a_forgotten_text_says_so(work, member_client):
    mail = a_mail(work, text_sealed="", html_sealed=None)
    assert "no longer kept" in member_client().get(at(mail)).text


# Announcements


def test_an_announcement_is_written_looked_at_and_sent(work, program, base, member_client, outbox, run_jobs):
    for name in ("Ana Ruiz", "Ben Okafor"):
        an_enrollment(work, program=program, name=name)
    run_jobs()
    browser = member_client("manager")
    answer = browser.submit(
        f"{base}/new",
        {
            "who": "active",
            "subject": "Build 12, {{first_name}}",
            "body": "Hello {{name}}, **build 12** is out.",
        },
    )
    looked = browser.get(answer.location).text
    for words in ("Ana Ruiz, Ben Okafor", "Build 12, Ana", "Send to 2 people"):
        assert words in looked
    assert "<strong>build 12</strong>" in browser.get(f"{answer.location}/preview").text
    sent = browser.submit(answer.location, {}, action="/sending")
    assert sent.status_code == 303
    run_jobs()
    letters = outbox.of_kind("messaging.announcement")
    assert {letter.subject for letter in letters} == {"Build 12, Ana", "Build 12, Ben"}
    assert all("List-Unsubscribe" in letter.headers for letter in letters)
    assert only_campaign(work).state is CampaignState.SENT
    assert "Written to" in browser.get(answer.location).text


def test_nobody_gets_an_announcement_twice(work, app, program, base, outbox, run_jobs):
    from betaops import worker
    from betaops.kernel.jobs import Claimed, Job, JobState

    for _ in range(3):
        an_enrollment(work, program=program)
    campaign = an_announcement(work, program=program)
    service.order(work, program, campaign)
    with pytest.raises(Refused):
        service.order(work, program, campaign)
    run_jobs()
    job = work.session.scalars(select(Job).where(Job.name == "messaging.send_campaign")).one()
    job.state, job.attempts = JobState.RUNNING, 2
    campaign.state = CampaignState.SENDING
    work.session.commit()
    worker.execute(app, Claimed(job.id, job.name, job.args, job.workspace_id, 2))
    assert len(outbox.of_kind("messaging.announcement")) == 3


def test_who_does_not_want_it_left_or_has_no_mailbox_is_left_out(work, program, outbox, run_jobs):
    stays, unwilling, gone, bounced = (
        an_enrollment(work, program=program, mail=f"{name}@example.com")
        for name in ("stays", "unwilling", "gone", "bounced")
    )
    run_jobs()
    service.prefer(work, work.session.get(Tester, unwilling.tester_id), {Topic.NEWS: False})
    service.suppress(work, "bounced@example.com", Reason.BOUNCED)
    campaign = an_announcement(work, program=program)
    service.order(work, program, campaign)
    from betaops.enrollment.service import enrolling

    enrolling.change(work, gone.id, State.WITHDRAWN)
    run_jobs()
    assert [letter.to for letter in outbox.of_kind("messaging.announcement")] == ["stays@example.com"]
    tally = queries.tallies(work.session, [campaign.id])[campaign.id]
    assert (tally[DeliveryState.UNWANTED], tally[DeliveryState.SUPPRESSED], tally[DeliveryState.GONE]) == (
        1,
        1,
        1,
    )
    assert stays.id != bounced.id


def test_audiences_are_who_they_say(work, program):
    from datetime import timedelta

    active = an_enrollment(work, program=program)
    silent = an_enrollment(work, program=program, seen_at=work.now - timedelta(days=9))
    waiting = an_enrollment(work, program=program, state=State.WAITLISTED)
    an_enrollment(work, program=program, state=State.WITHDRAWN)
    cohort = a_cohort(work, program=program, members=[active])

    def who(audience):
        return set(queries.audience_ids(work.session, program.id, audience, work.now))

    assert who(Audience()) == {active.id, silent.id}
    assert who(Audience(Who.SILENT, days=7)) == {silent.id}
    assert who(Audience(Who.SILENT, days=10)) == set()
    assert who(Audience(Who.WAITING)) == {waiting.id}
    assert who(Audience(Who.COHORT, cohort.id)) == {active.id}


def test_an_unknown_field_is_refused_where_it_was_typed(base, member_client):
    answer = member_client().submit(f"{base}/new", {"subject": "Hi {{nmae}}", "body": "{{ 7*7 }}"})
    assert answer.status_code == 422
    assert "There is no field {{nmae}}" in answer.text
    assert "{{ 7*7 }}" in answer.text


@pytest.mark.parametrize(
    "data",
    [
        {"who": "cohort", "cohort": ""},
        {"who": "cohort", "cohort": "coh_00000000000000000000000000"},
        {"who": "silent", "days": "0"},
        {"who": "silent", "days": ""},
        {"who": "everybody"},
        {"subject": ""},
        {"body": ""},
    ],
)
def test_half_an_announcement_is_refused_and_kept(work, base, member_client, data):
    answer = member_client().submit(f"{base}/new", {"subject": "My subject", "body": "My words", **data})
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert work.session.scalar(select(Campaign.id)) is None


def test_statement_4_a_foreign_cohort_is_not_an_audience(work, program, base, member_client):
    other = a_program(work, name="Other")
    foreign = a_cohort(work, program=other)
    answer = member_client().submit(
        f"{base}/new", {"who": "cohort", "cohort": ids.encode("coh", foreign.id), "subject": "x", "body": "y"}
    )
    assert answer.status_code in (404, 422)
    assert work.session.scalar(select(Campaign.id)) is None


def test_a_draft_changed_meanwhile_is_not_sent_unseen(work, program, base, member_client, outbox, run_jobs):
    an_enrollment(work, program=program)
    campaign = an_announcement(work, program=program)
    seen = campaign.version
    service.redraft(work, campaign, service.Text(subject="Other words", body="x", audience=Audience()), seen)
    answer = member_client().post(of(base, campaign, "sending"), data={"version": seen})
    assert answer.status_code == 409
    run_jobs()
    assert campaign.state is CampaignState.DRAFT
    assert outbox.of_kind("messaging.announcement") == []


def test_a_stopped_announcement_goes_no_further(work, program, base, member_client, outbox, run_jobs):
    an_enrollment(work, program=program)
    campaign = an_announcement(work, program=program)
    service.order(work, program, campaign)
    assert member_client().post(of(base, campaign, "stop")).status_code == 303
    run_jobs()
    assert outbox.of_kind("messaging.announcement") == []
    assert campaign.state is CampaignState.STOPPED


def test_a_draft_is_dropped_and_a_sent_one_stays(work, program, base, member_client):
    browser = member_client()
    campaign = an_announcement(work, program=program)
    assert browser.post(of(base, campaign, "deletion")).status_code == 303
    assert work.session.scalar(select(Campaign.id)) is None
    an_enrollment(work, program=program)
    sent = an_announcement(work, program=program)
    service.order(work, program, sent)
    assert browser.post(of(base, sent, "deletion")).status_code == 409
    assert browser.get(of(base, sent, "text")).status_code == 303


def test_an_analyst_reads_and_does_not_send(work, program, base, member_client):
    campaign = an_announcement(work, program=program)
    browser = member_client("analyst")
    assert browser.get(base).status_code == 200
    assert browser.get(of(base, campaign)).status_code == 200
    assert browser.post(of(base, campaign, "sending")).status_code == 403


def test_statement_2_another_programs_announcement_is_unknown(work, base, member_client):
    foreign = an_announcement(work, program=a_program(work, name="Other"))
    browser = member_client()
    for method, part in (
        ("get", ""),
        ("get", "text"),
        ("get", "preview"),
        ("post", "sending"),
        ("post", "stop"),
    ):
        path = of(base, foreign, *([part] if part else []))
        assert getattr(browser, method)(path).status_code == 404


def test_statement_26_announcements_are_no_templates(work, program, base, member_client, outbox, run_jobs):
    from betaops.messaging.substitution import fill

    an_enrollment(work, program=program, name="{{ 7*7 }}")
    run_jobs()
    campaign = an_announcement(
        work, program=program, subject="{% if 1 %}x{% endif %}", body="Hi {{name}} {% raw %}"
    )
    service.order(work, program, campaign)
    run_jobs()
    (letter,) = outbox.of_kind("messaging.announcement")
    assert letter.subject == "{% if 1 %}x{% endif %}"
    assert "Hi {{ 7*7 }} {% raw %}" in letter.text
    assert "Hi 49" not in letter.html
    assert "7*7" in letter.html
    assert fill("{{name}}", {"name": "x"}) == "x"


# Addresses without mail


def test_an_address_is_taken_out_and_put_back(work, member_client):
    browser = member_client("manager")
    assert browser.submit("/console/outbox/addresses", {"mail": " Ana@Example.com. "}).status_code == 303
    (row,) = queries.suppressions(work.session).items
    assert row.mail_key == "ana@example.com"
    assert queries.is_suppressed(work.session, "ana@example.com")
    browser.post(f"/console/outbox/addresses/{ids.encode('sup', row.id)}/deletion")
    assert not queries.is_suppressed(work.session, "ana@example.com")
    assert browser.submit("/console/outbox/addresses", {"mail": "nonsense"}).status_code == 422


def test_the_outbox_asks_the_database_a_bounded_number_of_times(work, app, member_client):
    from sqlalchemy import event

    for _ in range(20):
        a_mail(work)
    browser = member_client()
    asked = []
    event.listen(app.platform.database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    browser.get("/console/outbox")
    assert len(asked) <= 12
    assert work.session.scalar(select(Mail.id)) is not None
