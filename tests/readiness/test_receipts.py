"""What testers hear of a decision that they helped with."""

from typing import Any

import pytest
from sqlalchemy import select

from betaops.enrollment.models import Enrollment
from betaops.enrollment.models import State as EnrollmentState
from betaops.enrollment.service import leaving
from betaops.feedback.models import State
from betaops.kernel import ids
from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.ids import new_id
from betaops.kernel.jobs import Claimed, Run
from betaops.kernel.mail import Mail, MailState
from betaops.kernel.work import Work
from betaops.messaging import service as messaging
from betaops.messaging.models import Topic
from betaops.programs.models import Program
from betaops.readiness import jobs, queries, service
from betaops.readiness.deciding.recommendation import Choice
from betaops.readiness.models import Decision
from betaops.web.application import Application
from tests.factories.accounts import a_user
from tests.factories.enrollment import an_enrollment
from tests.factories.feedback import a_report
from tests.factories.programs import a_program
from tests.factories.readiness import a_response, a_survey, a_top_box, decided_by

SENTENCE = "Lantern ships in May, with the import that you tried."


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work, name="Lantern", capacity=300)


@pytest.fixture
def tester(work: Work, program: Program) -> Enrollment:
    """Somebody whose answer counts."""
    person = an_enrollment(work, program=program, state="active")
    survey = a_survey(work, program)
    a_response(work, survey, person, **{"import": 5})
    a_top_box(work, program, good=20, bad=0, survey=survey, need="Import is easy")
    return person


def a_go(work: Work, program: Program) -> Decision:
    owner = a_user(work)
    return service.propose(decided_by(work, owner.id, owner.name), program, Choice.GO, role="PM", seen=None)


def receipt(program: Program) -> str:
    return f"/portal/{program.slug}/receipt"


def test_a_tester_reads_nothing_of_a_decision_until_it_is_told(
    work: Work, program: Program, tester: Enrollment, tester_client: Any
) -> None:
    decision = a_go(work, program)
    client = tester_client(tester)
    assert "Import is easy" not in client.get(receipt(program)).text
    assert "Nothing yet" in client.get(receipt(program)).text
    service.tell_testers(work, program, decision.id, SENTENCE, names_needs=True, writes=False)
    page = client.get(receipt(program)).text
    assert SENTENCE in page
    assert "Import is easy" in page
    assert "That is so, and your answers showed it." in page
    for confidential in ("70", "21", "GO", decision.digest):
        assert confidential not in page.partition("<main")[2].partition("</main")[0]
    home = client.get(f"/portal/{program.slug}").text
    assert SENTENCE in home
    assert "Your answers counted for 1 need." in home


def test_needs_are_named_only_where_chosen_and_to_those_who_counted(
    work: Work, program: Program, tester: Enrollment, tester_client: Any
) -> None:
    decision = a_go(work, program)
    stranger = an_enrollment(work, program=program, state="active")
    service.tell_testers(work, program, decision.id, SENTENCE, names_needs=True, writes=False)
    assert "Import is easy" not in tester_client(stranger).get(receipt(program)).text
    service.tell_testers(work, program, decision.id, "Shipped.", names_needs=False, writes=False)
    page = tester_client(tester).get(receipt(program)).text
    assert "Shipped." in page
    assert "Import is easy" not in page


def test_reports_stand_with_their_outcome(
    work: Work, program: Program, tester: Enrollment, tester_client: Any
) -> None:
    report = a_report(work, program=program, enrollment=tester, title="It flickers")
    report.state, report.outcome_note = State.DECLINED, "The lamp is meant to."
    report.declined_at = work.now
    page = tester_client(tester).get(receipt(program)).text
    assert "It flickers" in page
    assert "The lamp is meant to." in page


