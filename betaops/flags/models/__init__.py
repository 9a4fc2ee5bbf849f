"""Flags, their history, what imported ones speak of, and what changes them by itself."""

from betaops.flags.models.exposures import (
    Exposure,
    Sighting,
)
from betaops.flags.models.features import (
    Feature,
    FeatureChoice,
    FlagOverride,
    Stage,
)
from betaops.flags.models.flags import (
    Dialect,
    Flag,
    Runtime,
    Segment,
    number_for,
)
from betaops.flags.models.groups import (
    ProductGroup,
)
from betaops.flags.models.history import (
    PLANNED,
    Action,
    ApprovalRule,
    Change,
    FlagProposal,
    FlagRevision,
    ProposalState,
)
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
    "PLANNED",
    "UNDER_WAY",
    "Action",
    "ApprovalRule",
    "Change",
    "Dialect",
    "Exposure",
    "Feature",
    "FeatureChoice",
    "Flag",
    "FlagOverride",
    "FlagProposal",
    "FlagResume",
    "FlagRevision",
    "FlagSchedule",
    "Guardrail",
    "ProductGroup",
    "ProposalState",
    "Reaction",
    "Rollout",
    "RolloutState",
    "Runtime",
    "ScheduleState",
    "ScheduledChange",
    "Segment",
    "Sighting",
    "Stage",
    "number_for",
]
