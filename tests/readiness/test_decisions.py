import uuid
from datetime import timedelta

import pytest
from sqlalchemy import update

from betaops.kernel.errors import Invalid, NotFound, Refused, Stale
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import board, evidence, queries, service
from betaops.readiness.deciding.recommendation import Choice
from betaops.readiness.models import Decision, DecisionState, Stance
from betaops.readiness.service import Condition
from tests.factories.programs import a_program
from tests.factories.readiness import a_top_box, all_waived, decided_by
from tests.support.signed_in import a_member


def of(work: Work, role: str) -> Work:
    user = a_member(work, role)
    return decided_by(work, user.id, user.name)


def a_go(work: Work) -> Program:
    """A program whose one must-have is met."""
    program = a_program(work)
    a_top_box(work, program, good=20, bad=0)
    return program


def a_no_go(work: Work) -> Program:
    program = a_program(work)
    a_top_box(work, program, good=1, bad=20)
    return program


def test_following_the_rules_takes_one_signature(work: Work) -> None:
    program = a_go(work)
    decision = service.propose(of(work, "owner"), program, Choice.GO, role="Product manager", seen=None)
    assert decision.state is DecisionState.IN_FORCE
    assert decision.recommended is Choice.GO
    signed = queries.signatures(work.session, [decision.id])[decision.id]
    assert [(each.name, each.role, each.stance) for each in signed] == [
        ("Owner", "Product manager", Stance.ASSENT)
    ]


def test_going_against_the_rules_takes_a_reason_and_a_second_member(work: Work) -> None:
    program = a_no_go(work)
    with pytest.raises(Invalid, match="say why"):
        service.propose(of(work, "owner"), program, Choice.GO, role="Product manager", seen=None)
    decision = service.propose(
        of(work, "owner"),
        program,
        Choice.GO,
        role="Product manager",
        seen=None,
        reason="The fair is on Monday.",
        waivers=all_waived(work, program),
    )
    assert decision.state is DecisionState.PROPOSED
    with pytest.raises(Refused, match="already"):
        service.sign(of(work, "owner"), program, decision.id, Stance.ASSENT, role="Product manager")
    service.sign(of(work, "manager"), program, decision.id, Stance.ASSENT, role="Head of engineering")
    assert decision.state is DecisionState.IN_FORCE


def test_dissent_is_kept_with_its_reason_and_does_not_count_as_agreement(work: Work) -> None:
    program = a_no_go(work)
    decision = service.propose(
        of(work, "owner"),
        program,
        Choice.GO,
        role="Product manager",
        seen=None,
        reason="The fair is on Monday.",
        waivers=all_waived(work, program),
    )
    with pytest.raises(Invalid, match="why you disagree"):
        service.sign(of(work, "manager"), program, decision.id, Stance.DISSENT, role="Support lead")
    service.sign(
        of(work, "manager"),
        program,
        decision.id,
        Stance.DISSENT,
        role="Support lead",
        reason="Notes get lost.",
    )
    assert decision.state is DecisionState.PROPOSED
    signed = queries.signatures(work.session, [decision.id])[decision.id]
    assert (signed[1].stance, signed[1].reason) == (Stance.DISSENT, "Notes get lost.")


def test_a_conditional_go_names_what_who_and_until_when(work: Work) -> None:
    program = a_no_go(work)
    owner = of(work, "owner")
    tomorrow = work.now.date() + timedelta(days=1)
    for conditions in (
        [],
        [Condition("Fix sync", "", tomorrow)],
        [Condition("Fix sync", "Ana", work.now.date() - timedelta(days=1))],
    ):
        with pytest.raises(Invalid):
            service.propose(
                owner,
                program,
                Choice.CONDITIONAL,
                role="PM",
                seen=None,
                reason="Ship it",
                conditions=conditions,
            )
    decision = service.propose(
        owner,
        program,
        Choice.CONDITIONAL,
        role="PM",
        seen=None,
        reason="Ship it",
        conditions=[Condition("Fix sync", "Ana", tomorrow)],
        waivers=all_waived(work, program),
    )
    assert decision.conditions == [{"text": "Fix sync", "owner": "Ana", "due_on": tomorrow.isoformat()}]
    with pytest.raises(Invalid, match="Only a conditional"):
        service.propose(
            owner, program, Choice.NO_GO, role="PM", seen=None, conditions=[Condition("x", "y", tomorrow)]
        )


