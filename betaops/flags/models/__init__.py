"""Flags, what imported ones speak of, and what changes them by itself."""

from betaops.flags.models.flags import Dialect, Flag, Runtime, Segment, number_for
from betaops.flags.models.rolling import (
    LIVE,
    UNDER_WAY,
    FlagResume,
    FlagSchedule,
    Guardrail,
    Reaction,
    Rollout,
    RolloutState,
    ScheduledChange,
    ScheduleState,
)

__all__ = [
    "LIVE",
    "UNDER_WAY",
    "Dialect",
    "Flag",
    "FlagResume",
    "FlagSchedule",
    "Guardrail",
    "Reaction",
    "Rollout",
    "RolloutState",
    "Runtime",
    "ScheduleState",
    "ScheduledChange",
    "Segment",
    "number_for",
]
