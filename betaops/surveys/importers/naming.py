"""Names of elements that come from elsewhere: every one different, none that our language could not say. Pure."""

import re

from betaops.surveys.checking import LONGEST_NAME
from betaops.surveys.importers.words import plain

_UNSAYABLE = re.compile(r"[{}\[\]\x00-\x1f\x7f]+")


class Naming:
    """Hands out names, none twice (however they are written)."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def name(self, wanted: object, otherwise: str = "question") -> str:
        """`wanted` as near as can be."""
        base = (
            _UNSAYABLE.sub(" ", plain(wanted)).strip().lstrip("_#")[: LONGEST_NAME - 10].strip() or otherwise
        )
        name, number = base, 2
        while name.lower() in self._taken:
            name, number = f"{base}_{number}", number + 1
        self._taken.add(name.lower())
        return name
