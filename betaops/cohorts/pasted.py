"""A list of people as somebody pastes it: addresses and ids between whatever separates them. Pure."""

import re

_CHUNKS = re.compile(r"[,;|\t\r\n]+")
_ADDRESS = re.compile(r"[^\s<>\"'()\[\]]+@[^\s<>\"'()\[\]]+")
_EDGES = "<>\"'()[]"


def entries(text: str) -> list[str]:
    """Each once, in order. Of `Ana Ruiz <ana@example.com>` only the address counts."""
    found: dict[str, None] = {}
    for chunk in _CHUNKS.split(text.replace("\0", "")):
        words = _ADDRESS.findall(chunk) or chunk.split()
        for word in words:
            entry = word.strip(_EDGES).removeprefix("mailto:").rstrip(".")
            if entry:
                found[entry] = None
    return list(found)
