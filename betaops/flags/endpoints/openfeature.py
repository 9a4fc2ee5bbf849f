"""OpenFeature's remote evaluation: one flag, or all that the key may see, and whether they may have changed."""

import hashlib
import random

from betaops.flags import ofrep
from betaops.flags.endpoints.frame import Answer, Call
from betaops.flags.keyring import Caller
from betaops.flags.snapshot import Snapshot

#: Within which a client that listens for changes comes again, in milliseconds; by chance, so that they do not come at
#: once. Each page that is open asks so often, and OpenFeature's web provider calls itself stale each time in between;
#: from 30 s on it would give the stream up.
RETRY_MS = (4_000, 6_000)


def evaluate(call: Call) -> Answer:
    """One flag, or all that the key may see; with the secret key those for servers too."""
    key = (call.found[1] or "") if call.found else ""
    snapshot, caller = _by_any_key(call)
    call.admit(snapshot)
    headers = (*call.cors(snapshot), ("Access-Control-Expose-Headers", "ETag"))
    encoding = call.environ.get("HTTP_CONTENT_ENCODING", "")
    question = ofrep.read_question(call.body(), key=key, encoding=encoding)
    # One that is switched off says so: left out, the default in the code would hold, which may be on.
    evaluations = snapshot.evaluations(snapshot.outcomes(question, caller, with_inactive=True))
    if key:
        if not evaluations:
            raise ofrep.not_found(key)
        return Answer(200, evaluations[0], headers)
    flags = ofrep.bulk(evaluations)
    # Weak, and of the flags alone: where to hear of changes may differ while they are the same.
    etag = f'W/"{hashlib.sha256(flags).hexdigest()[:32]}"'
    headers = (*headers, ("ETag", etag))
    if etag in call.environ.get("HTTP_IF_NONE_MATCH", ""):
        return Answer(304, b"", headers)
    url = f"{call.shared.base_url}/ofrep/v1/events?key={snapshot.key.project_key}&since={snapshot.state}"
    return Answer(200, ofrep.with_streams(flags, url), headers)


def events(call: Call) -> Answer:
    """Server-sent events without a connection that is held: what there is to say, and the client comes again.

    With the public key, also for those who ask with the secret one: all it tells is that something changed.
    """
    query = call.query()
    snapshot = call.snapshots.by_project_key(query.get("key", [""])[0])
    if snapshot is None:
        raise ofrep.Refused(401, "GENERAL", "The key is not known here.")
    call.admit(snapshot)
    heard = call.environ.get("HTTP_LAST_EVENT_ID") or query.get("since", [""])[0]
    body = ofrep.stream(snapshot.state, ofrep.state_in(heard), random.randint(*RETRY_MS))  # noqa: S311  # spreads load
    headers = (*call.cors(snapshot), ("Cache-Control", "no-store"))
    return Answer(200, body, headers, "text/event-stream; charset=utf-8")


def _by_any_key(call: Call) -> tuple[Snapshot, Caller]:
    """The product whose project key or secret key the request bears.

    A provider that was told of a change names the state that it heard of, and gets nothing older.
    """
    key = call.bearer() or call.environ.get("HTTP_X_API_KEY", "")
    heard_of = call.query().get("flagConfigEtag", [""])[0] if call.environ.get("QUERY_STRING") else ""
    at_least = ofrep.state_in(heard_of) or 0
    snapshot = call.snapshots.by_project_key(key, at_least)
    if snapshot is not None:
        return snapshot, call.caller(has_secret=False)
    snapshot = call.snapshots.by_secret_key(key, at_least) if key else None
    if snapshot is None:
        raise ofrep.Refused(401, "GENERAL", "The key is not known here.")
    return snapshot, call.caller(has_secret=True)
