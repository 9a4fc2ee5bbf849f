"""What the browser SDK loads before anything else: its configuration, and its own scripts where the operator has them."""

import orjson

from betaops.flags import posthog_wire as wire
from betaops.flags.endpoints.frame import Answer, Call, not_found

_JAVASCRIPT = "application/javascript; charset=utf-8"
_YEAR, _DAY = 365 * 86_400, 86_400
#: No key stands in a script's address, and nothing in it is anybody's: any page may load it.
_ANY_PAGE = (("Access-Control-Allow-Origin", "*"), ("Cross-Origin-Resource-Policy", "cross-origin"))


def remote_config(call: Call) -> Answer:
    """As JSON, or as the script that puts it where the SDK looks for it."""
    token, script = (call.found[1], call.found[2]) if call.found else (None, None)
    snapshot = call.snapshots.by_project_key(token) if token else None
    if token is None or snapshot is None:
        return not_found(call)
    call.admit(snapshot)
    config = snapshot.remote_config()
    headers = (*call.cors(snapshot), ("Cache-Control", "public, max-age=60"))
    if script:
        return Answer(200, wire.remote_config_script(token, config), headers, _JAVASCRIPT)
    return Answer(200, orjson.dumps(config), headers)


def script(call: Call) -> Answer:
    """A file of the npm package posthog-js, from the folder in POSTHOG_JS; 404 without it, which sends the SDK no further."""
    scripts = call.shared.scripts
    version, name = (call.found[1], call.found[2]) if call.found else (None, None)
    file = scripts.file(name) if name else None
    # Another version's parts do not fit: told so, the SDK falls back to the address without a version.
    if file is None or (version and scripts.version and version != scripts.version):
        return Answer(404, b"", (*_ANY_PAGE, ("Cache-Control", "public, max-age=300")), "text/plain")
    is_fixed = bool(version and version == scripts.version)
    lasts = f"public, max-age={_YEAR}, immutable" if is_fixed else f"public, max-age={_DAY}"
    headers = (*_ANY_PAGE, ("Cache-Control", lasts), ("ETag", file.etag), ("Vary", "Accept-Encoding"))
    if file.etag in call.environ.get("HTTP_IF_NONE_MATCH", ""):
        return Answer(304, b"", headers, _JAVASCRIPT)
    if "gzip" in call.environ.get("HTTP_ACCEPT_ENCODING", ""):
        return Answer(200, file.packed, (*headers, ("Content-Encoding", "gzip")), _JAVASCRIPT)
    return Answer(200, file.plain, headers, _JAVASCRIPT)
