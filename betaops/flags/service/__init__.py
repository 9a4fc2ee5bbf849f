"""What changes flags. Nobody commits here but the edge that called."""

from betaops.flags.service.flags import change_flag, create_flag, delete_flag, kill, revive
from betaops.flags.service.guarding import (
    change_guardrail,
    check_soon,
    drop_guardrail,
    look_soon,
    note_readings,
    set_guardrail,
    sign_resume,
)
from betaops.flags.service.importing import Report, import_definitions
from betaops.flags.service.rolling import (
    advance_rollout,
    end_rollout,
    pause_rollout,
    resume_rollout,
    skip_step,
    start_rollout,
    step_back,
)
from betaops.flags.service.schedules import apply_schedule, cancel_schedule, schedule_change

__all__ = [
    "Report",
    "advance_rollout",
    "apply_schedule",
    "cancel_schedule",
    "change_flag",
    "change_guardrail",
    "check_soon",
    "create_flag",
    "delete_flag",
    "drop_guardrail",
    "end_rollout",
    "import_definitions",
    "kill",
    "look_soon",
    "note_readings",
    "pause_rollout",
    "resume_rollout",
    "revive",
    "schedule_change",
    "set_guardrail",
    "sign_resume",
    "skip_step",
    "start_rollout",
    "step_back",
]
