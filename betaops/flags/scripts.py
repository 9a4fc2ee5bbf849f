"""The browser SDK's own files, where the operator named the folder `dist/` of the npm package posthog-js.

None of them is ours or comes with us. Only files that were in the folder when the process started are served,
by exactly their names, so no address leads anywhere else.
"""

import gzip
import hashlib
import re
from functools import cached_property
from pathlib import Path

import orjson

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}\.js")
_LARGEST = 8 << 20


class Script:
    """One file, read and packed when first asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def plain(self) -> bytes:
        return self._path.read_bytes()

    @cached_property
    def packed(self) -> bytes:
        return gzip.compress(self.plain, mtime=0)

    @cached_property
    def etag(self) -> str:
        return f'W/"{hashlib.sha256(self.plain).hexdigest()[:32]}"'


class Scripts:
    """`version` is the package's, where its `package.json` stands beside the folder, as npm puts it; else ""."""

    def __init__(self, folder: Path | None) -> None:
        self._files = {path.name: Script(path) for path in _found(folder)} if folder else {}
        self.version = _version(folder) if folder else ""

    def file(self, name: str) -> Script | None:
        return self._files.get(name)


def _found(folder: Path) -> list[Path]:
    return [
        path
        for path in folder.iterdir()
        if _NAME.fullmatch(path.name) and path.is_file() and path.stat().st_size <= _LARGEST
    ]


def _version(folder: Path) -> str:
    try:
        return str(orjson.loads((folder.resolve().parent / "package.json").read_bytes())["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
