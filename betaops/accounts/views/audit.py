"""The audit log: every event of this workspace, and whether the chain over them holds."""

import uuid
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Response, flash, render_template, request

from betaops.accounts import activity, policy, queries
from betaops.accounts.service import audit as chain
from betaops.accounts.views.frame import blueprint, to, workspace_id
from betaops.kernel import ids
from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import gettext as _
from betaops.web.access import needs
from betaops.web.application import reading, viewer, writing

PAGE = 100
#: Recomputing the chain takes about 20 µs an event: up to so many a press of the button may wait for it.
MOST_AT_ONCE = 20_000


@blueprint.get("/console/settings/audit")
@needs(policy.AUDIT)
def audit() -> str:
    """What is not understood in the address is left out rather than refused: links grow old."""
    kinds = queries.event_kinds(reading(), workspace_id())
    kind = request.args.get("kind") if request.args.get("kind") in kinds else None
    since, until = _day("since"), _day("until")
    page = queries.events(
        reading(),
        workspace_id(),
        kind=kind,
        actor_id=_actor(),
        since=since,
        until=until + timedelta(days=1) if until else None,
        cursor=request.args.get("cursor"),
        size=PAGE,
    )
    return render_template(
        "accounts/audit.html",
        page=page,
        lines=activity.lines(reading(), page.items),
        kinds=sorted(((each, activity.title(each)) for each in kinds), key=lambda pair: pair[1]),
        members=[(ids.encode("usr", each.user.id), each.user.name) for each in queries.members(reading())],
        kind=kind,
        actor=request.args.get("actor") if _actor() else None,
        since=request.args.get("since") if since else None,
        until=request.args.get("until") if until else None,
        seal=queries.newest_seal(reading(), workspace_id()),
        sealed=queries.sealed_events(reading(), workspace_id()),
        check=queries.last_check(reading(), workspace_id()),
    )


@blueprint.post("/console/settings/audit/check")
@needs(policy.AUDIT)
def check_chain() -> Response:
    """Recompute the chain: now where that is quick, else as a job."""
    if queries.sealed_events(reading(), workspace_id()) > MOST_AT_ONCE:
        chain_id = str(workspace_id())
        writing().enqueue("accounts.check_audit", {"chain": chain_id}, unique=f"check-audit:{chain_id}")
        flash(_("The chain is being checked. Come back in a minute."))
        return to("accounts.audit")
    chain.seal_all(writing())
    found = chain.check(writing(), workspace_id())
    if found.broken_at is None:
        flash(_("Every seal holds: nothing was changed or taken away."))
    else:
        flash(_("Seal %(number)s does not hold.", number=found.broken_at), "error")
    return to("accounts.audit")


def _day(name: str) -> datetime | None:
    """Midnight of that day where the viewer lives."""
    try:
        day = datetime.strptime(request.args.get(name, ""), "%Y-%m-%d")  # noqa: DTZ007  # the zone follows
    except ValueError:
        return None
    return datetime.combine(day, time(), ZoneInfo(viewer().timezone))


def _actor() -> uuid.UUID | None:
    try:
        return ids.decode("usr", request.args.get("actor", ""))
    except NotFound:
        return None
