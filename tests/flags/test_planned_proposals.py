"""Roll-outs, scheduled changes and promotions where a second person has to agree; what never waits."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from betaops.accounts.service import keys
from betaops.flags import queries, service
from betaops.flags.models import (
    Action,
    Change,
    Flag,
    FlagProposal,
    FlagSchedule,
    Guardrail,
    ProposalState,
    Reaction,
    Rollout,
    RolloutState,
    ScheduledChange,
    ScheduleState,
    Stage,
)
from betaops.flags.rolling import Step
from betaops.flags.service import Wanted
from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.ids import encode
from betaops.kernel.work import SYSTEM, Actor, Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Product, Program
from betaops.web.application import Application
from tests.factories.enrollment import an_enrollment
from tests.factories.flags import a_feature, a_flag
from tests.factories.programs import a_program
from tests.flags.conftest import API_SCOPES, Caller
from tests.flags.test_pages import at
from tests.support.browsers import Browser
from tests.support.clock import Clock
from tests.support.signed_in import a_member

Member = Callable[..., Browser]
TWO = (Step(10, 24), Step(100, 0))
OF_TWO = {"steps": TWO, "condition": None, "at": None}


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


@pytest.fixture
def product(work: Work, program: Program) -> Product:
    """Which asks for a second person; two members could be it."""
    a_member(work, "manager"), a_member(work, "owner")
    service.switch_approval(work, program.product_id, is_on=True)
    return program_queries.product(work.session, program.product_id)


@pytest.fixture
def flag(work: Work, product: Product) -> Flag:
    return a_flag(work, product=product, key="new-editor", percentage=0)


def by(work: Work, role: str) -> Work:
    """The same work, done by the member with that role."""
    user = a_member(work, role)
    work.actor = Actor("member", user.id, user.name)
    return work


def proposed(work: Work, flag: Flag, action: Action, **values: Any) -> FlagProposal:
    outcome = service.make(
        by(work, "manager"), Wanted(action, flag.product_id, flag.id, values=values, note="Slowly")
    )
    assert isinstance(outcome, FlagProposal)
    return outcome


def approved(work: Work, proposal: FlagProposal) -> FlagProposal:
    return service.approve(by(work, "owner"), proposal.id)


def rollout_of(work: Work, flag: Flag) -> Rollout:
    found = queries.last_rollout(work.session, flag.id)
    assert found is not None
    return found


def test_a_rollout_is_approved_once_and_goes_to_its_end_by_itself(
    work: Work, flag: Flag, clock: Clock
) -> None:
    proposal = proposed(work, flag, Action.ROLL_OUT, **OF_TWO)
    assert queries.last_rollout(work.session, flag.id) is None
    assert proposal.definition["filters"]["groups"][0]["rollout_percentage"] == 100
    assert proposed(work, flag, Action.ROLL_OUT, **OF_TWO) is proposal, "sent twice, it is one"
    with pytest.raises(Refused, match="Somebody else"):
        service.approve(work, proposal.id)
    approved(work, proposal)
    rollout = rollout_of(work, flag)
    assert (rollout.state, rollout.share, rollout.created_by) == (RolloutState.RUNNING, 10, "Manager")
    kept = queries.revision(work.session, flag.id, 2)
    assert (kept.change, kept.who, kept.approved_by) == (Change.STEPPED, "Manager", "Owner")
    assert kept.note == "Roll-out, step 1 of 2"
    clock.shift(days=1)
    work.actor = SYSTEM
    service.advance_rollout(work, rollout.id)
    assert (rollout.state, flag.conditions[0]["rollout_percentage"]) == (RolloutState.FINISHED, 100)
    assert queries.revision(work.session, flag.id, 3).note == "Roll-out, step 2 of 2"


def test_going_on_early_waits_while_pausing_going_back_and_ending_do_not(work: Work, flag: Flag) -> None:
    approved(work, proposed(work, flag, Action.ROLL_OUT, **OF_TWO))
    rollout = rollout_of(work, flag)
    with pytest.raises(Refused, match="second person"):
        service.skip_step(work, rollout.id)
    early = proposed(work, flag, Action.SKIP, rollout_id=rollout.id, step=0)
    assert rollout.step == 0
    stale = service.make(
        work,
        Wanted(Action.SKIP, flag.product_id, flag.id, values={"rollout_id": rollout.id, "step": 5}),
    )
    assert stale is rollout, "what would change nothing is not proposed"
    service.pause_rollout(work, rollout.id)
    service.resume_rollout(work, rollout.id)
    approved(work, early)
    assert rollout.state is RolloutState.FINISHED


def test_a_step_back_never_waits(work: Work, flag: Flag) -> None:
    three = (Step(10, 24), Step(50, 24), Step(100, 0))
    plan = {"steps": three, "condition": None, "at": None}
    approved(work, proposed(work, flag, Action.ROLL_OUT, **plan))
    rollout = rollout_of(work, flag)
    early = proposed(work, flag, Action.SKIP, rollout_id=rollout.id, step=0)
    approved(work, early)
    service.step_back(by(work, "manager"), rollout.id)
    assert (rollout.step, flag.conditions[0]["rollout_percentage"]) == (0, 10)
    service.end_rollout(work, rollout.id)
    assert rollout.state is RolloutState.ENDED


def test_changes_for_a_moment_wait_beside_each_other_and_switching_off_does_not(
    work: Work, flag: Flag, clock: Clock
) -> None:
    share = {"change": ScheduledChange.SHARE, "share": 50, "condition": 0}
    first = proposed(work, flag, Action.SCHEDULE, at=work.now + timedelta(days=1), **share)
    second = proposed(work, flag, Action.SCHEDULE, at=work.now + timedelta(days=2), **share)
    assert first is not second
    off = Wanted(
        Action.SCHEDULE,
        flag.product_id,
        flag.id,
        values={"change": ScheduledChange.OFF, "at": work.now + timedelta(days=3)},
    )
    assert isinstance(service.make(work, off), FlagSchedule)
    approved(work, second)
    assert first.state is ProposalState.OPEN
    schedule = next(each for each in queries.schedules_of(work.session, flag.id) if each.share is not None)
    assert (schedule.created_by, schedule.at) == ("Manager", work.now + timedelta(days=2))
    clock.shift(days=2)
    with pytest.raises(Refused, match="Its moment came"):
        approved(work, first)
    work.actor = SYSTEM
    service.apply_schedule(work, schedule.id)
    kept = queries.revision(work.session, flag.id, flag.version)
    assert (kept.change, kept.note, schedule.state) == (
        Change.SCHEDULED,
        "Scheduled by Manager.",
        ScheduleState.DONE,
    )


def test_a_promotion_waits_and_a_demotion_does_not(work: Work, flag: Flag) -> None:
    feature = a_feature(work, flag, stage=Stage.ALPHA)
    with pytest.raises(Refused, match="second person"):
        service.promote(by(work, "manager"), feature.id, Stage.BETA)
    everybody = {"stage": Stage.GENERAL_AVAILABILITY, "for_everybody": True}
    proposal = proposed(work, flag, Action.PROMOTE, **everybody)
    assert len(proposal.definition["filters"]["groups"]) == 2
    assert (feature.stage, len(flag.conditions)) == (Stage.ALPHA, 1)
    approved(work, proposal)
    assert (feature.stage, len(flag.conditions)) == (Stage.GENERAL_AVAILABILITY, 2)
    assert queries.revision(work.session, flag.id, flag.version).approved_by == "Owner"
    service.demote(by(work, "manager"), feature.id, Stage.BETA)
    assert feature.stage is Stage.BETA


def test_early_access_begins_as_a_concept_and_single_people_do_not_wait(
    work: Work, program: Program, flag: Flag
) -> None:
    draft = service.FeatureDraft(name="Focus mode")
    with pytest.raises(Invalid, match="concept"):
        service.offer(by(work, "manager"), flag.id, draft, stage=Stage.BETA)
    feature = service.offer(work, flag.id, draft)
    ana = an_enrollment(work, program=program).tester_id
    by(work, "manager")
    service.choose(work, feature.id, ana, joins=True)
    assert service.set_override(work, flag.id, ana, True, why="She found the bug.").value is True


def test_whoever_signs_for_a_flag_that_went_off_proposes_to_switch_it_on(
    app: Application, work: Work, flag: Flag
) -> None:
    work.actor = SYSTEM
    rail = service.set_guardrail(
        work, flag.id, "new_blockers", limit=0, window_hours=1, reaction=Reaction.SWITCH_OFF
    )
    service.note_readings(work, flag.id, [queries.Reading(rail.id, rail.counts_since, 1.0, "")])
    assert flag.is_active is False
    service.sign_resume(by(work, "manager"), flag.id, "Mended in 2.1.")
    assert (flag.is_active, work.session.get_one(Guardrail, rail.id).broken_at) == (False, None)
    [proposal] = queries.approval(work.session, flag.product_id).waiting
    assert (proposal.action, proposal.note) == (Action.REVIVE, "Mended in 2.1.")
    approved(work, proposal)
    assert flag.is_active is True


def test_the_database_keeps_a_plan_where_one_is_needed_and_nowhere_else(work: Work, flag: Flag) -> None:
    proposal = proposed(work, flag, Action.ROLL_OUT, **OF_TWO)
    proposal.plan = None
    with pytest.raises(IntegrityError), work.session.begin_nested():
        work.session.flush()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_rollout_is_proposed_and_approved_on_pages(
    work: Work, program: Program, flag: Flag, member_client: Member
) -> None:
    an_enrollment(work, program=program)
    manager, owner = member_client("manager"), member_client("owner")
    page = at(program, flag, "/rollouts/new")
    shown = manager.submit(page, {"preset": "quick"})
    assert "Propose it" in shown.text
    fields = {"preset": "quick", "condition": "0", "seen": "0|10:2,50:4,100:6|now", "note": "Ready"}
    sent = manager.post(page, data=fields)
    assert sent.status_code == 303, sent.text
    proposal = owner.get(sent.location).text
    for words in ("Roll out", "Begins as soon as it is approved", "Who gets it", "Ready"):
        assert words in proposal, words
    assert owner.submit(sent.location, action="/approval").status_code == 303
    shown = owner.get(at(program, flag)).text
    assert "Step 1 of 3" in shown
    assert "approved by Owner" in shown
    assert "In steps: 10 % for 2 h" in owner.get(sent.location).text
    dialog = manager.post(at(program, flag, "/rollout/next"), data={"step": "0"})
    assert "/proposals/" in dialog.location


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_promotions_and_moments_are_proposed_on_pages(
    work: Work, program: Program, flag: Flag, member_client: Member
) -> None:
    a_feature(work, flag, stage=Stage.ALPHA)
    manager, owner = member_client("manager"), member_client("owner")
    promoted = manager.submit(at(program, flag, "/feature/stage?to=beta"), {"note": "It holds"})
    page = owner.get(promoted.location).text
    for words in ("Early access goes on to: beta", "Nobody gets or loses it by that.", "It holds"):
        assert words in page, words
    assert owner.submit(promoted.location, action="/approval").status_code == 303
    assert "moved the early access: alpha → beta" in owner.get(at(program, flag)).text
    when = (work.now + timedelta(days=3)).strftime("%Y-%m-%dT09:00")
    fields = {"change": "share", "share": "30", "at": when, "condition": "0"}
    planned = manager.submit(at(program, flag, "/schedules/new"), fields)
    assert "Condition 1: share 0 % → 30 %" in owner.get(planned.location).text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_through_the_api_they_are_answered_with_202(work: Work, flag: Flag, call: Caller) -> None:
    feature = a_feature(work, flag, stage=Stage.ALPHA)
    key = keys.create_key(by(work, "manager"), "CI", API_SCOPES)[1]
    at_flag, at_feature = f"/flags/{encode('flg', flag.id)}", f"/features/{encode('fea', feature.id)}"
    steps = [{"share": 10, "hours": 24}, {"share": 100, "hours": 0}]
    answer = call("post", f"{at_flag}/rollouts", bearer=key, steps=steps, note="Slowly")
    assert (answer.status_code, answer.json["plan"]["steps"]) == (202, steps)
    when = (work.now + timedelta(days=1)).isoformat()
    planned = call("post", f"{at_flag}/schedules", bearer=key, change="on", at=when)
    assert (planned.status_code, planned.json["plan"]["change"]) == (202, "on")
    assert call("post", f"{at_flag}/schedules", bearer=key, change="off", at=when).status_code == 201
    answer = call("post", f"{at_feature}/promotion", bearer=key, stage="beta")
    assert (answer.status_code, answer.json["action"]) == (202, "promote")
    assert call("post", f"{at_feature}/demotion", bearer=key, stage="concept").status_code == 200
