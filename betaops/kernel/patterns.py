"""People's regular expressions, run by RE2: linear time, whatever they wrote.

PostHog's server runs them in Rust's syntax and each SDK in its own. What RE2 spells differently from Rust
(character classes that cover all of Unicode) is translated; what it cannot express (look-around, back
references) is refused when a flag or a rule is saved.
"""

from functools import lru_cache
from typing import Any

import re2

#: Longer patterns and values are not looked at: no pattern that a person writes needs them.
LONGEST_PATTERN = 1_000
LONGEST_VALUE = 10_000

_SPACE = r"\t-\r \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"
_WORD = r"\p{L}\p{M}\p{Nd}\p{Pc}"
_CLASSES = {"d": r"\p{Nd}", "w": _WORD, "s": _SPACE}


def _options() -> Any:
    options = re2.Options()
    options.max_mem = 1 << 20
    options.log_errors = False
    return options


@lru_cache(maxsize=2048)
def compiled(pattern: str) -> Any | None:
    """A searchable pattern, or None where it is invalid or too long."""
    if len(pattern) > LONGEST_PATTERN:
        return None
    try:
        return re2.compile(_translated(pattern), options=_options())
    except (re2.error, UnicodeEncodeError):
        return None


def found(pattern: Any, value: str) -> bool:
    """Whether `pattern` occurs anywhere in `value`."""
    if len(value) > LONGEST_VALUE:
        return False
    try:
        return pattern.search(value) is not None
    except UnicodeEncodeError:
        return False


def _translated(pattern: str) -> str:
    """`pattern` with \\d, \\w and \\s meaning all of Unicode, as in Rust and Python."""
    out: list[str] = []
    inside = False
    position = 0
    while position < len(pattern):
        letter = pattern[position]
        if letter == "\\" and position + 1 < len(pattern):
            out.append(_escape(pattern[position + 1], inside))
            position += 2
            continue
        if letter == "[" and not inside:
            inside = True
            out.append(letter)
            # A "]" right after "[" or "[^" stands for itself.
            for literal in ("^", "]"):
                if pattern[position + 1 : position + 2] == literal:
                    out.append(literal)
                    position += 1
        elif letter == "]" and inside:
            inside = False
            out.append(letter)
        else:
            out.append(letter)
        position += 1
    return "".join(out)


def _escape(letter: str, inside: bool) -> str:
    meaning = _CLASSES.get(letter.lower())
    if meaning is None:
        return "\\" + letter
    if letter.islower():
        return meaning if inside else f"[{meaning}]"
    if not inside:
        return f"[^{meaning}]"
    # A negated class within a class: RE2 has \P{…} for one category only.
    return r"\P{Nd}" if letter == "D" else "\\" + letter
