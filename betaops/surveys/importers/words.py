"""Text of other tools as ours: plain, in several languages, without the markup that titles do not have. Pure."""

import html
import math
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from betaops.surveys.localised import DEFAULT

#: Letters of one text that are taken.
LONGEST = 20_000

_BREAKS = re.compile(r"<\s*(?:br\s*/?|/p|/div|/h\d|/li)\s*>", re.IGNORECASE)
_KEPT = re.compile(r"</?(?:b|strong|i|em|u|s|sub|sup|code|small|mark)>", re.IGNORECASE)
_TAG = re.compile(r"<(?:!--|/?[A-Za-z])[^<>]{0,5000}>")
_SCRIPT = re.compile(r"<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)


def plain(value: Any) -> str:
    """`value` as text; what has none (a list, an object, NaN) is empty."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value.replace("\0", "")[:LONGEST].strip()
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else ""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return ""


def title(value: Any) -> str:
    """One text without the markup that titles cannot have: paragraphs become lines, stress stays."""
    source = plain(value)
    if "<" not in source and "&" not in source:
        return source
    source = _BREAKS.sub("\n", _SCRIPT.sub("", source))
    source = _TAG.sub(lambda found: found[0].lower() if _KEPT.fullmatch(found[0]) else "", source)
    if not _KEPT.search(source):
        source = html.unescape(source)
    return "\n".join(line.strip() for line in source.split("\n") if line.strip()).replace("\xa0", " ").strip()


def has_picture(value: Any) -> bool:
    return re.search(r"<\s*(?:img|video|audio|iframe)\b", plain(value), re.IGNORECASE) is not None


def localised(texts: Mapping[str, str], main: str) -> Any:
    """Texts by language as a definition has them: plain where there is but one, else with a default."""
    said = {code: words for code, words in texts.items() if words}
    if not said:
        return ""
    first = main if main in said else next(iter(said))
    others = {code: words for code, words in said.items() if code != first and words != said[first]}
    return {DEFAULT: said[first], **others} if others else said[first]


def number(value: Any) -> int | float | None:
    """A finite number, also one that is written; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value) if not isinstance(value, str) else float(value.strip() or "x")
    except (ValueError, OverflowError):
        return None
    if not math.isfinite(found) or abs(found) > 1e15:
        return None
    return int(found) if found.is_integer() else found


def code(value: Any) -> Any:
    """The value of a choice: numbers stay numbers, everything else is text."""
    found = number(value) if not isinstance(value, str) else None
    return plain(value)[:200] if found is None else found


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects in a list, or in an object of numbered ones; nothing for anything else."""
    items = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return [item for item in items if isinstance(item, dict)]


def mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
