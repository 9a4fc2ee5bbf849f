"""Roll-outs: the whole life of one, with time standing still until moved."""

from datetime import timedelta
from typing import Any

import pytest

from betaops.flags import queries, service
from betaops.flags.models import Flag, Rollout, RolloutState
from betaops.flags.rolling import CAREFUL, Step
from betaops.kernel.errors import DomainError, Invalid, Refused
from betaops.kernel.events import history
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from tests.factories.enrollment import an_enrollment
from tests.factories.flags import a_flag
from tests.factories.programs import a_program
from tests.support.clock import Clock
from tests.support.running import RunJobs

DAY = timedelta(days=1)
TWO = (Step(10, 24), Step(100, 24))


def shares(flag: Flag) -> list[Any]:
    return [group["rollout_percentage"] for group in flag.conditions]


def kinds(work: Work, flag: Flag) -> list[str]:
    """What happened to the flag, the oldest first."""
    return [row.kind for row in reversed(history(work.session, work.workspace_id, flag.id))]


def sweep(work: Work, run_jobs: RunJobs) -> list[str]:
    """What happens at the next full minute."""
    work.enqueue("flags.sweep")
    return run_jobs()


def test_a_careful_rollout_goes_through_its_steps_by_itself(
    work: Work, clock: Clock, run_jobs: RunJobs
) -> None:
    program = a_program(work)
    product = program_queries.product(work.session, program.product_id)
    people = [an_enrollment(work, program=program) for _number in range(8)]
    flag = a_flag(work, product=product, percentage=0)
    run_jobs()
    rollout = service.start_rollout(work, flag.id, CAREFUL)
    had: set[Any] = set()
    for number, share in enumerate((1, 10, 50, 100)):
        assert (rollout.state, rollout.step, shares(flag)) == (RolloutState.RUNNING, number, [share])
        assert rollout.next_at == clock.now + DAY
        revision = program_queries.product(work.session, product.id).revision
        has = queries.holders(work.session, flag, [each.tester_id for each in people], clock.now)
        assert had <= has
        had = has
        clock.shift(hours=23, minutes=59)
        assert "flags.advance_rollout" not in sweep(work, run_jobs)
        clock.shift(minutes=1)
        assert "flags.advance_rollout" in sweep(work, run_jobs)
        moved = program_queries.product(work.session, product.id).revision - revision
        assert moved == (0 if share == 100 else 1)
    assert len(had) == 8
    assert (rollout.state, rollout.ended_at, shares(flag)) == (RolloutState.FINISHED, clock.now, [100])
    seen = kinds(work, flag)
    assert seen.count("rollout_step_entered") == seen.count("flag_edited") == 4
    assert seen[-1] == "rollout_finished"


def test_a_worker_that_was_away_enters_one_step_and_twice_is_once(
    work: Work, clock: Clock, run_jobs: RunJobs
) -> None:
    flag = a_flag(work, percentage=0)
    rollout = service.start_rollout(work, flag.id, CAREFUL)
    clock.shift(days=3)
    sweep(work, run_jobs)
    assert (rollout.step, rollout.next_at) == (1, clock.now + DAY)
    for _again in range(3):
        assert service.advance_rollout(work, rollout.id) is None
    assert rollout.step == 1


def test_a_rollout_begins_at_its_moment_and_not_while_the_flag_is_off(
    work: Work, clock: Clock, run_jobs: RunJobs
) -> None:
    flag = a_flag(work, percentage=0, is_active=False)
    with pytest.raises(Refused, match="Switch it on first"):
        service.start_rollout(work, flag.id, TWO)
    with pytest.raises(Invalid, match="past"):
        service.start_rollout(work, flag.id, TWO, at=clock.now)
    at = clock.now + timedelta(hours=2)
    rollout = service.start_rollout(work, flag.id, TWO, at=at)
    assert service.start_rollout(work, flag.id, TWO, at=at).id == rollout.id
    with pytest.raises(Refused, match="End it first"):
        service.start_rollout(work, flag.id, CAREFUL)
    clock.shift(hours=3)
    sweep(work, run_jobs)
    assert (rollout.state, shares(flag)) == (RolloutState.WAITING, [0])
    service.revive(work, flag.id)
    sweep(work, run_jobs)
    assert (rollout.state, rollout.step, shares(flag)) == (RolloutState.RUNNING, 0, [10])


