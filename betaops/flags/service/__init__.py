"""What changes flags. Nobody commits here but the edge that called."""

from betaops.flags.service.exposures import count_exposures, note_exposure
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
from betaops.flags.service.grouping import describe_group
from betaops.flags.service.importing import Report, import_definitions
from betaops.flags.service.proposals import Wanted, approve, make, reject, switch_approval, withdraw
from betaops.flags.service.revisions import LONGEST_NOTE

__all__ = [
    "LONGEST_NOTE",
    "Report",
    "Wanted",
    "approve",
    "archive_flag",
    "bring_back",
    "change_flag",
    "count_exposures",
    "create_flag",
    "delete_flag",
    "describe_group",
    "import_definitions",
    "kill",
    "kill_many",
    "make",
    "note_exposure",
    "reject",
    "revive",
    "sound",
    "switch_approval",
    "withdraw",
]
