"""Changes of a flag for a moment: done once, in the name of whoever planned them."""

from datetime import timedelta

import pytest

from betaops.flags import queries, service
from betaops.flags.models import Flag, FlagSchedule, ScheduledChange, ScheduleState
from betaops.flags.rolling import Step
from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.events import history
from betaops.kernel.work import Actor, Work
from tests.factories.flags import a_flag
from tests.support.clock import Clock
from tests.support.running import RunJobs

HOUR = timedelta(hours=1)


def planned(work: Work, flag: Flag, change: ScheduledChange, **more: float) -> FlagSchedule:
    """By Mara, for an hour from now."""
    work.actor = Actor("member", None, "Mara Klein")
    return service.schedule_change(work, flag.id, change, work.now + HOUR, **more)  # type: ignore[arg-type]


def sweep(work: Work, run_jobs: RunJobs) -> list[str]:
    work.enqueue("flags.sweep")
    return run_jobs()


def test_each_change_is_done_at_its_moment_and_once(work: Work, clock: Clock, run_jobs: RunJobs) -> None:
    flag = a_flag(work, percentage=10)
    off = planned(work, flag, ScheduledChange.OFF)
    share = planned(work, flag, ScheduledChange.SHARE, share=40)
    sweep(work, run_jobs)
    assert (flag.is_active, off.state) == (True, ScheduleState.WAITING)
    clock.shift(hours=1)
    sweep(work, run_jobs)
    assert (flag.is_active, flag.conditions[0]["rollout_percentage"]) == (False, 40)
    assert {off.state, share.state} == {ScheduleState.DONE}
    assert flag.changed_by == "Mara Klein"
    # Somebody decides otherwise; what runs twice does not undo that.
    service.revive(work, flag.id)
    for schedule in (off, share):
        service.apply_schedule(work, schedule.id)
    assert "flags.apply_schedule" not in sweep(work, run_jobs)
    assert flag.is_active
    done = [
        row for row in history(work.session, work.workspace_id, off.id) if row.kind == "flag_schedule_done"
    ]
    assert [(row.actor_kind, row.data["who"], row.data["change"]) for row in done] == [
        ("system", "Mara Klein", "off")
    ]
    killed = history(work.session, work.workspace_id, flag.id, kinds=["flag_killed"])
    assert killed[0].data["note"] == "Scheduled by Mara Klein."


def test_a_cancelled_change_is_never_done_and_a_done_one_cannot_be_cancelled(
    work: Work, clock: Clock, run_jobs: RunJobs
) -> None:
    flag = a_flag(work)
    off = planned(work, flag, ScheduledChange.OFF)
    assert planned(work, flag, ScheduledChange.OFF).id == off.id
    for _click in range(2):
        service.cancel_schedule(work, off.id)
    clock.shift(hours=2)
    sweep(work, run_jobs)
    assert (flag.is_active, off.state) == (True, ScheduleState.CANCELLED)
    later = planned(work, flag, ScheduledChange.OFF)
    clock.shift(hours=1)
    sweep(work, run_jobs)
    with pytest.raises(Refused, match="moment has come"):
        service.cancel_schedule(work, later.id)
    assert not flag.is_active


def test_a_change_that_is_refused_says_why_and_changes_nothing(
    work: Work, clock: Clock, run_jobs: RunJobs
) -> None:
    flag = a_flag(work, percentage=0)
    schedule = planned(work, flag, ScheduledChange.SHARE, share=80)
    service.start_rollout(work, flag.id, [Step(5, 24), Step(100, 24)])
    clock.shift(hours=1)
    sweep(work, run_jobs)
    assert schedule.state is ScheduleState.FAILED
    assert "The roll-out holds the share" in schedule.problem
    assert flag.conditions[0]["rollout_percentage"] == 5
    assert queries.schedules_of(work.session, flag.id) == [schedule]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_moments_and_shares_that_cannot_be_are_refused_in_a_sentence(work: Work) -> None:
    flag = a_flag(work)
    for at, sentence in ((work.now, "past"), (work.now + timedelta(days=400), "within a year")):
        with pytest.raises(Invalid, match=sentence):
            service.schedule_change(work, flag.id, ScheduledChange.ON, at)
    for share in (None, 101, -1):
        with pytest.raises(Invalid, match="0 to 100"):
            service.schedule_change(work, flag.id, ScheduledChange.SHARE, work.now + HOUR, share=share)
    with pytest.raises(Invalid, match="no condition 4"):
        service.schedule_change(work, flag.id, ScheduledChange.SHARE, work.now + HOUR, share=5, condition=3)
    for number in range(20):
        service.schedule_change(work, flag.id, ScheduledChange.ON, work.now + HOUR * (number + 1))
    with pytest.raises(Refused, match="At most 20"):
        service.schedule_change(work, flag.id, ScheduledChange.OFF, work.now + HOUR)
