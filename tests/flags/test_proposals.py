"""Changes that need a second person."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from betaops.accounts.models import User
from betaops.accounts.service import keys
from betaops.flags import queries, service
from betaops.flags.models import (
    Action,
    Change,
    Flag,
    FlagProposal,
    ProposalState,
    ScheduledChange,
    ScheduleState,
)
from betaops.flags.rolling import Step
from betaops.flags.service import Wanted
from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.events import history
from betaops.kernel.ids import encode
from betaops.kernel.work import SYSTEM, Actor, Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Product, Program
from tests.factories.enrollment import an_enrollment
from tests.factories.flags import a_flag
from tests.factories.programs import a_program
from tests.flags.conftest import API_SCOPES, Caller
from tests.flags.test_pages import at
from tests.support.browsers import Browser
from tests.support.signed_in import a_member

Member = Callable[..., Browser]
HALF = {"groups": [{"properties": [], "rollout_percentage": 50, "variant": None}]}


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
    return a_flag(work, product=product, key="new-editor")


def by(work: Work, role: str) -> Work:
    """The same work, done by the member with that role."""
    user: User = a_member(work, role)
    work.actor = Actor("member", user.id, user.name)
    return work


def proposed(work: Work, flag: Flag, action: Action = Action.EDIT, **values: Any) -> FlagProposal:
    outcome = service.make(
        by(work, "manager"), Wanted(action, flag.product_id, flag.id, flag.version, values, "Fewer at first")
    )
    assert isinstance(outcome, FlagProposal)
    return outcome


def test_a_change_is_made_exactly_as_proposed_when_somebody_else_approves(work: Work, flag: Flag) -> None:
    proposal = proposed(work, flag, filters=HALF)
    assert (flag.version, flag.filters == HALF) == (1, False)
    newest = history(work.session, work.workspace_id, flag.id)[0]
    assert newest.kind == "flag_change_proposed"
    with pytest.raises(Refused, match="Somebody else"):
        service.approve(work, proposal.id)
    service.approve(by(work, "owner"), proposal.id)
    service.approve(work, proposal.id)
    assert (flag.version, flag.filters) == (2, HALF)
    assert (proposal.state, proposal.decided_by) == (ProposalState.APPROVED, "Owner")
    kept = queries.revision(work.session, flag.id, 2)
    assert (kept.who, kept.approved_by, kept.note) == ("Manager", "Owner", "Fewer at first")


@pytest.mark.parametrize("action", [Action.REVIVE, Action.ARCHIVE, Action.DELETE])
def test_so_are_switching_on_archiving_and_deleting(work: Work, product: Product, action: Action) -> None:
    flag = a_flag(work, product=product, is_active=action is not Action.REVIVE)
    proposal = proposed(work, flag, action)
    service.approve(by(work, "owner"), proposal.id)
    work.session.expire_all()
    [left] = queries.flags(work.session, product.id) or [None]
    assert (left and (left.is_active, left.archived_at is not None)) == {
        Action.REVIVE: (True, False),
        Action.ARCHIVE: (False, True),
        Action.DELETE: None,
    }[action]
    assert proposal.state is ProposalState.APPROVED


def test_a_new_flag_waits_as_well(work: Work, product: Product) -> None:
    wanted = Wanted(Action.CREATE, product.id, values={"key": "x", "filters": HALF, "is_active": False})
    proposal = service.make(by(work, "manager"), wanted)
    assert isinstance(proposal, FlagProposal)
    assert queries.flags(work.session, product.id) == []
    assert service.make(work, wanted) is proposal, "sent twice, it is one proposal"
    service.approve(by(work, "owner"), proposal.id)
    [flag] = queries.flags(work.session, product.id)
    assert (flag.key, flag.is_active, flag.filters, proposal.flag_id) == ("x", False, HALF, flag.id)


def test_nobody_changes_such_a_flag_alone_but_to_switch_it_off(work: Work, flag: Flag) -> None:
    by(work, "owner")
    for alone in (
        lambda: service.create_flag(work, flag.product_id, key="y"),
        lambda: service.change_flag(work, flag.id, version=None, description="x"),
        lambda: service.archive_flag(work, flag.id),
        lambda: service.delete_flag(work, flag.id),
    ):
        with pytest.raises(Refused, match="second person"):
            alone()
    assert service.kill(work, flag.id, note="It ate a note").is_active is False
    with pytest.raises(Refused, match="second person"):
        service.revive(work, flag.id)
    work.actor = SYSTEM
    changed = service.change_flag(work, flag.id, version=None, filters=HALF, note="Step 2 of the roll-out")
    assert changed.filters == HALF


def test_nor_by_planning_it_for_later(work: Work, flag: Flag) -> None:
    by(work, "owner")
    soon = work.now + timedelta(hours=1)
    for alone in (
        lambda: service.start_rollout(work, flag.id, [Step(100, 0)], at=soon),
        lambda: service.schedule_change(work, flag.id, ScheduledChange.SHARE, soon, share=100),
        lambda: service.schedule_change(work, flag.id, ScheduledChange.ON, soon),
    ):
        with pytest.raises(Refused, match="second person"):
            alone()
    off = service.schedule_change(work, flag.id, ScheduledChange.OFF, soon)
    assert off.state is ScheduleState.WAITING


def test_what_is_wrong_is_said_to_the_proposer_and_what_changes_nothing_is_not_proposed(
    work: Work, product: Product, flag: Flag
) -> None:
    by(work, "manager")
    bad = {"groups": [{"rollout_percentage": 101}]}
    with pytest.raises(Invalid, match="0 to 100"):
        service.make(work, Wanted(Action.EDIT, product.id, flag.id, 1, {"filters": bad}))
    with pytest.raises(Invalid, match="this key"):
        service.make(work, Wanted(Action.CREATE, product.id, values={"key": "new-editor"}))
    same = service.make(work, Wanted(Action.EDIT, product.id, flag.id, 1, {"description": ""}))
    assert isinstance(same, Flag)
    assert queries.approval(work.session, product.id).waiting == []
    assert [row.kind for row in history(work.session, work.workspace_id, flag.id)] == ["flag_created"]


def test_a_flag_that_changed_meanwhile_outdates_what_was_proposed(work: Work, flag: Flag) -> None:
    proposal = proposed(work, flag, filters=HALF)
    service.kill(by(work, "owner"), flag.id)
    assert (proposal.state, proposal.decided_by) == (ProposalState.OUTDATED, "Owner")
    with pytest.raises(Refused, match="Owner changed the flag meanwhile"):
        service.approve(work, proposal.id)
    assert flag.filters != HALF


def test_of_two_proposals_the_second_is_outdated_and_ones_own_is_replaced(work: Work, flag: Flag) -> None:
    first = proposed(work, flag, description="One")
    mine = proposed(work, flag, description="Two")
    assert first.state is ProposalState.WITHDRAWN
    by(work, "owner")
    theirs = service.make(work, Wanted(Action.EDIT, flag.product_id, flag.id, 1, {"description": "Three"}))
    assert isinstance(theirs, FlagProposal)
    service.approve(work, mine.id)
    assert theirs.state is ProposalState.OUTDATED
    assert flag.description == "Two"


def test_it_is_rejected_with_a_reason_or_taken_back_by_its_proposer(work: Work, flag: Flag) -> None:
    proposal = proposed(work, flag, filters=HALF)
    with pytest.raises(Refused, match="back instead"):
        service.reject(work, proposal.id, reason="No")
    by(work, "owner")
    with pytest.raises(Invalid, match="Say why"):
        service.reject(work, proposal.id, reason=" ")
    with pytest.raises(Refused, match="Only Manager"):
        service.withdraw(work, proposal.id)
    service.reject(work, proposal.id, reason="Not before the fix is out")
    assert (proposal.state, proposal.reason) == (ProposalState.REJECTED, "Not before the fix is out")
    with pytest.raises(Refused, match="rejected this already"):
        service.approve(work, proposal.id)
    again = proposed(work, flag, filters=HALF)
    service.withdraw(work, again.id)
    service.withdraw(work, again.id)
    assert again.state is ProposalState.WITHDRAWN


@pytest.mark.parametrize(
    "values",
    [
        {"state": ProposalState.APPROVED, "decided_by_id": "its own"},
        {"state": ProposalState.APPROVED, "decided_by_id": None},
        {"state": ProposalState.REJECTED, "decided_by_id": uuid4(), "reason": ""},
        {"state": ProposalState.WITHDRAWN, "decided_at": None},
    ],
)
def test_the_database_refuses_what_nobody_may_do(work: Work, flag: Flag, values: dict[str, Any]) -> None:
    proposal = proposed(work, flag, filters=HALF)
    values = {"decided_at": work.now, **values}
    if values.get("decided_by_id") == "its own":
        values["decided_by_id"] = proposal.proposer_id
    with pytest.raises(IntegrityError), work.session.begin_nested():
        work.session.execute(update(FlagProposal).where(FlagProposal.id == proposal.id).values(values))


def test_who_made_a_key_cannot_approve_what_it_proposed(work: Work, flag: Flag) -> None:
    by(work, "owner")
    row, _key = keys.create_key(work, "CI", API_SCOPES)
    work.actor = Actor("key", row.id, "CI")
    proposal = service.make(work, Wanted(Action.EDIT, flag.product_id, flag.id, 1, {"filters": HALF}))
    assert isinstance(proposal, FlagProposal)
    with pytest.raises(Refused, match="Only a member"):
        service.approve(work, proposal.id)
    with pytest.raises(Refused, match="Somebody else"):
        service.approve(by(work, "owner"), proposal.id)
    service.approve(by(work, "manager"), proposal.id)
    kept = queries.revision(work.session, flag.id, 2)
    assert (kept.who, kept.actor_kind, kept.approved_by) == ("CI", "key", "Manager")


def test_approval_is_not_asked_for_where_nobody_could_give_it(work: Work, program: Program) -> None:
    a_member(work, "owner"), a_member(work, "analyst")
    with pytest.raises(Refused, match="Nobody could approve"):
        service.switch_approval(work, program.product_id, is_on=True)
    assert not queries.approval_is_needed(work.session, program.product_id)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_change_is_proposed_and_approved_on_pages(
    work: Work, program: Program, flag: Flag, member_client: Member
) -> None:
    an_enrollment(work, program=program, name="Ana Ruiz", mail="ana@example.com")
    manager, owner = member_client("manager"), member_client("owner")
    sent = manager.submit(
        at(program, flag, "/edit"), {"conditions-0-percentage": "0", "note": "Nobody for now"}
    )
    page = manager.get(sent.location).text
    for words in (
        "Condition 1: share 100 % → 0 %",
        "turns off for 1 person",
        "ana@example.com",
        "Take it back",
    ):
        assert words in page, words
    assert "Approve and make it" not in page
    listed = owner.get(at(program)).text
    assert "1 change waits for approval" in listed
    assert 'side-count">1<' in listed
    assert 'side-count">1<' not in manager.get(at(program)).text, "it waits for somebody else"
    assert "1 flag change waits" in owner.get(f"/console/programs/{program.slug}").text
    assert "flag change waits" not in manager.get(f"/console/programs/{program.slug}").text
    assert "Nobody for now" in owner.get(at(program, flag)).text
    assert manager.post(f"{sent.location}/approval").status_code == 409
    assert owner.post(f"{sent.location}/rejection", data={"reason": ""}).status_code == 422
    made = owner.submit(sent.location, action="/approval")
    assert made.location == at(program, flag)
    assert "approved by Owner" in owner.get(at(program, flag)).text
    assert "Approved" in owner.get(at(program, rest="/proposals")).text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_was_outdated_opens_the_form_with_its_values(
    work: Work, program: Program, flag: Flag, member_client: Member
) -> None:
    proposal = proposed(work, flag, filters={**HALF, "early_exit": True})
    service.kill(by(work, "owner"), flag.id)
    manager = member_client("manager")
    page = manager.get(at(program, rest=f"/proposals/{encode('fpr', proposal.id)}")).text
    assert "Owner changed the flag meanwhile" in page
    again = at(program, flag, f"/edit?proposal={encode('fpr', proposal.id)}")
    assert again in page
    assert 'value="50"' in manager.get(again).text
    sent = manager.submit(again)
    [waiting] = queries.approval(work.session, flag.product_id).waiting
    assert sent.location.endswith(encode("fpr", waiting.id))
    assert waiting.definition["filters"]["early_exit"] is True
    assert (waiting.base_version, waiting.note) == (2, "Fewer at first")
    work.actor = SYSTEM
    other = a_flag(work, product=program_queries.product(work.session, program.product_id))
    elsewhere = at(program, other, f"/edit?proposal={encode('fpr', proposal.id)}")
    assert 'value="50"' not in manager.get(elsewhere).text, "another flag's proposal fills no form"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_only_owners_say_whether_a_second_person_is_needed(
    work: Work, program: Program, product: Product, member_client: Member
) -> None:
    rule = at(program, rest="/approval")
    assert member_client("manager").post(rule).status_code == 403
    assert "Every change needs a second person" in member_client("manager").get(rule).text
    assert member_client("owner").submit(rule, {"is_on": None}).status_code == 303
    assert not queries.approval_is_needed(work.session, product.id)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_over_the_api_changes_wait_too_and_are_answered_with_202(
    call: Caller, work: Work, product: Product, flag: Flag
) -> None:
    flags, one = f"/products/{call.id('prd', product)}/flags", f"/flags/{call.id('flg', flag)}"
    off = a_flag(work, product=product, key="off", is_active=False)
    key = keys.create_key(work, "CI", API_SCOPES)[1]
    answers = [
        call("post", flags, key="new", filters=HALF, note="For CI"),
        call("patch", one, filters=HALF, bearer=key),
        call("delete", f"/flags/{call.id('flg', off)}/kill"),
        call("post", f"{one}/archive", note="Done with it"),
        call("delete", one),
    ]
    assert [answer.status_code for answer in answers] == [202] * 5, [each.text for each in answers]
    assert [answer.json["action"] for answer in answers] == ["create", "edit", "revive", "archive", "delete"]
    listed = f"/products/{call.id('prd', product)}/flag_proposals"
    assert len(call("get", f"{listed}?state=open").json["items"]) == 5
    mine = f"/flag_proposals/{answers[1].json['id']}"
    assert call("get", mine).json["definition"]["filters"] == HALF
    assert call("delete", mine).status_code == 409
    assert call("delete", mine, bearer=key).json["state"] == "withdrawn"
    assert call("post", f"{one}/kill", note="It ate a note").json["is_active"] is False
    assert queries.revision(work.session, flag.id, 2).change is Change.KILLED
