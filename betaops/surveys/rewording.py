"""Whether other words still say the same, as far as a program can tell: a slip of the pen corrected, no more. Pure."""

import re

#: Words shorter than this have neighbours that mean something else ("now", "not").
_SHORTEST = 4


def is_small(old: str, new: str) -> bool:
    """Whether `new` differs from `old` by case, signs, spaces, or one letter of a longer word.

    Never by a number, and never by a word more or less: "likely" and "not likely" differ by little and mean a lot.
    """
    before, after = _words(old), _words(new)
    if not before or not after:
        return old.strip() == new.strip()
    together = "".join(before) == "".join(after)
    return together or (len(before) == len(after) and all(map(_is_slip, before, after)))


def _words(text: str) -> list[str]:
    """Letters and numbers; texts of signs alone (“-”, “☹”) have none. "-1" and "1" differ."""
    return re.findall(r"(?:(?<!\w)-)?\d+(?:[.,]\d+)*|[^\W\d_]+", text.casefold())


def _is_slip(old: str, new: str) -> bool:
    """One letter more, less, other, or two of them exchanged."""
    if old == new:
        return True
    if min(len(old), len(new)) < _SHORTEST or not (old.isalpha() and new.isalpha()):
        return False
    start = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), None)
    if start is None:
        return abs(len(old) - len(new)) == 1
    one, other = old[start:], new[start:]
    is_swapped = one[:2] == other[1::-1] and len(other) > 1 and one[2:] == other[2:]
    return is_swapped or one[1:] == other[1:] or one[1:] == other or one == other[1:]
