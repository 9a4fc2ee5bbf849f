"""What the browser SDK asks before anything else."""

import orjson

from betaops.flags import posthog_wire as wire
from betaops.flags.endpoints.frame import Answer, Call, not_found


def remote_config(call: Call) -> Answer:
    """As JSON, or as the script that puts it where the SDK looks for it."""
    token, script = (call.found[1], call.found[2]) if call.found else (None, None)
    snapshot = call.snapshots.by_project_key(token) if token else None
    if token is None or snapshot is None:
        return not_found(call)
    config = wire.remote_config(has_flags=bool(snapshot.flags.active))
    headers = (*call.cors(snapshot), ("Cache-Control", "public, max-age=60"))
    if script:
        body = wire.remote_config_script(token, config)
        return Answer(200, body, headers, "application/javascript; charset=utf-8")
    return Answer(200, orjson.dumps(config), headers)
