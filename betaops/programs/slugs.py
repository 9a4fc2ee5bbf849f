"""Short names for addresses, made from names of things."""

import re
import unicodedata

LONGEST = 60
#: What a slug may look like; also used by forms.
PATTERN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
#: Words that stand where a slug may stand in an address.
RESERVED = frozenset({"invitation", "me", "new", "sign-in", "sign-out", "join", "portal", "console"})


def slug(name: str) -> str:
    """`Crème brûlée 2.0` → `creme-brulee-2-0`; empty where no letter or digit of ASCII is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].strip("-")


def candidates(name: str, fallback: str) -> list[str]:
    """Slugs to try in turn until one is free."""
    base = slug(name) or fallback
    if base in RESERVED:
        base = f"{fallback}-{base}"
    return [base, *(f"{base[: LONGEST - 4]}-{number}" for number in range(2, 100))]
