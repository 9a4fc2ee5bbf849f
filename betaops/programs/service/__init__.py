"""What changes products and programs. Nobody commits here but the edge that called."""

from betaops.programs.service.agreements import discard_draft, publish_agreement, save_draft
from betaops.programs.service.phases import change_phase
from betaops.programs.service.products import (
    bump_revision,
    change_product,
    create_product,
    replace_secret_key,
    secret_key,
)
from betaops.programs.service.programs import (
    change_goals,
    change_schedule,
    change_screener,
    change_story,
    create_program,
)
from betaops.programs.service.seats import release_seats, take_seats
from betaops.programs.service.trust import change_trust, replace_identity_secret

__all__ = [
    "bump_revision",
    "change_goals",
    "change_phase",
    "change_product",
    "change_schedule",
    "change_screener",
    "change_story",
    "change_trust",
    "create_product",
    "create_program",
    "discard_draft",
    "publish_agreement",
    "release_seats",
    "replace_identity_secret",
    "replace_secret_key",
    "save_draft",
    "secret_key",
    "take_seats",
]
