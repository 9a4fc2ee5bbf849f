"""What a version of the product is called, and which two spellings are one. Pure.

Products write `2.0`, `v2.0.0` and `2.0 beta 3`, people `2.0-beta.3`. Digits and letters count, what stands between them does
not, nor do zeros that end the number: as in versions of Python packages (PEP 440, "Normalization").
"""

import re
import unicodedata
from typing import Any

#: The property of an event that says which version sent it, as the SDKs name it.
VERSION = "$app_version"
LONGEST_VERSION = 60
#: Every letter of a version a part of its own.
LONGEST_KEY = 2 * LONGEST_VERSION

_PARTS = re.compile(r"\d+|[^\W\d_]+")
_FOREWORDS = frozenset({"v", "ver", "version"})


def version_in(value: Any) -> str:
    """The version that an event's property says; empty where it says none that anybody could read."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = " ".join(str(value).replace("\0", "").split())
    return text if len(text) <= LONGEST_VERSION else ""


def version_key(text: str) -> str:
    """What all spellings of a version share: `2.beta.3`; empty where there is neither a letter nor a digit."""
    folded = unicodedata.normalize("NFKC", text[:LONGEST_VERSION]).casefold()
    parts = [str(int(part)) if part.isdecimal() else part for part in _PARTS.findall(folded)]
    if len(parts) > 1 and parts[0] in _FOREWORDS:
        del parts[0]
    end = next((at for at, part in enumerate(parts) if not part.isdecimal()), len(parts))
    while end > 1 and parts[end - 1] == "0":
        end -= 1
        del parts[end]
    return ".".join(parts)[:LONGEST_KEY]


def in_order(key: str) -> tuple[tuple[int, ...], bool, list[tuple[int, str]]]:
    """For sorting keys: 2.0.9 before 2.0.10, and a beta or a candidate before what it becomes."""
    parts = key.split(".")
    end = next((at for at, part in enumerate(parts) if not part.isdecimal()), len(parts))
    numbers = tuple(int(part) for part in parts[:end])
    rest = [(int(part), "") if part.isdecimal() else (-1, part) for part in parts[end:]]
    return numbers, not rest, rest
