"""Our own css, scripts and pictures, served as they are under one address that changes with their content.

`/assets/<digest>/css/console.css`: one digest for the whole folder, so that a script's relative imports
keep the same prefix and everything may be cached for ever. The only work done on the way: lines
`@import "tokens.css";` are replaced by that file, so that a page needs one style sheet.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flask import Blueprint, Response, abort, request

from betaops.web.access import public

FOLDER = Path(__file__).parent.parent / "assets"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".json": "application/json",
}
FOR_EVER = "public, max-age=31536000, immutable"
_IMPORT = re.compile(r'^@import "([\w./-]+)";$', re.MULTILINE)


@dataclass(frozen=True)
class Asset:
    """One file as it is sent."""

    body: bytes
    content_type: str

    @cached_property
    def packed(self) -> bytes:
        return gzip.compress(self.body, 9, mtime=0)


class Assets:
    """All files of a folder in memory, read once; `digest` names this very content."""

    def __init__(self, folder: Path = FOLDER) -> None:
        paths = sorted(path for path in folder.rglob("*") if path.suffix in TYPES)
        self._files = {
            path.relative_to(folder).as_posix(): Asset(_content(path), TYPES[path.suffix]) for path in paths
        }
        everything = hashlib.sha256()
        for name, asset in self._files.items():
            everything.update(name.encode() + b"\0" + asset.body + b"\0")
        self.digest = everything.hexdigest()[:12]

    def __getitem__(self, name: str) -> Asset:
        return self._files[name]

    def __contains__(self, name: str) -> bool:
        return name in self._files

    def url(self, name: str) -> str:
        """Where a page finds `name` ("css/console.css"); KeyError when there is no such file."""
        if name not in self._files:
            raise KeyError(name)
        return f"/assets/{self.digest}/{name}"


def _content(path: Path) -> bytes:
    if path.suffix != ".css":
        return path.read_bytes()
    text = path.read_text(encoding="utf-8")
    return _IMPORT.sub(lambda found: _content(path.parent / found[1]).decode(), text).encode()


assets = Assets()
asset = assets.url
blueprint = Blueprint("assets", __name__)


@blueprint.get("/assets/<digest>/<path:name>")
@public(cookieless=True)
def file(digest: str, name: str) -> Response:
    """The file; under an older digest (a page open since before an update) the present one, briefly kept."""
    if name not in assets:
        abort(404)
    found = assets[name]
    packs = "gzip" in request.headers.get("Accept-Encoding", "") and len(found.body) > 800
    response = Response(found.packed if packs else found.body, content_type=found.content_type)
    if packs:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = FOR_EVER if digest == assets.digest else "public, max-age=60"
    # Scripts of a page that a stranger frames (embedded surveys) come from our own origin; nobody else needs them
    # but the widget loader, which may be fetched from anywhere.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