def test_a_decision_keeps_the_readings_it_was_signed_on_under_their_hash(work: Work) -> None:
    program = a_go(work)
    rows = queries.board(work.session, program.id)
    decision = service.propose(of(work, "owner"), program, Choice.GO, role="PM", seen=None)
    service.remove(work, program, rows[0].expectation.id)
    work.session.commit()
    work.session.expire_all()
    kept = queries.decision(work.session, program.id, decision.id)
    assert kept.snapshot["expectations"][0]["need"] == "Import is easy"
    assert kept.snapshot["expectations"][0]["reading"]["sample"]["counts"] == [0, 20]
    assert evidence.digest(kept.snapshot) == kept.digest
    work.session.execute(
        update(Decision)
        .values(snapshot=kept.snapshot | {"program": "prg_other"})
        .where(Decision.id == kept.id)
    )
    work.session.expire_all()
    forged = queries.decision(work.session, program.id, decision.id)
    assert evidence.digest(forged.snapshot) != forged.digest


def test_nobody_decides_on_readings_that_changed_under_their_eyes(work: Work) -> None:
    program = a_go(work)
    seen = evidence.fingerprint([row.to_json() for row in queries.board(work.session, program.id)])
    a_top_box(work, program, good=2, bad=9, need="It is fast")
    with pytest.raises(Stale, match="readings changed"):
        service.propose(of(work, "owner"), program, Choice.GO, role="PM", seen=seen)


def test_one_decision_stands_at_a_time_and_a_withdrawn_one_stays_to_be_read(work: Work) -> None:
    program = a_go(work)
    owner = of(work, "owner")
    first = service.propose(owner, program, Choice.GO, role="PM", seen=None)
    with pytest.raises(Refused, match="stands already"):
        service.propose(owner, program, Choice.GO, role="PM", seen=None, reason="Another one")
    with pytest.raises(Refused, match="stands already"):
        service.propose(of(work, "manager"), program, Choice.GO, role="PM", seen=None)
    with pytest.raises(service.ProposedAlready) as again:
        service.propose(owner, program, Choice.GO, role="PM", seen="of a page from before")
    assert again.value.decision_id == first.id
    with pytest.raises(Invalid, match="why"):
        service.withdraw(owner, program, first.id, "  ")
    service.withdraw(owner, program, first.id, "A blocker came in.")
    with pytest.raises(Refused, match="withdrawn"):
        service.sign(of(work, "manager"), program, first.id, Stance.ASSENT, role="Lead")
    second = service.propose(owner, program, Choice.NO_GO, role="PM", seen=None, reason="Wait for the fix.")
    assert [each.id for each in queries.decisions(work.session, program.id)] == [second.id, first.id]
    assert first.withdrawn_reason == "A blocker came in."


def test_only_members_sign(work: Work) -> None:
    program = a_go(work)
    with pytest.raises(Refused, match="member"):
        service.propose(work, program, Choice.GO, role="PM", seen=None)


def test_a_decision_of_another_program_is_not_there(work: Work) -> None:
    program, other = a_go(work), a_program(work, name="Another")
    decision = service.propose(of(work, "owner"), program, Choice.GO, role="PM", seen=None)
    with pytest.raises(NotFound):
        queries.decision(work.session, other.id, decision.id)
    with pytest.raises(NotFound):
        service.sign(of(work, "manager"), other, decision.id, Stance.ASSENT, role="Lead")
    with pytest.raises(NotFound):
        service.withdraw(of(work, "manager"), program, uuid.uuid4(), "no")


def test_what_is_missing_for_go_is_listed_failed_ones_first(work: Work) -> None:
    program = a_program(work, capacity=300)
    a_top_box(work, program, good=3, bad=0, need="Open")
    a_top_box(work, program, good=0, bad=20, need="Failed")
    a_top_box(work, program, good=30, bad=0, need="Met")
    rows = queries.board(work.session, program.id)
    assert [row.expectation.need for row in board.missing(rows)] == ["Failed", "Open"]
    assert board.recommended(rows) is Choice.NO_GO
