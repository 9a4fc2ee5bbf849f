"""The audit log: every event of this workspace, and whether the chain over them holds."""

from datetime import UTC, date, datetime, time, timedelta

from flask import render_template, request

from betaops.accounts import policy, queries, sentences
from betaops.accounts.service import audit as chain
from betaops.accounts.views import blueprint
from betaops.kernel import paging
from betaops.web.access import needs
from betaops.web.application import reading, viewer


def _day(name: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(request.args.get(name, "")), time(), UTC)
    except ValueError:
        return None


@blueprint.get("/console/settings/audit")
@needs(policy.AUDIT)
def audit() -> str:
    kind, since, until = request.args.get("kind") or None, _day("since"), _day("until")
    found = queries.events(
        viewer().workspace_id,
        kind=kind,
        since=since,
        until=until + timedelta(days=1) if until else None,
    )
    page = paging.keyset(
        reading(), found, order=queries.EVENTS_ORDER, cursor=request.args.get("cursor"), size=100
    )
    return render_template(
        "accounts/audit.html",
        page=page,
        names=queries.names(reading(), {event.actor_id for event in page.items if event.actor_id}),
        sentence=sentences.sentence,
        kinds=queries.event_kinds(reading(), viewer().workspace_id),
        kind=kind,
        since=since,
        until=until,
        chain=chain.verify(reading()),
    )
