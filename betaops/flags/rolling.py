"""Roll-outs in steps: plans, what they set in a flag's conditions, and when. Pure."""

import itertools
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from betaops.flags.definitions import Problem
from betaops.kernel.i18n import gettext as _

MOST_STEPS = 10
#: A step dwells at most three months.
MOST_HOURS = 24 * 92

#: A moment further away is a slip of the finger.
FURTHEST = timedelta(days=366)


class Step(NamedTuple):
    """A share of people in percent, held for so many hours before the next step."""

    share: float
    hours: int


CAREFUL = (Step(1, 24), Step(10, 24), Step(50, 24), Step(100, 24))
QUICK = (Step(10, 2), Step(50, 4), Step(100, 6))
PRESETS: Mapping[str, tuple[Step, ...]] = {"careful": CAREFUL, "quick": QUICK}


def problem_of_steps(steps: Sequence[Step]) -> str | None:
    """What is wrong with a plan, in a sentence."""
    if not steps:
        return _("Give the roll-out at least one step.")
    if len(steps) > MOST_STEPS:
        return _("A roll-out has at most %(most)s steps.", most=MOST_STEPS)
    if any(not 0 < step.share <= 100 for step in steps):
        return _("Each step's share is more than 0 and at most 100 percent.")
    if any(later.share <= earlier.share for earlier, later in itertools.pairwise(steps)):
        return _("Each step's share is larger than the one before.")
    if any(not 1 <= step.hours <= MOST_HOURS for step in steps[:-1]):
        return _("Each step holds for 1 to %(most)s hours.", most=MOST_HOURS)
    if not 0 <= steps[-1].hours <= MOST_HOURS:
        return _("The last step is watched for 0 to %(most)s hours.", most=MOST_HOURS)
    return None


def problem_of_condition(filters: Mapping[str, Any], condition: int | None) -> str | None:
    """Whether there is anything of which a share could be set."""
    groups = filters.get("groups") or []
    if not groups:
        return _("The flag has no conditions. Add one first: it says for whom.")
    if condition is not None and condition >= len(groups):
        return _("The flag has no condition %(number)s.", number=condition + 1)
    return None


def problem_of_moment(at: datetime, now: datetime) -> str | None:
    """Why nothing can be planned for `at`."""
    if at <= now:
        return _("That moment is past. Choose one that lies ahead.")
    return _("Choose a moment within a year.") if at > now + FURTHEST else None


def with_share(filters: Mapping[str, Any], condition: int | None, share: float) -> dict[str, Any]:
    """`filters` with the share of one condition, or of all, set to `share` percent."""
    groups = [
        {**group, "rollout_percentage": share} if condition in (None, index) else group
        for index, group in enumerate(filters.get("groups") or [])
    ]
    return {**filters, "groups": groups}


def conflict(
    filters: Mapping[str, Any], *, condition: int | None, conditions: int, share: float
) -> Problem | None:
    """Why these `filters` cannot be saved by hand while a roll-out sets the share of `condition` to `share`."""
    groups = filters.get("groups") or []
    if len(groups) != conditions:
        return Problem(
            "groups",
            _("A roll-out is under way: no condition can be added or taken away. End the roll-out first."),
        )
    for index, group in enumerate(groups):
        if condition in (None, index) and _share(group) != share:
            return Problem(
                f"groups.{index}.rollout_percentage",
                _(
                    "The roll-out holds the share of condition %(number)s at %(share)s %%. To change it, move the "
                    "roll-out to another step, or end it.",
                    number=index + 1,
                    share=f"{share:g}",
                ),
            )
    return None


def dwell(step: Step) -> timedelta:
    return timedelta(hours=step.hours)


def moved(next_at: datetime, since: datetime, now: datetime) -> datetime:
    """When the next step is due after standing still from `since` to `now`."""
    return now + max(next_at - since, timedelta(0))


def moments(steps: Sequence[Step], begins_at: datetime) -> list[datetime]:
    """When each step is entered, and last when all is over, if nothing comes between."""
    found = [begins_at]
    for step in steps:
        found.append(found[-1] + dwell(step))
    return found


def _share(group: Mapping[str, Any]) -> float:
    share = group.get("rollout_percentage")
    return 100 if share is None else share
