"""Which pages of other sites may read an answer. Only for endpoints that take a public key; never with cookies."""

import re
from collections.abc import Sequence
from typing import Any

Headers = tuple[tuple[str, str], ...]

_DEFAULT_HEADERS = "content-type, authorization"
_HEADER_NAMES = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~ ,-]{1,1000}")
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]{0,30}://[^\s/?#@]{1,253}|null")


def preflight(environ: dict[str, Any]) -> Headers:
    """The answer to OPTIONS. The key that decides stands in the body of the request to come, so any origin may ask."""
    wanted = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "")
    return (
        *headers(environ, ()),
        ("Access-Control-Allow-Methods", "GET, POST, OPTIONS"),
        ("Access-Control-Allow-Headers", wanted if _HEADER_NAMES.fullmatch(wanted) else _DEFAULT_HEADERS),
        ("Access-Control-Max-Age", "86400"),
    )


def headers(environ: dict[str, Any], origins: Sequence[str]) -> Headers:
    """What lets the page of an allowed origin (empty: any) read the answer."""
    origin = environ.get("HTTP_ORIGIN")
    if origin is None:
        return ()
    if not _ORIGIN.fullmatch(origin.lower()) or not is_allowed(environ, origins):
        return (("Vary", "Origin"),)
    return (("Access-Control-Allow-Origin", origin), ("Vary", "Origin"))


def is_allowed(environ: dict[str, Any], origins: Sequence[str]) -> bool:
    """Whether the request may use a key that is limited to `origins`; servers send none and may."""
    origin = environ.get("HTTP_ORIGIN")
    return origin is None or not origins or origin.lower() in origins


def is_browser(environ: dict[str, Any]) -> bool:
    """Whether a page sent the request: browsers say so and pages cannot keep them from it.

    `Sec-Fetch-Mode` proves nothing: Node's own `fetch` sends it as well.
    """
    return "HTTP_ORIGIN" in environ or "HTTP_SEC_FETCH_SITE" in environ