def test_a_pause_holds_the_share_and_the_time(work: Work, clock: Clock, run_jobs: RunJobs) -> None:
    flag = a_flag(work, percentage=0)
    rollout = service.start_rollout(work, flag.id, TWO)
    clock.shift(hours=20)
    service.pause_rollout(work, rollout.id, "The fair is on.")
    service.pause_rollout(work, rollout.id)
    clock.shift(days=4)
    sweep(work, run_jobs)
    assert (rollout.state, rollout.pause_reason, shares(flag)) == (
        RolloutState.PAUSED,
        "The fair is on.",
        [10],
    )
    with pytest.raises(Refused, match="Resume it first"):
        service.skip_step(work, rollout.id)
    service.resume_rollout(work, rollout.id)
    assert service.resume_rollout(work, rollout.id).next_at == clock.now + timedelta(hours=4)
    assert kinds(work, flag)[-2:] == ["rollout_paused", "rollout_resumed"]


def test_skipping_and_going_back_move_one_step_however_often_the_button_is_pressed(
    work: Work, clock: Clock
) -> None:
    flag = a_flag(work, percentage=0)
    rollout = service.start_rollout(work, flag.id, CAREFUL)
    with pytest.raises(Refused, match="first step"):
        service.step_back(work, rollout.id)
    for _click in range(2):
        service.skip_step(work, rollout.id, 0)
    assert (rollout.step, shares(flag)) == (1, [10])
    service.pause_rollout(work, rollout.id)
    for _click in range(2):
        service.step_back(work, rollout.id, 1)
    assert (rollout.step, rollout.state, shares(flag)) == (0, RolloutState.PAUSED, [1])
    clock.shift(days=2)
    assert service.resume_rollout(work, rollout.id).next_at == clock.now + DAY
    for step in (0, 1, 2, 3, 3):
        service.skip_step(work, rollout.id, step)
    assert (rollout.state, shares(flag)) == (RolloutState.FINISHED, [100])
    with pytest.raises(Refused, match="not under way"):
        service.skip_step(work, rollout.id)


def test_the_kill_switch_works_and_holds_the_rollout(work: Work, clock: Clock, run_jobs: RunJobs) -> None:
    flag = a_flag(work, percentage=0)
    rollout = service.start_rollout(work, flag.id, TWO)
    clock.shift(hours=10)
    service.kill(work, flag.id)
    clock.shift(days=3)
    sweep(work, run_jobs)
    assert (flag.is_active, rollout.step, shares(flag)) == (False, 0, [10])
    with pytest.raises(Refused, match="Switch it on first"):
        service.skip_step(work, rollout.id)
    service.revive(work, flag.id)
    assert (rollout.held_at, rollout.next_at) == (None, clock.now + timedelta(hours=14))
    clock.shift(hours=14)
    sweep(work, run_jobs)
    assert rollout.step == 1


def test_ending_leaves_the_share_where_it_is_and_frees_the_flag(work: Work, clock: Clock) -> None:
    flag = a_flag(work, percentage=0)
    rollout = service.start_rollout(work, flag.id, TWO)
    clock.shift(hours=1)
    service.end_rollout(work, rollout.id, "Not now")
    service.end_rollout(work, rollout.id)
    assert (rollout.state, rollout.end_reason, shares(flag)) == (RolloutState.ENDED, "Not now", [10])
    service.change_flag(work, flag.id, version=None, filters={"groups": [{"rollout_percentage": 30}]})
    assert service.start_rollout(work, flag.id, TWO).id != rollout.id
    assert kinds(work, flag).count("rollout_ended") == 1


def two_conditions(work: Work) -> Flag:
    groups = [{"properties": [], "rollout_percentage": share, "variant": None} for share in (5, 20)]
    return a_flag(work, conditions=groups)


