"""How answers were drawn on a page: so what a person changed there is told from what the survey set meanwhile. Pure."""

import hashlib
from collections.abc import Collection, Mapping
from typing import Any

import orjson


def marks(values: Mapping[str, Any], unsaved: Collection[str] = ()) -> str:
    """Of answers as they are drawn, to be sent back with them.

    Of what an address brought along (`unsaved`) there is none: it is shown, and counts once it is sent.
    """
    return orjson.dumps({key: _mark(value) for key, value in values.items() if key not in unsaved}).decode()


def changed(values: Mapping[str, Any], drawn: str) -> dict[str, Any]:
    """Those of `values` that are not as they were drawn; all of them where nobody knows how that was."""
    before = _read(drawn)
    if not before:
        return dict(values)
    return {key: value for key, value in values.items() if before.get(key) != _mark(value)}


def _mark(value: Any) -> str:
    """A few letters that tell one answer from another."""
    written = orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    return hashlib.blake2b(written, digest_size=6).hexdigest()


def _read(drawn: str) -> dict[str, Any]:
    try:
        found = orjson.loads(drawn)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
