"""What changes flags by itself: each minute what is due gets a job of its own, so that none holds another up."""

from uuid import UUID

from betaops.flags import queries, service
from betaops.kernel import clock
from betaops.kernel.errors import NotFound
from betaops.kernel.jobs import Run
from betaops.kernel.work import Work


def sweep(work: Work) -> dict[str, int]:
    """Periodic: roll-outs, scheduled changes and guardrails of every workspace."""
    schedules = queries.due_schedules(work.session, work.now)
    rollouts = queries.due_rollouts(work.session, work.now)
    flags = queries.flags_to_check(work.session)
    for workspace_id, schedule_id in schedules:
        work.enter(workspace_id)
        work.enqueue(
            "flags.apply_schedule",
            {"schedule_id": str(schedule_id)},
            unique=f"flags.schedule:{schedule_id}",
        )
    for workspace_id, rollout_id in rollouts:
        work.enter(workspace_id)
        work.enqueue(
            "flags.advance_rollout", {"rollout_id": str(rollout_id)}, unique=f"flags.rollout:{rollout_id}"
        )
    for workspace_id, flag_id in flags:
        work.enter(workspace_id)
        service.check_soon(work, flag_id)
    return {"schedules": len(schedules), "rollouts": len(rollouts), "flags": len(flags)}


def apply_schedule(work: Work, *, schedule_id: str) -> dict[str, str]:
    """Do one change whose moment has come."""
    try:
        schedule = service.apply_schedule(work, UUID(schedule_id))
    except NotFound:  # its flag is gone
        return {}
    return {"state": schedule.state.value}


def advance_rollout(work: Work, *, rollout_id: str) -> dict[str, str]:
    """Begin one roll-out, or move it on by a step."""
    try:
        rollout = service.advance_rollout(work, UUID(rollout_id))
    except NotFound:  # its flag is gone
        return {}
    return {"state": rollout.state.value} if rollout is not None else {}


def check_guardrails(run: Run, *, flag_id: str) -> dict[str, int]:
    """Long, because measuring may be: it reads beside other work, a session for each, and writes in a moment."""
    database, workspace_id = run.platform.database, run.claimed.workspace_id
    with database.reading(workspace_id) as session:
        guardrails = queries.to_be_read(session, UUID(flag_id))
    readings = []
    for done, guardrail in enumerate(guardrails, 1):
        with database.reading(workspace_id) as session:
            readings.append(queries.measured(session, guardrail, clock.now()))
        run.progress(done, len(guardrails))
    if not readings:
        return {"read": 0, "broken": 0}
    try:
        with run.work() as work:
            broken = service.note_readings(work, UUID(flag_id), readings)
    except NotFound:  # the flag went while it was measured
        return {"read": 0, "broken": 0}
    return {"read": len(readings), "broken": len(broken)}
