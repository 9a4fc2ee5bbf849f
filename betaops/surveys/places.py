"""Where the parts of a JSON value stand in its text: for pointing at what is wrong there. Pure."""

from collections.abc import Iterator
from typing import Any

import orjson

Place = tuple[str | int, ...]


def written(value: Any) -> str:
    """The text that line numbers are about: one item a line, two spaces deeper for each level."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def line_of(value: Any, place: Place) -> int:
    """The line of `written(value)` on which `place` begins, from 1; of what holds it where it is not there."""
    lines = dict(_lines(value, (), 1))
    while place not in lines:
        place = place[:-1]
    return lines[place]


def _lines(value: Any, place: Place, line: int) -> Iterator[tuple[Place, int]]:
    yield place, line
    line += 1
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, child in items:
        yield from _lines(child, (*place, key), line)
        line += _height(child)


def _height(value: Any) -> int:
    """Lines that a value takes: an empty list is `[]`, others have a line for each bracket."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 2 + sum(map(_height, inner)) if inner else 1
