"""Definitions for SDKs that decide by themselves, and single payloads: for the secret key alone."""

import orjson

from betaops.flags import posthog_wire as wire
from betaops.flags.endpoints.frame import Answer, Call, detail
from betaops.flags.snapshot import Snapshot
from betaops.programs.service.products import SECRET_KEY


def definitions(call: Call) -> Answer:
    query = call.query()
    snapshot = _by_secret(call, query.get("token", [""])[0])
    body, etag = snapshot.definitions(with_cohorts="send_cohorts" in query)
    headers = (("ETag", etag), ("Cache-Control", "private, must-revalidate"))
    if etag in call.environ.get("HTTP_IF_NONE_MATCH", ""):
        return Answer(304, b"", headers)
    return Answer(200, body, headers)


def payload(call: Call) -> Answer:
    """What a flag carries when it is on, as the JSON text that it is; null without."""
    snapshot = _by_secret(call, call.query().get("token", [""])[0])
    try:
        return Answer(200, orjson.dumps(snapshot.payload(call.found[1] if call.found else "")))
    except KeyError:
        return Answer(404, detail("Not found."))


def _by_secret(call: Call, project_key: str) -> Snapshot:
    """Definitions say who is in which cohort: never for the public key."""
    secret = call.bearer()
    snapshot = call.snapshots.by_secret_key(secret) if secret else None
    if snapshot is None or (project_key and project_key != snapshot.key.project_key):
        raise wire.unauthorized(
            "The secret key is not known here, or not this product's. Was a new one made?"
            if secret.startswith(SECRET_KEY)
            else "Local evaluation needs the product's secret key."
        )
    call.admit(snapshot)
    return snapshot
