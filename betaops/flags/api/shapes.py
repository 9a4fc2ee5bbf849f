"""What callers send and get, and how a change is answered that waits for a second person."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response
from pydantic import Field

from betaops.flags.models import Action, Flag, FlagProposal, ProposalState, Runtime
from betaops.flags.service import Made
from betaops.kernel import ids
from betaops.web.api import PROBLEMS, Body, Shown, Text, path_id, shown
from betaops.web.endpoints import Endpoints

blueprint = Endpoints(
    "flags_api",
    __name__,
    url_prefix="/api/v1",
    abp_tags=[{"name": "flags", "description": "Switches in the product under test, and who gets what."}],
    abp_security=[{"key": []}],
    abp_responses=PROBLEMS,
)

FILTERS = (
    "Conditions, variants and payloads in PostHog's format: `groups[{properties[], rollout_percentage, variant}]`, "
    "`multivariate{variants[{key, rollout_percentage}]}`, `payloads`, `aggregation_group_type_index`, "
    "`holdout{id, exclusion_percentage}`, `early_exit`"
)
CONTEXTS = "Places in the product (evaluation contexts) in which it may be read; empty: everywhere"
IDENTIFIED = "Off for requests with the public key that carry no signed identity"
WHY = "Why; kept in the flag's history"


class OfProduct(Shown):
    product_id: path_id("prd") = Field(description="`prd_…`")  # type: ignore[valid-type]  # a type made by a function


class OfFlag(Shown):
    flag_id: path_id("flg") = Field(description="`flg_…`")  # type: ignore[valid-type]  # a type made by a function


class Why(Body):
    note: Text = Field("", max_length=2_000, description=WHY)


class ShownFlag(Shown):
    id: str
    product: str
    number: int = Field(description="What SDKs call its id")
    key: str
    description: str
    is_active: bool
    filters: dict[str, Any]
    runtime: Runtime
    contexts: list[str]
    by_device: bool
    identified_only: bool
    created_at: datetime
    changed_at: datetime
    changed_by: str
    archived_at: datetime | None
    version: int


class FlagList(Shown):
    items: list[ShownFlag]
    next: str | None


class ShownProposal(Shown):
    """A change that waits for a second person, or what became of it."""

    id: str
    product: str
    flag: str | None = Field(description="None for a flag that is not there yet, or not any more")
    key: str
    action: Action
    base_version: int | None = Field(description="The version of the flag that it was proposed on")
    definition: dict[str, Any] = Field(
        description="The whole flag as it is to be in the end, in PostHog's format"
    )
    plan: dict[str, Any] | None = Field(
        description="What goes on by itself once it is approved: of `roll_out` `{steps[{share, hours}], condition, "
        "at}`, of `skip` `{step}`, of `schedule` `{change, share, condition, at}`, of `promote` `{stage, "
        "for_everybody}`"
    )
    note: str
    state: ProposalState
    proposed_at: datetime
    proposed_by: str
    decided_at: datetime | None
    decided_by: str
    reason: str = Field(description="Why it was rejected")


class ProposalList(Shown):
    items: list[ShownProposal]
    next: str | None


def shown_flag(row: Flag) -> ShownFlag:
    own = ("id", "product", "by_device")
    return ShownFlag(
        id=ids.encode("flg", row.id),
        product=ids.encode("prd", row.product_id),
        by_device=row.is_by_device,
        **{name: getattr(row, name) for name in ShownFlag.model_fields if name not in own},
    )


def shown_proposal(row: FlagProposal) -> ShownProposal:
    own = ("id", "product", "flag")
    return ShownProposal(
        id=ids.encode("fpr", row.id),
        product=ids.encode("prd", row.product_id),
        flag=ids.encode("flg", row.flag_id) if row.flag_id else None,
        **{name: getattr(row, name) for name in ShownProposal.model_fields if name not in own},
    )


def answered(
    outcome: Made | FlagProposal, status: int = 200, show: Callable[[Any], Shown] = shown_flag
) -> Response:
    """What a change made, by default the flag after it (204 where it is gone); 202 and the proposal where it waits."""
    if outcome is None:
        return Response(status=204)
    if isinstance(outcome, FlagProposal):
        return shown(shown_proposal(outcome), 202)
    return shown(show(outcome), status)
