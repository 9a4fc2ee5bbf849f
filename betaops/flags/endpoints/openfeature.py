"""OpenFeature's remote evaluation: one flag, or all that the key may see."""

import hashlib

from betaops.flags import ofrep
from betaops.flags.endpoints.frame import Answer, Call
from betaops.flags.snapshot import Snapshot
from betaops.web import cors


def evaluate(call: Call) -> Answer:
    """One flag, or all that the key may see; with the secret key those for servers too."""
    key = (call.found[1] or "") if call.found else ""
    snapshot, is_public = _by_any_key(call)
    headers = (*call.cors(snapshot), ("Access-Control-Expose-Headers", "ETag"))
    question = ofrep.read_question(call.body(), is_public=is_public, key=key)
    # One that is switched off says so: left out, the default in the code would hold, which may be on.
    evaluations = snapshot.evaluations(snapshot.outcomes(question, with_inactive=True))
    if key:
        if not evaluations:
            raise ofrep.not_found(key)
        return Answer(200, evaluations[0], headers)
    body = ofrep.bulk(evaluations)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = (*headers, ("ETag", etag))
    if etag in call.environ.get("HTTP_IF_NONE_MATCH", ""):
        return Answer(304, b"", headers)
    return Answer(200, body, headers)


def _by_any_key(call: Call) -> tuple[Snapshot, bool]:
    """The product whose project key (then True) or secret key the request bears."""
    key = call.bearer() or call.environ.get("HTTP_X_API_KEY", "")
    public = call.snapshots.by_project_key(key)
    secret = None if public is not None else call.snapshots.by_secret_key(key)
    snapshot = public or secret
    if snapshot is None:
        raise ofrep.Refused(401, "GENERAL", "The key is not known here.")
    return snapshot, public is not None or cors.is_browser(call.environ)
