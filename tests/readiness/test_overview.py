"""What the overview says needs the PM today, and what the rules lean on."""

from datetime import timedelta
from typing import Any

import pytest

from betaops.enrollment.models import State
from betaops.enrollment.queries import testers as tester_queries
from betaops.kernel.work import Work
from betaops.programs.models import Phase
from betaops.readiness import board, queries, service
from betaops.readiness.deciding.recommendation import Choice
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.factories.readiness import a_top_box, all_waived, decided_by
from tests.support.signed_in import a_member

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_a_draft_says_what_it_lacks_before_strangers_may_see_it(work: Work, member_client: Any) -> None:
    program = a_program(work, phase=Phase.DRAFT, with_agreement=False)
    page = member_client("manager").get(f"/console/programs/{program.slug}").text
    assert "Publish the agreement that testers accept." in page
    assert "Set up" in page
    assert "Nothing. No blocker" not in page


def test_a_program_that_began_early_does_not_say_that_it_will_start(work: Work, member_client: Any) -> None:
    tomorrow = work.now.date() + timedelta(days=1)
    waiting = a_program(work, phase=Phase.RECRUITING, starts_on=tomorrow)
    begun = a_program(work, phase=Phase.RUNNING, starts_on=tomorrow)
    browser = member_client()
    assert "starts tomorrow" in browser.get(f"/console/programs/{waiting.slug}").text
    page = browser.get(f"/console/programs/{begun.slug}").text
    assert "begun before its first day" in page
    assert "starts tomorrow" not in page


def test_a_thousand_applications_are_a_thousand_or_more(
    work: Work, member_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tester_queries, "MOST_COUNTED", 2)
    program = a_program(work)
    for _number in range(3):
        an_enrollment(work, program=program, state=State.APPLIED)
    assert "2 or more applications wait" in member_client().get(f"/console/programs/{program.slug}").text


def test_imported_people_are_no_share_of_the_views(work: Work, member_client: Any) -> None:
    program = a_program(work)
    for _number in range(3):
        an_enrollment(work, program=program, state=State.APPLIED)
    page = member_client().get(f"/console/programs/{program.slug}").text
    assert "300%" not in page


def test_one_content_tester_is_nothing_to_lean_on(work: Work) -> None:
    program = a_program(work)
    a_top_box(work, program, good=1, bad=0, need="Import is easy")
    assert board.recommended(queries.board(work.session, program.id)) is Choice.NO_GO


def test_as_many_as_could_have_proven_it_are_enough_to_lean_on(work: Work) -> None:
    program = a_program(work)
    a_top_box(work, program, good=11, bad=3, need="Import is easy")
    assert board.recommended(queries.board(work.session, program.id)) is Choice.CONDITIONAL


def test_a_decision_that_lacks_a_signature_is_not_called_decided(work: Work, member_client: Any) -> None:
    program = a_program(work)
    a_top_box(work, program, good=1, bad=0, need="Import is easy")
    owner = a_member(work, "owner")
    service.propose(
        decided_by(work, owner.id, owner.name),
        program,
        Choice.GO,
        role="Product manager",
        seen=None,
        reason="We trust it.",
        waivers=all_waived(work, program),
    )
    page = member_client().get(f"/console/programs/{program.slug}").text
    assert "Waits for a signature:" in page
    assert "Decided:" not in page
