"""What changes flags. Nobody commits here but the edge that called."""

from betaops.flags.service.exposures import count_exposures, note_exposure
from betaops.flags.service.flags import change_flag, create_flag, delete_flag, kill, revive
from betaops.flags.service.grouping import describe_group
from betaops.flags.service.importing import Report, import_definitions

__all__ = [
    "Report",
    "change_flag",
    "count_exposures",
    "create_flag",
    "delete_flag",
    "describe_group",
    "import_definitions",
    "kill",
    "note_exposure",
    "revive",
]
