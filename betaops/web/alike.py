"""Pages that many people get alike: drawn once, each with what is its own put in.

Only for routes without cookies, and for people who bring none: their page depends on nothing but what is asked for.
"""

import re
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from flask import Flask, current_app, request

from betaops.kernel import i18n

Facts = TypeVar("Facts", bound=Hashable)
#: A page as its pieces: text, or the number of what is each one's own.
_Pieces = tuple[str | int, ...]

#: Pages that one process keeps; beyond, the one that was drawn first is forgotten. Longer ones (letters) are drawn anew.
MOST_KEPT, LONGEST_KEPT = 128, 256 * 1024
#: What can be told apart from everything else on a page, and means the same in an address, a field and a text.
_OWN = re.compile(r"[\w.-]{20,}", re.ASCII)


def register(app: Flask) -> None:
    app.extensions["betaops.alike"] = dict[Hashable, _Pieces]()


def alike(draw: Callable[..., str], facts: Facts, *own: str) -> str:
    """What `draw(facts, *own)` gives, drawn once for all with these `facts` who speak one language.

    `draw` is a function of a module, and draws from nothing but `facts` and what those lead to that never changes.
    `own` are long random texts of this one person (tokens, signed moments). An empty page is not kept.
    """
    if request.cookies or not all(map(_OWN.fullmatch, own)) or len(set(own)) < len(own):
        return draw(facts, *own)
    kept = cast(dict[Any, _Pieces], current_app.extensions["betaops.alike"])
    key = (draw, facts, i18n.language())
    pieces = kept.get(key)
    if pieces is None:
        text = draw(facts, *own)
        if 0 < len(text) <= LONGEST_KEPT:
            # Another thread may be doing the same.
            for each in list(kept)[: len(kept) + 1 - MOST_KEPT]:
                kept.pop(each, None)
            kept[key] = _pieces(text, own)
        return text
    return "".join(piece if isinstance(piece, str) else own[piece] for piece in pieces)


def _pieces(text: str, own: tuple[str, ...]) -> _Pieces:
    if not own:
        return (text,)
    numbers = {each: number for number, each in enumerate(own)}
    parts = re.split(f"({'|'.join(map(re.escape, own))})", text)
    return tuple(numbers.get(part, part) for part in parts)
