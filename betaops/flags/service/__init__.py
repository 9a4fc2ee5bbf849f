"""What changes flags. Nobody commits here but the edge that called."""

from betaops.flags.service.choosing import adopt, choose, read_update
from betaops.flags.service.features import (
    FeatureDraft,
    change_feature,
    demote,
    offer,
    promote,
    withdraw_offer,
)
from betaops.flags.service.flags import change_flag, create_flag, delete_flag, kill, revive
from betaops.flags.service.importing import Report, import_definitions
from betaops.flags.service.overriding import clear_override, set_override

__all__ = [
    "FeatureDraft",
    "Report",
    "adopt",
    "change_feature",
    "change_flag",
    "choose",
    "clear_override",
    "create_flag",
    "delete_flag",
    "demote",
    "import_definitions",
    "kill",
    "offer",
    "promote",
    "read_update",
    "revive",
    "set_override",
    "withdraw_offer",
]
