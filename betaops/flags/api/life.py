"""What a flag was, and whom a change would change."""

from datetime import datetime
from typing import Any

from flask import Response
from pydantic import Field

from betaops.flags import policy, queries, service, wording
from betaops.flags.api.shapes import (
    FILTERS,
    OfFlag,
    OfProduct,
    ShownFlag,
    ShownProposal,
    Why,
    answered,
    blueprint,
)
from betaops.flags.models import Action, Change, Flag
from betaops.flags.service import Wanted
from betaops.kernel import clock, ids
from betaops.programs import queries as program_queries
from betaops.web.access import scope
from betaops.web.api import Body, Bool, Paging, Shown, Text, shown
from betaops.web.application import reading, viewer, writing


class OfRevision(OfFlag):
    version: int = Field(ge=1, le=2**31 - 1)


class ShownRevision(Shown):
    version: int = Field(description="Of the flag, after this change")
    change: Change
    changes: list[str] = Field(description="What it changed, in sentences")
    at: datetime
    who: str
    through: str = Field(description="`member` in the console, `key` through this API, `system` by betaops")
    approved_by: str
    note: str
    definition: dict[str, Any] = Field(description="The whole flag after it, in PostHog's format")


class RevisionList(Shown):
    items: list[ShownRevision]
    next: str | None


class Trial(Body):
    """What would be different; what is left out stays."""

    filters: dict[str, Any] | None = Field(None, description=FILTERS)
    is_active: Bool | None = None


class NewTrial(Body):
    key: Text = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,199}$")
    filters: dict[str, Any] = Field(default_factory=dict, description=FILTERS)


class ShownMove(Shown):
    tester: str
    name: str | None = Field(description="Only for keys that may read testers")
    before: str = Field(description="`on`, `off` or the variant")
    after: str
    reason: str = Field(description="Why they would get what they would")


class ShownEffect(Shown):
    key: str
    turned_on: int
    turned_off: int
    varied: int = Field(description="On before and after, with another variant")
    people: list[ShownMove] = Field(description="At most 200 of them")


class ShownDryRun(Shown):
    looked_at: int = Field(description="People with a place in the product's programs")
    is_partial: bool = Field(description="Whether there are more people than were looked at")
    effect: ShownEffect
    others: list[ShownEffect] = Field(description="Flags that depend on it and change as well")


@blueprint.get("/flags/<flag_id>/revisions", responses={"200": RevisionList})
@scope(policy.SEE)
def revisions(path: OfFlag, query: Paging) -> Response:
    """A flag's history, the newest first."""
    flag = queries.flag(reading(), path.flag_id)
    names = queries.load(reading(), flag.product_id).names()
    page = queries.revisions(reading(), flag.id, names, cursor=query.cursor, size=query.limit)
    return shown(RevisionList(items=[_shown_revision(told) for told in page], next=page.next))


@blueprint.post(
    "/flags/<flag_id>/revisions/<version>/restoration", responses={"200": ShownFlag, "202": ShownProposal}
)
@scope(policy.MANAGE)
def restore(path: OfRevision, body: Why) -> Response:
    """As it was at that version; whether it is on stays as it is."""
    flag = queries.flag(reading(), path.flag_id)
    values = queries.restorable(queries.revision(reading(), flag.id, path.version))
    return answered(
        service.make(
            writing(),
            Wanted(Action.RESTORE, flag.product_id, flag.id, flag.version, values, body.note),
        )
    )


@blueprint.post("/flags/<flag_id>/dry_run", responses={"200": ShownDryRun})
@scope(policy.SEE)
def dry_run(path: OfFlag, body: Trial) -> Response:
    """Whom a change would change. Nothing is saved."""
    flag = queries.flag(reading(), path.flag_id)
    definition = queries.definition(flag)
    if body.filters is not None:
        definition["filters"] = body.filters
    if body.is_active is not None:
        definition["active"] = body.is_active
    return _tried(flag, definition)


@blueprint.post("/products/<product_id>/flags/dry_run", responses={"200": ShownDryRun})
@scope(policy.SEE)
def dry_run_of_new(path: OfProduct, body: NewTrial) -> Response:
    """Who would get a new flag. Nothing is saved."""
    product = program_queries.product(reading(), path.product_id)
    flag = Flag(product_id=product.id, key=body.key, number=0, version=1, filters=body.filters)
    return _tried(flag, queries.definition(flag))


def _tried(flag: Flag, definition: dict[str, Any]) -> Response:
    definition["filters"] = service.sound(writing(), flag.product_id, flag.key, definition["filters"])
    tried = queries.dry_run(reading(), flag.product_id, flag.key, definition, clock.now())
    return shown(
        ShownDryRun(
            looked_at=tried.looked_at,
            is_partial=tried.is_partial,
            effect=_shown_effect(tried.effect),
            others=[_shown_effect(each) for each in tried.others],
        )
    )


def _shown_revision(told: queries.Told) -> ShownRevision:
    row = told.revision
    return ShownRevision(
        version=row.version,
        change=row.change,
        changes=told.sentences,
        at=row.at,
        who=row.who,
        through=row.actor_kind,
        approved_by=row.approved_by,
        note=row.note,
        definition=row.definition,
    )


def _shown_effect(effect: queries.Effect) -> ShownEffect:
    may_name = viewer().can("testers:read")
    people = [
        ShownMove(
            tester=ids.encode("tst", each.tester_id),
            name=each.name if may_name else None,
            before=each.before,
            after=each.after,
            reason=wording.reason(each.outcome),
        )
        for each in effect.people
    ]
    return ShownEffect(
        key=effect.key,
        turned_on=effect.turned_on,
        turned_off=effect.turned_off,
        varied=effect.varied,
        people=people,
    )
