"""Roll-outs, scheduled changes and guardrails over the REST API.

Where the product wants a second person, what gives more people the flag is answered with 202 and its proposal.
What a broken guardrail stopped goes on only by a member's signature in the console: no key can sign.
"""

from datetime import datetime
from typing import Any

from flask import Response
from pydantic import Field

from betaops.flags import policy, queries, service
from betaops.flags.api.shapes import WHY, OfFlag, ShownProposal, answered, blueprint
from betaops.flags.models import (
    Action,
    FlagSchedule,
    Guardrail,
    Reaction,
    Rollout,
    RolloutState,
    ScheduledChange,
    ScheduleState,
)
from betaops.flags.rolling import MOST_HOURS, MOST_STEPS, Step
from betaops.flags.service import Wanted
from betaops.kernel import ids
from betaops.web.access import scope
from betaops.web.api import Body, Int, Moment, Paging, Shown, Text, path_id, shown
from betaops.web.application import reading, writing

_CONDITION = "Position of the condition whose share is set, from 0; without it, of all"
_REASON = "Kept and shown on the flag's page"


class OfRollout(Shown):
    rollout_id: path_id("rol") = Field(description="`rol_…`")  # type: ignore[valid-type]  # a type made by a function


class OfSchedule(Shown):
    schedule_id: path_id("fsc") = Field(description="`fsc_…`")  # type: ignore[valid-type]  # a type made by a function


class OfGuardrail(Shown):
    guardrail_id: path_id("grd") = Field(description="`grd_…`")  # type: ignore[valid-type]  # a type made by a function


class RolloutStep(Body):
    share: float = Field(gt=0, le=100, description="Percent of the people whom the condition names")
    hours: Int = Field(ge=0, le=MOST_HOURS, description="How long it is held; only the last step's may be 0")


class NewRollout(Body):
    steps: list[RolloutStep] = Field(min_length=1, max_length=MOST_STEPS, description="Each share larger")
    condition: Int | None = Field(None, ge=0, le=1000, description=_CONDITION)
    at: Moment | None = Field(None, description="When it begins; at once without it")
    note: Text = Field("", max_length=2_000, description=WHY)


class Reason(Body):
    reason: Text = Field("", max_length=2_000, description=_REASON)


class From(Body):
    note: Text = Field("", max_length=2_000, description=WHY)
    step: Int | None = Field(
        None,
        ge=0,
        le=1000,
        description="The step (from 0) that it is thought to be at; at another, nothing happens",
    )


class NewSchedule(Body):
    change: ScheduledChange
    at: Moment
    share: float | None = Field(None, ge=0, le=100, description="For `share`: percent")
    condition: Int | None = Field(None, ge=0, le=1000, description=_CONDITION)
    note: Text = Field("", max_length=2_000, description=WHY)


class GuardrailRule(Body):
    limit: float = Field(ge=0, le=1_000_000, description="Broken above it; shares are in percent")
    window_hours: Int = Field(ge=1, le=24 * 28)
    reaction: Reaction = Field(Reaction.PAUSE, description="`switch_off` takes the flag from everybody")


class NewGuardrail(GuardrailRule):
    measure: Text = Field(
        max_length=60, description="`new_blockers`, `people_with_event`, `events_per_person` or `events`"
    )
    event: Text = Field("", max_length=200, description="For measures of events: its name")


class GuardrailChange(GuardrailRule):
    version: Int | None = Field(
        None, ge=1, le=2**31 - 1, description="Refused (409) when it is not the newest"
    )


class ShownStep(Shown):
    share: float
    hours: int


class ShownRollout(Shown):
    id: str
    flag: str
    state: RolloutState
    condition: int | None
    steps: list[ShownStep]
    step: int | None = Field(description="Where it is in `steps`, from 0; null before it began")
    starts_at: datetime
    entered_at: datetime | None
    next_at: datetime | None = Field(
        description="When the next step is due; while it is paused or held, was to be"
    )
    paused_at: datetime | None
    pause_reason: str
    held_at: datetime | None = Field(description="Since when it stands still because the flag is off")
    ended_at: datetime | None
    end_reason: str
    created_at: datetime
    created_by: str


