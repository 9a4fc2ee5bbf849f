"""A list of people as somebody pastes it: addresses and ids between whatever separates them. Pure."""

import re

_CHUNKS = re.compile(r"[,;|\t\r\n]+")
_APART = re.compile(r"[\s<>\"'()\[\]]+")
_EDGES = "<>\"'()[]"


def entries(text: str) -> list[str]:
    """Each once, in order. Of `Ana Ruiz <ana@example.com>` only the address counts."""
    found: dict[str, None] = {}
    for chunk in _CHUNKS.split(text.replace("\0", "")):
        # Taken apart and looked at: one pattern for an address takes minutes over a long text without any.
        words = [word for word in _APART.split(chunk) if "@" in word[1:-1]] or chunk.split()
        for word in words:
            entry = word.strip(_EDGES).removeprefix("mailto:").rstrip(".")
            if entry:
                found[entry] = None
    return list(found)
