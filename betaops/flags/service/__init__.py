"""What changes flags. Nobody commits here but the edge that called."""

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
from betaops.flags.service.flags import (
    archive_flag,
    bring_back,
    change_flag,
    create_flag,
    delete_flag,
    kill,
    kill_many,
    revive,
    sound,
)
from betaops.flags.service.grouping import (
    describe_group,
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

__all__ = [
    "LONGEST_NOTE",
    "FeatureDraft",
    "Report",
    "Wanted",
    "adopt",
    "approve",
    "archive_flag",
    "bring_back",
    "change_feature",
    "change_flag",
    "choose",
    "clear_override",
    "count_exposures",
    "create_flag",
    "delete_flag",
    "demote",
    "describe_group",
    "import_definitions",
    "kill",
    "kill_many",
    "make",
    "note_exposure",
    "offer",
    "promote",
    "read_update",
    "reject",
    "revive",
    "set_override",
    "sound",
    "switch_approval",
    "withdraw",
    "withdraw_offer",
]