class RolloutList(Shown):
    items: list[ShownRollout]
    next: str | None


class ShownSchedule(Shown):
    id: str
    flag: str
    change: ScheduledChange
    share: float | None
    condition: int | None
    at: datetime
    state: ScheduleState
    problem: str = Field(description="Why it failed")
    created_at: datetime
    created_by: str
    settled_at: datetime | None


class ScheduleList(Shown):
    items: list[ShownSchedule]


class ShownGuardrail(Shown):
    id: str
    flag: str
    measure: str
    event: str
    limit: float
    window_hours: int
    reaction: Reaction
    counts_since: datetime
    reading: float | None
    read_at: datetime | None
    problem: str = Field(description="Why it could not be read the last time")
    broken_at: datetime | None
    broken_reading: float | None
    version: int


class GuardrailList(Shown):
    items: list[ShownGuardrail]


@blueprint.get("/flags/<flag_id>/rollouts", responses={"200": RolloutList})
@scope(policy.SEE)
def rollouts(path: OfFlag, query: Paging) -> Response:
    """A flag's roll-outs, the newest first."""
    flag = queries.flag(reading(), path.flag_id)
    page = queries.rollouts_of(reading(), flag.id, cursor=query.cursor, size=query.limit)
    return shown(RolloutList(items=[_rollout(row) for row in page], next=page.next))


@blueprint.post("/flags/<flag_id>/rollouts", responses={"201": ShownRollout, "202": ShownProposal})
@scope(policy.MANAGE)
def start_rollout(path: OfFlag, body: NewRollout) -> Response:
    """Raise a share step by step. Refused (409) while another roll-out of the flag is planned or under way."""
    steps = [Step(step.share, step.hours) for step in body.steps]
    flag = queries.flag(reading(), path.flag_id)
    values = {"steps": steps, "condition": body.condition, "at": body.at}
    wanted = Wanted(Action.ROLL_OUT, flag.product_id, flag.id, values=values, note=body.note)
    return answered(service.make(writing(), wanted), 201, _rollout)


@blueprint.get("/rollouts/<rollout_id>", responses={"200": ShownRollout})
@scope(policy.SEE)
def rollout(path: OfRollout) -> Response:
    return shown(_rollout(queries.rollout(reading(), path.rollout_id)))


@blueprint.post("/rollouts/<rollout_id>/pause", responses={"200": ShownRollout})
@scope(policy.MANAGE)
def pause_rollout(path: OfRollout, body: Reason) -> Response:
    """Nobody new gets it; whoever has it keeps it."""
    return shown(_rollout(service.pause_rollout(writing(), path.rollout_id, body.reason)))


@blueprint.delete("/rollouts/<rollout_id>/pause", responses={"200": ShownRollout})
@scope(policy.MANAGE)
def resume_rollout(path: OfRollout) -> Response:
    """Go on. Refused (409) while a guardrail is broken: a member has to sign in the console."""
    return shown(_rollout(service.resume_rollout(writing(), path.rollout_id)))


@blueprint.post("/rollouts/<rollout_id>/next", responses={"200": ShownRollout, "202": ShownProposal})
@scope(policy.MANAGE)
def skip_step(path: OfRollout, body: From) -> Response:
    """Enter the next step at once; at the last one, finish."""
    row = queries.rollout(reading(), path.rollout_id)
    flag = queries.flag(reading(), row.flag_id)
    step = row.step if body.step is None else body.step
    wanted = Wanted(
        Action.SKIP, flag.product_id, flag.id, values={"rollout_id": row.id, "step": step}, note=body.note
    )
    return answered(service.make(writing(), wanted), show=_rollout)


@blueprint.post("/rollouts/<rollout_id>/previous", responses={"200": ShownRollout})
@scope(policy.MANAGE)
def step_back(path: OfRollout, body: From) -> Response:
    """Return to the step before, whose share is smaller."""
    return shown(_rollout(service.step_back(writing(), path.rollout_id, body.step)))


@blueprint.delete("/rollouts/<rollout_id>", responses={"200": ShownRollout})
@scope(policy.MANAGE)
def end_rollout(path: OfRollout) -> Response:
    """Stop it for good; the share stays where it is, and the roll-out stays to be read."""
    return shown(_rollout(service.end_rollout(writing(), path.rollout_id)))