def test_everybody_who_took_part_is_written_to_once_and_wishes_are_kept(
    work: Work, program: Program, tester: Enrollment, run_jobs: Any
) -> None:
    decision = a_go(work, program)
    silent = an_enrollment(work, program=program, state="active")
    unwilling = queries.people_to_tell(work.session, program)[1].tester
    messaging.prefer(work, unwilling, {Topic.REPLIES: False})
    service.tell_testers(work, program, decision.id, SENTENCE, names_needs=True, writes=True)
    service.tell_testers(work, program, decision.id, SENTENCE + " Soon.", names_needs=True, writes=True)
    run_jobs()
    mails = work.session.scalars(select(Mail).where(Mail.kind == "readiness.receipt")).all()
    assert len(mails) == 21
    assert {each.person_id for each in mails if each.state is MailState.SUPPRESSED} == {unwilling.id}
    assert silent.tester_id not in {each.person_id for each in mails}
    letter = mails[0].letter(work.vault)
    assert letter is not None
    assert SENTENCE in letter.text
    assert "List-Unsubscribe" in letter.headers


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_who_is_erased_or_removed_while_mails_are_written_gets_none(
    app: Application,
    work: Work,
    program: Program,
    tester: Enrollment,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decision = a_go(work, program)
    service.tell_testers(work, program, decision.id, SENTENCE, names_needs=True, writes=True)
    people = [each.enrollment for each in queries.people_to_tell(work.session, program)]
    erased, removed = people[7].tester_id, people[8].id
    work.session.commit()

    class Interrupted(Run):
        def progress(self, done: int, total: int) -> None:
            if done == 5:
                with self.work() as own:
                    leaving.erase(own, erased)
                    gone = own.session.get_one(Enrollment, removed)
                    gone.state = EnrollmentState.REMOVED

    monkeypatch.setattr(jobs, "BATCH", 5)
    monkeypatch.setattr(Run, "progress", lambda *_args: None)
    run = Interrupted(work.platform, Claimed(new_id(), "", {}, work.workspace_id, 1))
    args = {"program_id": str(program.id), "decision_id": str(decision.id)}
    with app.test_request_context():
        assert jobs.send_receipts(run, **args) == {"written": 19}
        jobs.send_receipts(Run(run.platform, run.claimed), **args)
    work.session.expire_all()
    written = work.session.scalars(select(Mail.person_id).where(Mail.kind == "readiness.receipt")).all()
    assert len(written) == len(set(written)) == 19
    assert not {erased, people[8].tester_id} & set(written)


def test_only_a_decision_in_force_is_told_and_a_withdrawn_one_no_longer(
    work: Work, program: Program, tester: Enrollment, tester_client: Any
) -> None:
    decision = a_go(work, program)
    with pytest.raises(Invalid, match="in a sentence"):
        service.tell_testers(work, program, decision.id, "  ", names_needs=True, writes=False)
    service.tell_testers(work, program, decision.id, SENTENCE, names_needs=True, writes=False)
    service.withdraw(work, program, decision.id, "A blocker")
    assert SENTENCE not in tester_client(tester).get(receipt(program)).text
    with pytest.raises(Refused, match="in force"):
        service.tell_testers(work, program, decision.id, SENTENCE, names_needs=True, writes=False)


def test_a_manager_tells_testers_from_the_decisions_page(
    work: Work, program: Program, tester: Enrollment, member_client: Any
) -> None:
    decision = a_go(work, program)
    here = f"/console/programs/{program.slug}/readiness/decisions/{ids.encode('dec', decision.id)}"
    manager = member_client("manager")
    assert "21 people took part" in manager.get(here).text
    empty = manager.post(f"{here}/receipt", data={"receipt-sentence": ""})
    assert empty.status_code == 422
    told = manager.post(f"{here}/receipt", data={"receipt-sentence": SENTENCE, "receipt-writes": "y"})
    assert told.status_code == 303
    assert "nobody gets a second one" in manager.get(here).text
    analyst = member_client("analyst")
    assert analyst.post(f"{here}/receipt", data={"receipt-sentence": SENTENCE}).status_code == 403
