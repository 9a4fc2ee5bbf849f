"""`{panel.street[0]}`: finding what a name in an expression stands for."""

import re
from collections.abc import Mapping
from typing import Any

_INDEX = re.compile(r"(.*)\[(-?\d+)\]$", re.DOTALL)


def look_up(values: Any, name: str) -> Any:
    """The value that `name` leads to, without regard to case; None where it leads nowhere.

    A name may hold dots itself ("a.b" as one key), so the longest beginning that is a key wins.
    """
    found, value = _follow(values, name.split("."))
    if found:
        return value
    return 0 if name.endswith(".length") else None


def _follow(value: Any, path: list[str]) -> tuple[bool, Any]:
    if not path:
        return True, value
    for count in range(_plain_parts(path), 0, -1):
        name, index = _split(".".join(path[:count]))
        found, inner = _member(value, name)
        if found and index is not None:
            found, inner = _item(inner, index)
        if found:
            return _follow(inner, path[count:])
    return False, None


def _plain_parts(path: list[str]) -> int:
    """How many parts may be one key: those up to the first with an index, and it."""
    return next((number for number, part in enumerate(path, 1) if _INDEX.match(part)), len(path))


def _split(name: str) -> tuple[str, int | None]:
    found = _INDEX.match(name)
    return (found[1], int(found[2])) if found else (name, None)


def _member(value: Any, name: str) -> tuple[bool, Any]:
    if name == "length" and isinstance(value, list | str):
        return True, len(value)
    if not isinstance(value, Mapping):
        return False, None
    if name in value:
        return value[name] is not None, value[name]
    lowered = name.lower()
    for key, inner in value.items():
        if isinstance(key, str) and key.lower() == lowered:
            return inner is not None, inner
    return False, None


def _item(value: Any, index: int) -> tuple[bool, Any]:
    if not isinstance(value, list) or not -len(value) <= index < len(value):
        return False, None
    return True, value[index]
