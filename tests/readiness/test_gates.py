"""The gate review: who has to sign, what is waived, which conditions are met, what suspends."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from betaops.accounts.models import Membership, User
from betaops.accounts.permissions import Role
from betaops.feedback.models import Severity, State
from betaops.flags import promotion
from betaops.flags import service as flag_service
from betaops.flags.models import Stage
from betaops.kernel import ids
from betaops.kernel.errors import Invalid, NotFound, Refused
from betaops.kernel.mail import Mail
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Phase, Program
from betaops.readiness import evidence, queries, service
from betaops.readiness.deciding.checks import Check
from betaops.readiness.deciding.hitches import HitchKind
from betaops.readiness.deciding.recommendation import Choice
from betaops.readiness.models import CriterionKind, Decision, DecisionState, Stance
from betaops.readiness.provided import promotion_gate
from betaops.readiness.service import Condition
from betaops.readiness.verifying import disagreements
from tests.factories.accounts import a_user
from tests.factories.dossiers import told_of
from tests.factories.feedback import a_report
from tests.factories.flags import a_feature, a_flag
from tests.factories.programs import a_program
from tests.factories.readiness import a_top_box, all_waived, decided_by


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work, name="Lantern", phase=Phase.RUNNING)


def somebody(work: Work, name: str) -> User:
    return a_user(work, f"{name.lower()}@example.com", name=name, totp=False)


def by(work: Work, user: User) -> Work:
    return decided_by(work, user.id, user.name)


def hitch_kinds(work: Work, program: Program) -> list[HitchKind]:
    return [each.kind for each in queries.in_the_way(work.session, program, work.now.date())]


def three_roles(work: Work, program: Program) -> tuple[User, User, User]:
    ana, ben, cleo = (somebody(work, name) for name in ("Ana", "Ben", "Cleo"))
    service.add_role(work, program, "Product", ana.id)
    service.add_role(work, program, "Engineering", ben.id)
    service.add_role(work, program, "Support", None)
    return ana, ben, cleo


def a_go(work: Work, program: Program, by_whom: User, **more: Any) -> Decision:
    return service.propose(by(work, by_whom), program, Choice.GO, role="PM", seen=None, **more)


def test_a_decision_waits_for_every_role_and_dissent_counts_as_signed(work: Work, program: Program) -> None:
    a_top_box(work, program, good=20, bad=0)
    ana, ben, cleo = three_roles(work, program)
    decision = a_go(work, program, ana)
    assert decision.state is DecisionState.PROPOSED
    assert hitch_kinds(work, program) == [HitchKind.UNSIGNED]
    service.sign(by(work, ben), program, decision.id, Stance.ASSENT)
    assert decision.state is DecisionState.PROPOSED
    service.sign(
        by(work, cleo), program, decision.id, Stance.DISSENT, fills="Support", reason="Nobody is trained."
    )
    assert decision.state is DecisionState.IN_FORCE
    assert hitch_kinds(work, program) == []
    signed = queries.signatures(work.session, [decision.id])[decision.id]
    assert [(each.name, each.fills, each.stance) for each in signed] == [
        ("Ana", "Product", Stance.ASSENT),
        ("Ben", "Engineering", Stance.ASSENT),
        ("Cleo", "Support", Stance.DISSENT),
    ]


def test_nobody_signs_for_a_role_of_another_or_twice_for_one(work: Work, program: Program) -> None:
    a_top_box(work, program, good=20, bad=0)
    ana, _ben, cleo = three_roles(work, program)
    dora = somebody(work, "Dora")
    decision = a_go(work, program, ana)
    with pytest.raises(Refused, match="Another member holds this role"):
        service.sign(by(work, cleo), program, decision.id, Stance.ASSENT, fills="Engineering")
    with pytest.raises(Invalid, match="no such role"):
        service.sign(by(work, cleo), program, decision.id, Stance.ASSENT, fills="Legal")
    service.sign(by(work, cleo), program, decision.id, Stance.ASSENT, fills="Support")
    with pytest.raises(Refused, match="signed for this role already"):
        service.sign(by(work, dora), program, decision.id, Stance.ASSENT, fills="Support")


def test_the_role_of_a_member_who_was_removed_is_free_and_they_sign_no_more(
    work: Work, program: Program
) -> None:
    a_top_box(work, program, good=20, bad=0)
    ana, ben, cleo = three_roles(work, program)
    decision = a_go(work, program, ana)
    work.session.execute(delete(Membership).where(Membership.user_id == ben.id))
    with pytest.raises(Refused, match="Only a member who may sign"):
        service.sign(by(work, ben), program, decision.id, Stance.ASSENT)
    service.sign(by(work, cleo), program, decision.id, Stance.ASSENT, fills="Engineering")
    assert [role.name for role in queries.quorum_of(decision, _signed(work, decision)).open_roles] == [
        "Support"
    ]


def test_roles_that_change_later_do_not_change_what_is_proposed(work: Work, program: Program) -> None:
    a_top_box(work, program, good=20, bad=0)
    service.add_role(work, program, "Product", None)
    decision = a_go(work, program, somebody(work, "Ana"), fills="Product")
    assert decision.state is DecisionState.IN_FORCE
    service.add_role(work, program, "Legal", None)
    assert [role["name"] for role in decision.roles] == ["Product"]
    assert decision.snapshot["gate"]["roles"] == decision.roles
    assert evidence.digest(decision.snapshot) == decision.digest


def test_a_role_has_one_name_and_a_member_one_role(work: Work, program: Program) -> None:
    ana = somebody(work, "Ana")
    service.add_role(work, program, "Product", ana.id)
    with pytest.raises(Invalid, match="has to sign already"):
        service.add_role(work, program, "product ", None)
    with pytest.raises(Invalid, match="hold a role already"):
        service.add_role(work, program, "Support", ana.id)
    viewer = a_user(work, "vic@example.com", name="Vic", role=Role.VIEWER)
    with pytest.raises(Invalid, match="may sign"):
        service.add_role(work, program, "Support", viewer.id)


def test_a_dossier_knows_who_has_to_sign(work: Work, program: Program) -> None:
    a_top_box(work, program, good=20, bad=0)
    ana, ben, cleo = three_roles(work, program)
    decision = a_go(work, program, ana)
    assert list(disagreements(told_of(work, program))) == []
    service.sign(by(work, ben), program, decision.id, Stance.ASSENT)
    service.sign(by(work, cleo), program, decision.id, Stance.ASSENT, fills="Support")
    for name in ("Dora", "Emil", "Finn"):
        late = by(work, somebody(work, name))
        service.sign(late, program, decision.id, Stance.DISSENT, role="Guest", reason="Too late")
    told = told_of(work, program)
    assert (told["decisions"][0]["state"], list(disagreements(told))) == ("in_force", [])
    told["decisions"][0]["signatures"][1]["fills"] = ""
    assert "/decisions/0/state" in [each.place for each in disagreements(told)]


def test_a_dossier_says_which_conditions_are_met_and_which_waivers_renewed(
    work: Work, program: Program
) -> None:
    a_top_box(work, program, good=1, bad=2)
    ana, ben = somebody(work, "Ana"), somebody(work, "Ben")
    decision = service.propose(
        by(work, ana),
        program,
        Choice.CONDITIONAL,
        role="PM",
        seen=None,
        reason="The fair",
        conditions=[Condition("Train support", "Cleo", work.now.date() + timedelta(days=5))],
        waivers=all_waived(work, program, days=10),
    )
    service.sign(by(work, ben), program, decision.id, Stance.ASSENT, role="Support")
    service.fulfil(by(work, ben), program, decision.id, 1, note="Two sessions")
    ((first,),) = queries.waivers(work.session, decision.id).values()
    until = work.now.date() + timedelta(days=30)
    service.renew(by(work, ana), program, decision.id, first.id, reason="Still rare", ends_on=until)
    told = told_of(work, program)
    (shown,) = told["decisions"]
    assert [(each["condition"], each["note"], each["by"]) for each in shown["fulfilments"]] == [
        (1, "Two sessions", "Ben")
    ]
    assert [each["reason"] for each in shown["waivers"]] == [first.reason, "Still rare"]
    assert list(disagreements(told)) == []
    shown["waivers"][0]["reason"] = "Nobody minds"
    assert "/decisions/0/waivers" in [each.place for each in disagreements(told)]


def test_a_waiver_runs_out_and_is_renewed(work: Work, program: Program) -> None:
    a_top_box(work, program, good=1, bad=20, need="Sync never loses a note")
    ana, ben = somebody(work, "Ana"), somebody(work, "Ben")
    with pytest.raises(Invalid, match="must be and is not met: waive it"):
        a_go(work, program, ana, reason="The fair")
    decision = a_go(work, program, ana, reason="The fair", waivers=all_waived(work, program, days=10))
    assert decision.snapshot["gate"]["waivers"][0]["need"] == "Sync never loses a note"
    service.sign(by(work, ben), program, decision.id, Stance.ASSENT, role="Lead")
    assert hitch_kinds(work, program) == []
    later = _in_days(work, 11)
    assert hitch_kinds(later, program) == [HitchKind.WAIVER_OVER]
    [[waiver]] = queries.waivers(work.session, decision.id).values()
    with pytest.raises(Invalid, match="lies ahead"):
        service.renew(by(later, ana), program, decision.id, waiver.id, reason="x", ends_on=work.now.date())
    service.renew(
        by(later, ana),
        program,
        decision.id,
        waiver.id,
        reason="The fix is in review",
        ends_on=later.now.date() + timedelta(days=7),
    )
    assert hitch_kinds(later, program) == []
    assert hitch_kinds(_in_days(work, 20), program) == [HitchKind.WAIVER_OVER]


def test_only_what_must_be_and_is_not_met_is_waived(work: Work, program: Program) -> None:
    a_top_box(work, program, good=20, bad=0)
    failed = a_program(work, name="Other")
    a_top_box(work, failed, good=1, bad=20)
    foreign = all_waived(work, failed)
    with pytest.raises(Invalid, match="Only a must-have that is not met is waived"):
        a_go(work, program, somebody(work, "Ana"), waivers=foreign)
    with pytest.raises(Invalid, match="A no-go waives nothing"):
        service.propose(
            by(work, somebody(work, "Ben")), failed, Choice.NO_GO, role="PM", seen=None, waivers=foreign
        )


def a_conditional(work: Work, program: Program, days: int = 5) -> Decision:
    a_top_box(work, program, good=16, bad=3)
    return service.propose(
        by(work, somebody(work, "Ana")),
        program,
        Choice.CONDITIONAL,
        role="PM",
        seen=None,
        reason="Nearly",
        conditions=[Condition("Train support", "Cleo", work.now.date() + timedelta(days=days))],
    )


def test_a_conditional_go_ships_until_its_condition_is_overdue_and_again_when_it_is_met(
    work: Work, program: Program
) -> None:
    decision = a_conditional(work, program)
    assert decision.state is DecisionState.IN_FORCE
    assert hitch_kinds(work, program) == []
    later = _in_days(work, 6)
    assert hitch_kinds(later, program) == [HitchKind.CONDITION_OVERDUE]
    service.fulfil(by(later, somebody(work, "Cleo")), program, decision.id, 1, note="Two sessions")
    service.fulfil(by(later, somebody(work, "Dora")), program, decision.id, 1)
    assert queries.fulfilments(work.session, decision.id)[1].met_by == "Cleo"
    assert hitch_kinds(later, program) == []
    service.reopen(later, program, decision.id, 1)
    assert hitch_kinds(later, program) == [HitchKind.CONDITION_OVERDUE]
    with pytest.raises(NotFound):
        service.fulfil(later, program, decision.id, 2)
    with pytest.raises(NotFound):
        service.fulfil(later, a_program(work, name="Other"), decision.id, 1)


def test_what_ran_out_is_noticed_once_and_told_to_those_who_sign(
    work: Work, program: Program, run_jobs: Any
) -> None:
    a_conditional(work, program)
    a_user(work, "vic@example.com", name="Vic", role=Role.VIEWER)
    work.session.commit()
    assert service.watch(work, program) == 0
    later = _in_days(work, 6)
    assert [service.watch(later, program) for _time in range(2)] == [1, 0]
    run_jobs(ahead=timedelta(days=7))
    mails = work.session.scalars(select(Mail).where(Mail.kind == "readiness.lapsed")).all()
    assert [mail.subject for mail in mails] == ["Lantern: a decision ran out"]
    letter = mails[0].letter(work.vault)
    assert letter is not None
    assert "the condition “Train support” was due and is not met" in letter.text


def test_a_no_go_asks_to_be_looked_at_again(work: Work, program: Program, member_client: Any) -> None:
    a_top_box(work, program, good=20, bad=0)
    tomorrow = work.now.date() + timedelta(days=1)
    service.propose(
        by(work, somebody(work, "Ana")),
        program,
        Choice.NO_GO,
        role="PM",
        seen=None,
        reason="Wait",
        next_look_on=tomorrow,
    )
    decision = queries.decision_that_stands(work.session, program.id)
    assert decision is not None
    service.sign(by(work, somebody(work, "Ben")), program, decision.id, Stance.ASSENT, role="Lead")
    page = f"/console/programs/{program.slug}"
    assert "look again at whether it ships" not in member_client().get(page).text
    decision.next_look_on = work.now.date()
    assert "You wanted to look again at whether it ships" in member_client().get(page).text
    assert service.watch(work, program) == 1


def test_a_suspension_lasts_until_it_is_over_and_somebody_resumes(work: Work, program: Program) -> None:
    a_top_box(work, program, good=20, bad=0)
    a_go(work, program, somebody(work, "Ana"))
    service.add_criterion(work, program, CriterionKind.SUSPENSION, looked_up=Check.OPEN_BLOCKER)
    trained = service.add_criterion(work, program, CriterionKind.RESUMPTION, text="Support was told")
    assert hitch_kinds(work, program) == []
    report = a_report(work, program=program, severity=Severity.BLOCKER)
    assert hitch_kinds(work, program) == [HitchKind.SUSPENDED]
    assert service.watch(work, program) == 1
    assert service.watch(work, program) == 0
    report.state = State.CLOSED
    report.closed_at = work.now
    work.session.flush()
    assert hitch_kinds(work, program) == [HitchKind.SUSPENDED]
    with pytest.raises(Refused, match="Support was told"):
        service.resume(work, program)
    service.tick(work, program, trained.id, is_so=True)
    service.resume(work, program, "Sync was mended")
    assert hitch_kinds(work, program) == []
    with pytest.raises(Refused, match="not suspended"):
        service.resume(work, program)


def test_criteria_stand_in_the_snapshot_as_they_were(work: Work, program: Program) -> None:
    a_top_box(work, program, good=20, bad=0)
    service.add_usual_criteria(work, program)
    service.add_usual_criteria(work, program)
    own = service.add_criterion(work, program, CriterionKind.EXIT, text="The manual is written")
    first = queries.criteria(work.session, program.id)[0]
    with pytest.raises(Refused, match="looked up"):
        service.tick(work, program, first.id, is_so=True)
    with pytest.raises(Invalid, match="An exit criterion is not met"):
        a_go(work, program, somebody(work, "Ana"))
    service.tick(by(work, somebody(work, "Ben")), program, own.id, is_so=True)
    decision = a_go(work, program, somebody(work, "Cleo"))
    service.tick(work, program, own.id, is_so=False)
    kept = decision.snapshot["gate"]["criteria"]
    assert [each["holds"] for each in kept if each["kind"] == "exit"] == [True, True, True]
    assert kept[3]["ticked_by"] == "Ben"


def test_a_release_is_bound_to_the_live_go_by_every_way(
    work: Work, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promotion, "_gates", [promotion_gate])
    flag = a_flag(work, product=program_queries.product(work.session, program.product_id), key="focus")
    feature = a_feature(work, flag)
    decision = a_conditional(work, program, days=1)
    decision.conditions = [
        decision.conditions[0] | {"due_on": (work.now.date() - timedelta(days=1)).isoformat()}
    ]
    work.session.flush()
    with pytest.raises(Refused, match="Train support"):
        flag_service.promote(work, feature.id, Stage.GENERAL_AVAILABILITY)
    service.fulfil(work, program, decision.id, 1)
    flag_service.promote(work, feature.id, Stage.GENERAL_AVAILABILITY)
    assert feature.stage is Stage.GENERAL_AVAILABILITY


def _signed(work: Work, decision: Decision) -> Any:
    return queries.signatures(work.session, [decision.id])[decision.id]


def _in_days(work: Work, days: int) -> Work:
    from dataclasses import replace

    return replace(work, now=work.now + timedelta(days=days))


def test_the_gate_is_kept_on_its_page(work: Work, program: Program, member_client: Any) -> None:
    here = f"/console/programs/{program.slug}/readiness/gate"
    analyst, owner = member_client("analyst"), member_client("owner")
    assert "No criteria yet" in analyst.get(here).text
    assert analyst.post(f"{here}/usual").status_code == 303
    empty = analyst.post(f"{here}/criteria", data={"criterion-kind": "exit", "criterion-text": " "})
    assert empty.status_code == 422
    assert "Write what has to be so" in empty.text
    made = analyst.post(
        f"{here}/criteria", data={"criterion-kind": "exit", "criterion-text": "The manual is written"}
    )
    assert made.status_code == 303
    own = next(
        each for each in queries.criteria(work.session, program.id) if each.text == "The manual is written"
    )
    row = f"{here}/criteria/{ids.encode('gcr', own.id)}"
    assert analyst.post(f"{row}/tick", data={"so": "1"}).status_code == 303
    assert "ticked by Analyst" in analyst.get(here).text
    looked_up = queries.criteria(work.session, program.id)[0]
    refused = analyst.post(f"{here}/criteria/{ids.encode('gcr', looked_up.id)}/tick", data={"so": "1"})
    assert refused.status_code == 422
    assert "looked up; nobody ticks it" in refused.text
    assert analyst.post(f"{row}/removal").status_code == 303
    assert analyst.post(f"{row}/removal").status_code == 404
    assert analyst.post(f"{here}/signers", data={"role-name": "Product"}).status_code == 403
    assert owner.post(f"{here}/signers", data={"role-name": "Product"}).status_code == 303
    twice = owner.post(f"{here}/signers", data={"role-name": "product"})
    assert twice.status_code == 422
    assert "has to sign already" in twice.text
    foreign = member_client("owner").post(f"{here}/signers/{ids.encode('sgr', ids.new_id())}/removal")
    assert foreign.status_code == 404
    assert "It is not suspended" in owner.post(f"{here}/resumption").text
