"""The console's pages about roll-outs, scheduled changes and guardrails, without a script."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from betaops.accounts.models import Session, User
from betaops.feedback.models import Severity
from betaops.flags import queries, service
from betaops.flags.models import Flag, Reaction, RolloutState, ScheduleState
from betaops.flags.rolling import CAREFUL, Step
from betaops.kernel.ids import encode
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from tests.factories.enrollment import an_enrollment
from tests.factories.feedback import a_report
from tests.factories.flags import a_flag
from tests.factories.programs import a_program
from tests.support.browsers import Browser
from tests.support.clock import Clock
from tests.support.running import RunJobs

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
Member = Callable[..., Browser]


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


@pytest.fixture
def flag(work: Work, program: Program) -> Flag:
    """Of a product with twelve people, for everybody, at 0 %."""
    for _number in range(12):
        an_enrollment(work, program=program)
    product = program_queries.product(work.session, program.product_id)
    return a_flag(work, product=product, key="new-editor", percentage=0)


def at(program: Program, flag: Flag, rest: str = "") -> str:
    return f"/console/programs/{program.slug}/flags/{encode('flg', flag.id)}{rest}"


def test_a_rollout_is_planned_in_two_looks_and_shows_how_many_people_each_step_reaches(
    work: Work, program: Program, flag: Flag, member_client: Member, clock: Clock
) -> None:
    browser = member_client("manager")
    page = at(program, flag, "/rollouts/new")
    own = {"preset": "own", "steps-0-share": "50", "steps-0-hours": "3", "steps-1-share": "100"}
    looked = browser.submit(page, own)
    assert looked.status_code == 200
    assert "of 12 people in the program" in looked.text
    assert "Mon 2 Mar, 12:00" in looked.text
    assert queries.last_rollout(work.session, flag.id) is None
    # Another plan than the one that was shown with its numbers is shown first, too.
    seen = {**own, "condition": "0", "seen": "0|50:3,100:0|now"}
    again = browser.post(page, data={**seen, "steps-0-share": "40"})
    assert again.status_code == 200
    assert queries.last_rollout(work.session, flag.id) is None
    begun = browser.post(page, data=seen)
    assert begun.status_code == 303, begun.text
    rollout = queries.last_rollout(work.session, flag.id)
    assert rollout is not None
    assert (rollout.state, rollout.plan) == (RolloutState.RUNNING, (Step(50, 3), Step(100, 0)))
    shown = browser.get(begun.location).text
    assert "Step 1 of 2" in shown
    assert "12 of 12 people in the program get it then" in shown


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"preset": "own"}, "at least one step"),
        ({"preset": "own", "steps-0-share": "10", "steps-1-share": "5"}, "larger than the one before"),
        ({"preset": "careful", "at": "2026-03-02T08:00"}, "That moment is past"),
        ({"preset": "careful", "at": "9999-12-31T23:59"}, "within a year"),
        ({"preset": "careful", "condition": "7"}, "Not a valid choice"),
        ({"preset": "own", "steps-0-share": "many"}, "Not a valid float"),
    ],
)
def test_a_plan_that_cannot_be_is_shown_again_with_a_sentence(
    work: Work,
    program: Program,
    flag: Flag,
    member_client: Member,
    clock: Clock,
    data: dict[str, str],
    sentence: str,
) -> None:
    answer = member_client("manager").post(
        at(program, flag, "/rollouts/new"), data={"condition": "0", **data}
    )
    assert answer.status_code == 422
    assert sentence in answer.text


def test_the_buttons_pause_resume_go_on_go_back_and_end(
    work: Work, program: Program, flag: Flag, member_client: Member, clock: Clock
) -> None:
    rollout = service.start_rollout(work, flag.id, CAREFUL)
    browser = member_client("manager")

    def press(rest: str, **data: Any) -> str:
        answer = browser.post(at(program, flag, f"/rollout/{rest}"), data=data, follow_redirects=True)
        assert answer.status_code == 200
        return answer.text

    assert "Whoever has the feature keeps it" in press("pause", note="The fair")
    assert "The fair" in browser.get(at(program, flag)).text
    press("pause/deletion")
    for _click in range(2):
        press("next", step="0")
    assert (rollout.state, rollout.step) == (RolloutState.RUNNING, 1)
    press("previous", step="1")
    assert rollout.step == 0
    assert "Ended" in press("deletion", note="Enough")
    assert browser.post(at(program, flag, "/rollout/next")).status_code == 409


def test_editing_the_driven_share_is_refused_and_keeps_what_was_typed(
    work: Work, program: Program, flag: Flag, member_client: Member, clock: Clock
) -> None:
    service.start_rollout(work, flag.id, CAREFUL)
    browser = member_client("manager")
    answer = browser.submit(at(program, flag, "/edit"), {"conditions-0-percentage": "70", "do": "save"})
    assert answer.status_code == 422
    assert "The roll-out holds the share of condition 1 at 1 %" in answer.text
    assert 'value="70"' in answer.text
    saved = browser.submit(at(program, flag, "/edit"), {"description": "Better", "do": "save"})
    assert (saved.status_code, flag.description) == (303, "Better")


def test_a_change_is_scheduled_in_the_members_time_zone_and_cancelled(
    work: Work, program: Program, flag: Flag, member_client: Member, clock: Clock
) -> None:
    browser = member_client("manager")
    work.session.query(User).update({User.timezone: "Europe/Berlin"})
    page = at(program, flag, "/schedules/new")
    assert "In your time zone, Europe/Berlin." in browser.get(page).text
    made = browser.submit(page, {"change": "share", "share": "25", "at": "2026-07-01T09:00"})
    assert made.status_code == 303
    [schedule] = queries.schedules_of(work.session, flag.id)
    assert (schedule.at.isoformat(), schedule.share) == ("2026-07-01T07:00:00+00:00", 25)
    assert "Wed 1 Jul, 09:00" in browser.get(made.location).text
    for data, sentence in (
        ({"change": "off", "at": "2026-03-02T09:30"}, "That moment is past"),
        ({"change": "share", "at": "2026-07-01T09:00"}, "0 to 100"),
        ({"change": "off", "at": ""}, "Say when"),
    ):
        refused = browser.submit(page, data)
        assert refused.status_code == 422
        assert sentence in refused.text
    gone = browser.post(at(program, flag, f"/schedules/{encode('fsc', schedule.id)}/deletion"))
    assert (gone.status_code, schedule.state) == (303, ScheduleState.CANCELLED)
    other = a_flag(work)
    elsewhere = at(program, other, f"/schedules/{encode('fsc', schedule.id)}/deletion")
    assert browser.post(elsewhere).status_code == 404


def test_a_guardrail_is_set_changed_and_removed(
    work: Work, program: Program, flag: Flag, member_client: Member
) -> None:
    browser = member_client("manager")
    page = at(program, flag, "/guardrails/new")
    refused = browser.submit(page, {"measure": "events", "limit": "3"})
    assert refused.status_code == 422
    assert "Name the event" in refused.text
    made = browser.submit(page, {"measure": "events", "event": "$exception", "limit": "3"})
    assert made.status_code == 303
    [rail] = queries.guardrails_of(work.session, flag.id)
    assert "at most 3 in 24 hours" in browser.get(made.location).text
    own = at(program, flag, f"/guardrails/{encode('grd', rail.id)}")
    rule = {"limit": "5", "window_hours": "24", "reaction": "switch_off", "version": "1"}
    assert browser.post(own + "/edit", data=rule).status_code == 303
    assert (rail.limit, rail.reaction) == (5, Reaction.SWITCH_OFF)
    assert "saved a newer version" in browser.post(own + "/edit", data={**rule, "limit": "9"}).text
    assert browser.post(own + "/deletion").status_code == 303
    assert queries.guardrails_of(work.session, flag.id) == []


def test_a_broken_guardrail_is_seen_everywhere_and_going_on_takes_a_fresh_proof(
    work: Work, program: Program, flag: Flag, member_client: Member, clock: Clock, run_jobs: RunJobs
) -> None:
    service.set_guardrail(work, flag.id, "new_blockers", limit=0, window_hours=24)
    rollout = service.start_rollout(work, flag.id, CAREFUL)
    a_report(work, program=program, severity=Severity.BLOCKER)
    run_jobs()
    browser = member_client("manager")
    shown = browser.get(at(program, flag)).text
    assert "A guardrail stopped the roll-out" in shown
    assert "New blocker reports: it was 1, and the limit is 0 in 24 hours." in shown
    assert "/rollout/pause/deletion" not in shown
    assert browser.post(at(program, flag, "/rollout/pause/deletion")).status_code == 409
    console = f"/console/programs/{program.slug}"
    assert "Stopped by a guardrail" in browser.get(f"{console}/flags").text
    assert "new-editor stands still: a guardrail is broken" in browser.get(console).text
    clock.shift(minutes=1)

    work.session.query(Session).update({Session.fresh_until: work.now - timedelta(hours=2)})
    page = at(program, flag, "/resume")
    assert "/proof" in browser.get(page).location
    unproven = browser.post(page, data={"reason": "typed with care"})
    assert unproven.status_code == 422
    assert "typed with care" in unproven.text
    assert rollout.state is RolloutState.PAUSED
    work.session.query(Session).update({Session.fresh_until: work.now + timedelta(hours=2)})
    assert browser.submit(page, {"reason": ""}).status_code == 422
    assert browser.submit(page, {"reason": "Mended in 2.0.411."}).status_code == 303
    assert rollout.state is RolloutState.RUNNING
    assert "signed to go on" in browser.get(at(program, flag)).text
    assert browser.get(page).status_code == 303
    assert browser.post(page, data={"reason": "again"}).status_code == 422


def test_who_may_only_look_sees_no_button(
    work: Work, program: Program, flag: Flag, member_client: Member
) -> None:
    service.start_rollout(work, flag.id, CAREFUL)
    browser = member_client("viewer")
    shown = browser.get(at(program, flag)).text
    assert "Step 1 of 4" in shown
    for rest in ("/rollout/pause", "/rollout/next", "/rollout/deletion", "/schedules/new", "/guardrails/new"):
        assert rest not in shown
        assert browser.post(at(program, flag, rest)).status_code == 403
    assert browser.post(at(program, flag, "/resume")).status_code == 403
