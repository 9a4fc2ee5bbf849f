"""What is proposed as a whole and then goes on by itself, as a proposal keeps it. Pure.

Plans are JSON: `{"steps": [{"share", "hours"}], "condition", "at"}` of a roll-out, `{"rollout_id", "step"}` of going on to its
next step (from 0: the one that it is at), `{"change", "share", "condition", "at"}` of a scheduled change and
`{"stage", "for_everybody"}` of a promotion.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from betaops.flags import rolling
from betaops.flags.models import Action, ScheduledChange, Stage
from betaops.flags.rolling import Step


def written(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the service of such an action takes, as JSON."""
    return {name: _plain(value) for name, value in values.items()}


def read(action: Action, plan: Mapping[str, Any]) -> dict[str, Any]:
    """The way back."""
    values = dict(plan)
    if plan.get("at"):
        values["at"] = datetime.fromisoformat(plan["at"])
    match action:
        case Action.ROLL_OUT:
            values["steps"] = tuple(Step(step["share"], step["hours"]) for step in plan["steps"])
        case Action.SKIP:
            values["rollout_id"] = UUID(plan["rollout_id"])
        case Action.SCHEDULE:
            values["change"] = ScheduledChange(plan["change"])
        case Action.PROMOTE:
            values["stage"] = Stage(plan["stage"])
    return values


def in_the_end(action: Action, values: Mapping[str, Any], definition: Mapping[str, Any]) -> dict[str, Any]:
    """The flag's `definition` as it is to be when the last of it is done."""
    filters, condition = definition["filters"], values.get("condition")
    if action is Action.ROLL_OUT:
        return {**definition, "filters": rolling.with_share(filters, condition, values["steps"][-1].share)}
    if action is not Action.SCHEDULE:
        return dict(definition)
    if values["change"] is ScheduledChange.SHARE:
        return {**definition, "filters": rolling.with_share(filters, condition, values["share"])}
    return {**definition, "active": values["change"] is ScheduledChange.ON}


def _plain(value: Any) -> Any:
    match value:
        case UUID():
            return str(value)
        case datetime():
            return value.isoformat()
        case ScheduledChange() | Stage():
            return value.value
        case list() | tuple():
            return [step._asdict() for step in value]
    return value