@blueprint.get("/flags/<flag_id>/schedules", responses={"200": ScheduleList})
@scope(policy.SEE)
def schedules(path: OfFlag) -> Response:
    """Changes that wait, the next first, then the last few that are settled."""
    rows = queries.schedules_of(reading(), queries.flag(reading(), path.flag_id).id)
    return shown(ScheduleList(items=[_schedule(row) for row in rows]))


@blueprint.post("/flags/<flag_id>/schedules", responses={"201": ShownSchedule, "202": ShownProposal})
@scope(policy.MANAGE)
def schedule_change(path: OfFlag, body: NewSchedule) -> Response:
    """Switch it on or off, or set a share, at a moment that lies ahead. Switching off waits for no second person."""
    flag = queries.flag(reading(), path.flag_id)
    values = body.model_dump(exclude={"note"})
    wanted = Wanted(Action.SCHEDULE, flag.product_id, flag.id, values=values, note=body.note)
    return answered(service.make(writing(), wanted), 201, _schedule)


@blueprint.delete("/schedules/<schedule_id>", responses={"200": ShownSchedule})
@scope(policy.MANAGE)
def cancel_schedule(path: OfSchedule) -> Response:
    """Before its moment; afterwards it is refused (409)."""
    return shown(_schedule(service.cancel_schedule(writing(), path.schedule_id)))


@blueprint.get("/flags/<flag_id>/guardrails", responses={"200": GuardrailList})
@scope(policy.SEE)
def guardrails(path: OfFlag) -> Response:
    """With what was last read; `broken_at` is set until a member signed to go on."""
    rows = queries.guardrails_of(reading(), queries.flag(reading(), path.flag_id).id)
    return shown(GuardrailList(items=[_guardrail(row) for row in rows]))


@blueprint.post("/flags/<flag_id>/guardrails", responses={"201": ShownGuardrail})
@scope(policy.MANAGE)
def set_guardrail(path: OfFlag, body: NewGuardrail) -> Response:
    """Read each minute while the flag is on; what was before now does not count."""
    row = service.set_guardrail(
        writing(),
        path.flag_id,
        body.measure,
        event=body.event,
        limit=body.limit,
        window_hours=body.window_hours,
        reaction=body.reaction,
    )
    return shown(_guardrail(row), 201)


@blueprint.put("/guardrails/<guardrail_id>", responses={"200": ShownGuardrail})
@scope(policy.MANAGE)
def change_guardrail(path: OfGuardrail, body: GuardrailChange) -> Response:
    """Its rule; what it measures stays. Refused (409) while it is broken."""
    row = service.change_guardrail(
        writing(),
        path.guardrail_id,
        version=body.version,
        limit=body.limit,
        window_hours=body.window_hours,
        reaction=body.reaction,
    )
    return shown(_guardrail(row))


@blueprint.delete("/guardrails/<guardrail_id>", responses={"204": None})
@scope(policy.MANAGE)
def drop_guardrail(path: OfGuardrail) -> Response:
    """Refused (409) while it is broken."""
    service.drop_guardrail(writing(), path.guardrail_id)
    return Response(status=204)


def _rollout(row: Rollout) -> ShownRollout:
    steps = [ShownStep(share=step.share, hours=step.hours) for step in row.plan]
    return ShownRollout(**_of("rol", row, ShownRollout) | {"steps": steps})


def _schedule(row: FlagSchedule) -> ShownSchedule:
    return ShownSchedule(**_of("fsc", row, ShownSchedule))


def _guardrail(row: Guardrail) -> ShownGuardrail:
    return ShownGuardrail(**_of("grd", row, ShownGuardrail))


def _of(prefix: str, row: Any, model: type[Shown]) -> dict[str, Any]:
    """The columns that `model` shows, with the row's id and its flag's."""
    columns = {name: getattr(row, name) for name in model.model_fields if name not in ("id", "flag")}
    return columns | {"id": ids.encode(prefix, row.id), "flag": ids.encode("flg", row.flag_id)}