@pytest.mark.parametrize(
    ("condition", "groups", "sentence"),
    [
        (0, [{"rollout_percentage": 50}, {"rollout_percentage": 20}], "condition 1 at 10 %"),
        (None, [{"rollout_percentage": 10}, {"rollout_percentage": 20}], "condition 2 at 10 %"),
        (0, [{"rollout_percentage": 10}], "no condition can be added"),
        (0, [{}, {"rollout_percentage": 20}], "condition 1 at 10 %"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_a_rollout_sets_cannot_be_set_by_hand_or_by_a_file(
    work: Work, condition: int | None, groups: list[Any], sentence: str
) -> None:
    flag = two_conditions(work)
    service.start_rollout(work, flag.id, TWO, condition=condition)
    with pytest.raises(Invalid, match=sentence):
        service.change_flag(work, flag.id, version=None, filters={"groups": groups})
    document = {"flags": [{"id": flag.number, "key": flag.key, "filters": {"groups": groups}}]}
    with pytest.raises(Invalid, match=f"Flag {flag.key}: .*{sentence}"):
        service.import_definitions(work, flag.product_id, document)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_everything_else_can_be_changed_while_a_rollout_is_under_way(work: Work) -> None:
    flag = two_conditions(work)
    service.start_rollout(work, flag.id, TWO, condition=0)
    plan = {"key": "plan", "type": "person", "operator": "exact", "value": "pro"}
    groups = [{"properties": [plan], "rollout_percentage": 10}, {"rollout_percentage": 77}]
    service.change_flag(work, flag.id, version=None, filters={"groups": groups}, description="newer")
    assert shares(flag) == [10, 77]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_planned_rollout_whose_condition_went_ends_and_says_why(
    work: Work, clock: Clock, run_jobs: RunJobs
) -> None:
    flag = two_conditions(work)
    rollout = service.start_rollout(work, flag.id, TWO, condition=1, at=clock.now + DAY)
    service.change_flag(work, flag.id, version=None, filters={"groups": [{"rollout_percentage": 5}]})
    clock.shift(days=1)
    sweep(work, run_jobs)
    assert (rollout.state, rollout.end_reason) == (RolloutState.ENDED, "The flag has no condition 2.")
    assert shares(flag) == [5]


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        ([], "at least one"),
        ([Step(10, 24), Step(10, 24)], "larger than"),
        ([Step(0, 24)], "more than 0"),
        ([Step(100.5, 24)], "at most 100"),
        ([Step(10, 0), Step(20, 1)], "Each step holds"),
        ([Step(10, 24), Step(20, -1)], "last step"),
        ([Step(number, 1) for number in range(1, 12)], "at most 10 steps"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_plan_that_makes_no_sense_is_refused_in_a_sentence(
    work: Work, steps: list[Step], sentence: str
) -> None:
    flag = a_flag(work, percentage=0)
    with pytest.raises(Invalid, match=sentence):
        service.start_rollout(work, flag.id, steps)
    assert queries.last_rollout(work.session, flag.id) is None


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_flag_without_conditions_has_nothing_to_roll_out(work: Work) -> None:
    with pytest.raises(Invalid, match="no conditions"):
        service.start_rollout(work, a_flag(work, conditions=[]).id, TWO)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_step_that_the_flag_refuses_pauses_and_says_why(
    work: Work, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from betaops.flags.service import rolling

    flag = a_flag(work, percentage=0)
    rollout = service.start_rollout(work, flag.id, TWO)
    clock.shift(days=1)

    def refuse(*_arguments: Any, **_values: Any) -> None:
        raise DomainError("no", "Not like this.")

    monkeypatch.setattr(rolling, "put", refuse)
    service.advance_rollout(work, rollout.id)
    assert (rollout.state, rollout.step, rollout.pause_reason) == (RolloutState.PAUSED, 0, "Not like this.")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_deleted_flag_takes_its_rollout_along(work: Work, clock: Clock, run_jobs: RunJobs) -> None:
    flag = a_flag(work, percentage=0)
    rollout_id = service.start_rollout(work, flag.id, TWO).id
    work.enqueue("flags.advance_rollout", {"rollout_id": str(rollout_id)})
    service.delete_flag(work, flag.id)
    assert "flags.advance_rollout" in run_jobs()
    assert work.session.get(Rollout, rollout_id) is None
