"""A feature is released when what it must do is settled, and decided."""

from uuid import UUID

import pytest

from betaops.accounts.permissions import Role
from betaops.flags import promotion, service
from betaops.flags.models import Feature, Flag, Stage
from betaops.kernel.errors import Refused
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Phase, Program
from betaops.readiness import queries
from betaops.readiness import service as readiness
from betaops.readiness.deciding.recommendation import Choice, Weight
from betaops.readiness.provided import promotion_gate
from tests.factories.accounts import a_user
from tests.factories.flags import a_feature, a_flag
from tests.factories.programs import a_program
from tests.factories.readiness import a_top_box, all_waived, an_expectation, decided_by

GENERAL = Stage.GENERAL_AVAILABILITY


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work, name="Lantern", phase=Phase.RUNNING)


@pytest.fixture
def flag(work: Work, program: Program) -> Flag:
    return a_flag(work, product=program_queries.product(work.session, program.product_id), key="focus")


def blocks(work: Work, flag: Flag, stage: Stage = GENERAL) -> list[str]:
    return list(promotion_gate(work.session, flag.product_id, flag, stage))


def go(work: Work, program: Program, choice: Choice = Choice.GO, reason: str = "") -> Work:
    owner = a_user(work, role=Role.OWNER)
    member = decided_by(work, owner.id, owner.name)
    waivers = [] if choice is Choice.NO_GO else all_waived(work, program)
    readiness.propose(member, program, choice, role="PM", seen=None, reason=reason, waivers=waivers)
    return member


def test_an_open_question_and_a_missing_decision_are_named(work: Work, program: Program, flag: Flag) -> None:
    a_top_box(work, program, good=3, bad=2, need="Import is easy")
    assert blocks(work, flag) == [
        "Lantern: it is not settled yet whether “Import is easy” is met.",
        "Lantern: no GO is decided yet.",
    ]
    assert blocks(work, flag, Stage.BETA) == []


def test_a_go_in_force_opens_the_gate_and_its_withdrawal_closes_it(
    work: Work, program: Program, flag: Flag
) -> None:
    a_top_box(work, program, good=60, bad=2)
    assert blocks(work, flag) == ["Lantern: no GO is decided yet."]
    member = go(work, program)
    assert blocks(work, flag) == []
    decision = program_decision(work, program)
    readiness.withdraw(member, program, decision, "The fix came undone.")
    assert blocks(work, flag) == ["Lantern: no GO is decided yet."]


def program_decision(work: Work, program: Program) -> UUID:
    found = queries.decision_that_stands(work.session, program.id)
    assert found is not None
    return found.id


def test_another_decision_is_no_go(work: Work, program: Program, flag: Flag) -> None:
    a_top_box(work, program, good=60, bad=2)
    go(work, program, Choice.NO_GO, reason="Wait for the fair.")
    assert blocks(work, flag) == ["Lantern: what is decided is not a GO."]


def test_a_go_against_the_rules_waits_for_its_second_signature(
    work: Work, program: Program, flag: Flag
) -> None:
    a_top_box(work, program, good=2, bad=60)
    go(work, program, reason="We know these five.")
    assert blocks(work, flag) == ["Lantern: the GO waits for signatures."]


@pytest.mark.parametrize("phase", [Phase.DRAFT, Phase.RECRUITING, Phase.CLOSED])
def test_programs_that_do_not_run_and_wishes_block_nothing(
    work: Work, program: Program, flag: Flag, phase: Phase
) -> None:
    a_top_box(work, program, good=3, bad=2, weight=Weight.SHOULD)
    assert blocks(work, flag) == []
    an_expectation(work, program)
    assert blocks(work, flag) != []
    program.phase = phase
    work.session.flush()
    assert blocks(work, flag) == []


def test_a_blocked_release_stays_where_it_is_by_every_way(
    work: Work, program: Program, flag: Flag, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promotion, "_gates", [promotion_gate])
    a_top_box(work, program, good=3, bad=2)
    feature: Feature = a_feature(work, flag)
    with pytest.raises(Refused, match="no GO is decided yet"):
        service.promote(work, feature.id, GENERAL)
    assert feature.stage is Stage.BETA
    other = a_flag(work, product=program_queries.product(work.session, program.product_id), key="other")
    with pytest.raises(Refused, match="no GO is decided yet"):
        a_feature(work, other, stage=GENERAL)
    service.demote(work, feature.id, Stage.CONCEPT)
    service.kill(work, flag.id)
