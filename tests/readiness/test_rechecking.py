"""Who withdraws is counted out of what was decided, and the decisions that this shakes are named."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from betaops.enrollment.models import Enrollment
from betaops.enrollment.service import leaving
from betaops.kernel import ids
from betaops.kernel.mail import Mail
from betaops.kernel.work import Work
from betaops.programs.models import Phase, Program
from betaops.readiness import queries, service
from betaops.readiness.deciding.recommendation import Choice
from betaops.readiness.models import Decision, Voice
from betaops.surveys.models import Response
from tests.factories.accounts import a_user
from tests.factories.programs import a_program
from tests.factories.readiness import a_top_box, decided_by

_A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work, name="Lantern", capacity=300)


def a_go(work: Work, program: Program) -> Decision:
    # Those of the factory came in without taking seats.
    program.seats_taken = (
        work.session.scalar(select(func.count()).where(Enrollment.program_id == program.id)) or 0
    )
    owner = a_user(work)
    member = decided_by(work, owner.id, owner.name)
    return service.propose(member, program, Choice.GO, role="PM", seen=None)


def erase(work: Work, program: Program, number: int) -> None:
    testers = work.session.scalars(
        select(Enrollment.tester_id).where(Enrollment.program_id == program.id).limit(number)
    ).all()
    for tester_id in testers:
        leaving.erase(work, tester_id)


def test_a_decision_keeps_who_it_rests_on_and_forgets_them_with_the_person(
    work: Work, program: Program
) -> None:
    a_top_box(work, program, good=29, bad=0)
    decision = a_go(work, program)
    assert queries.count_people(work.session, decision.id) == 29
    erase(work, program, 2)
    service.recheck(work, program)
    assert work.session.scalar(select(func.count()).select_from(Voice)) == 27
    found = queries.recheck(work.session, decision.id)
    assert found is not None
    assert (found.people, found.gone, found.shifts) == (29, 2, [])
    assert found.recommended is Choice.GO


def test_a_verdict_that_would_be_another_is_named_once_and_told(
    work: Work, program: Program, run_jobs: Any, member_client: Any
) -> None:
    row = a_top_box(work, program, good=13, bad=0, need="Import is easy")
    decision = a_go(work, program)
    erase(work, program, 1)
    run_jobs(ahead=_A_MINUTE)
    found = queries.recheck(work.session, decision.id)
    assert found is not None
    assert found.gone == 1
    assert [(each["need"], each["was"], each["now"]) for each in found.shifts] == [
        ("Import is easy", "met", "inconclusive")
    ]
    assert found.recommended is Choice.NO_GO
    service.recheck(work, program)
    run_jobs(ahead=_A_MINUTE)
    mails = work.session.scalars(select(Mail).where(Mail.kind == "readiness.shaken")).all()
    assert [mail.subject for mail in mails] == ["Lantern: a decision lost evidence"]
    text = mails[0].letter(work.vault)
    assert text is not None
    assert "Import is easy" in text.text
    client = member_client()
    overview = client.get(f"/console/programs/{program.slug}").text
    assert "Since it was decided, 1 person withdrew" in overview
    page = client.get(f"/console/programs/{program.slug}/readiness/decisions/{_shown(decision)}").text
    assert "Since it was signed, 1 person whose answers it rests on withdrew." in page
    assert row.need in page


def test_whoever_takes_back_their_answers_is_gone_and_whoever_leaves_is_not(
    work: Work, program: Program
) -> None:
    a_top_box(work, program, good=20, bad=1)
    decision = a_go(work, program)
    left = work.session.scalars(select(Enrollment).where(Enrollment.program_id == program.id)).first()
    assert left is not None
    leaving.withdraw(work, left.id)
    service.recheck(work, program)
    found = queries.recheck(work.session, decision.id)
    assert found is not None
    assert found.gone == 0
    response = work.session.scalars(select(Response).where(Response.tester_id == left.tester_id)).one()
    work.delete(response)
    work.session.flush()
    service.recheck(work, program)
    assert found.gone == 1


def test_changed_answers_and_newcomers_change_nothing_of_what_was_signed(
    work: Work, program: Program
) -> None:
    row = a_top_box(work, program, good=20, bad=0)
    decision = a_go(work, program)
    a_top_box(work, program, good=0, bad=30, need="Another")
    service.remove(work, program, row.id)
    found = service.recheck(work, program)
    assert found is not None
    assert found.decision_id == decision.id
    assert (found.gone, found.shifts) == (0, [])


def test_whoever_is_erased_when_the_program_is_over_is_counted_out_as_well(
    work: Work, program: Program, run_jobs: Any
) -> None:
    a_top_box(work, program, good=13, bad=0)
    decision = a_go(work, program)
    program.phase = Phase.CLOSED
    erase(work, program, 1)
    run_jobs(ahead=_A_MINUTE)
    found = queries.recheck(work.session, decision.id)
    assert found is not None
    assert [each["now"] for each in found.shifts] == ["inconclusive"]


def _shown(decision: Decision) -> str:
    return ids.encode("dec", decision.id)
