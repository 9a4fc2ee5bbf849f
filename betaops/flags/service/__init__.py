"""What changes flags. Nobody commits here but the edge that called."""

from betaops.flags.service.checking import (
    sound,
)
from betaops.flags.service.choosing import (
    adopt,
    choose,
    read_update,
)
from betaops.flags.service.exposures import (
    count_exposures,
    note_exposure,
)
from betaops.flags.service.features import (
    FeatureDraft,
    change_feature,
    demote,
    offer,
    promote,
    withdraw_offer,
)
from betaops.flags.service.fitting import (
    unfit,
)
from betaops.flags.service.flags import (
    archive_flag,
    bring_back,
    change_flag,
    create_flag,
    delete_flag,
    kill,
    kill_many,
    revive,
)
from betaops.flags.service.grouping import (
    describe_group,
)
from betaops.flags.service.guarding import (
    change_guardrail,
    check_soon,
    drop_guardrail,
    look_soon,
    note_readings,
    set_guardrail,
    sign_resume,
)
from betaops.flags.service.importing import (
    Report,
    import_definitions,
)
from betaops.flags.service.overriding import (
    clear_override,
    set_override,
)
from betaops.flags.service.proposals import (
    Made,
    Wanted,
    approve,
    make,
    reject,
    switch_approval,
    withdraw,
)
from betaops.flags.service.revisions import (
    LONGEST_NOTE,
)
from betaops.flags.service.rolling import (
    advance_rollout,
    end_rollout,
    pause_rollout,
    resume_rollout,
    skip_step,
    start_rollout,
    step_back,
)
from betaops.flags.service.schedules import (
    apply_schedule,
    cancel_schedule,
    schedule_change,
)

__all__ = [
    "LONGEST_NOTE",
    "FeatureDraft",
    "Made",
    "Report",
    "Wanted",
    "adopt",
    "advance_rollout",
    "apply_schedule",
    "approve",
    "archive_flag",
    "bring_back",
    "cancel_schedule",
    "change_feature",
    "change_flag",
    "change_guardrail",
    "check_soon",
    "choose",
    "clear_override",
    "count_exposures",
    "create_flag",
    "delete_flag",
    "demote",
    "describe_group",
    "drop_guardrail",
    "end_rollout",
    "import_definitions",
    "kill",
    "kill_many",
    "look_soon",
    "make",
    "note_exposure",
    "note_readings",
    "offer",
    "pause_rollout",
    "promote",
    "read_update",
    "reject",
    "resume_rollout",
    "revive",
    "schedule_change",
    "set_guardrail",
    "set_override",
    "sign_resume",
    "skip_step",
    "sound",
    "start_rollout",
    "step_back",
    "switch_approval",
    "unfit",
    "withdraw",
    "withdraw_offer",
]
