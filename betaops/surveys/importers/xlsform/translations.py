"""Words of a form by language: `label`, `label::French (fr)`. Pure."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from betaops.surveys.importers import words
from betaops.surveys.importers.xlsform.sheets import Row

#: Names that forms use without a code in brackets.
_CODES = {
    "english": "en", "french": "fr", "français": "fr", "german": "de", "deutsch": "de", "spanish": "es",
    "español": "es", "portuguese": "pt", "português": "pt", "arabic": "ar", "italian": "it", "russian": "ru",
    "swahili": "sw", "hindi": "hi", "nepali": "ne", "bengali": "bn", "dutch": "nl", "chinese": "zh", "japanese": "ja",
    "turkish": "tr", "ukrainian": "uk", "polish": "pl", "amharic": "am", "somali": "so", "vietnamese": "vi",
}  # fmt: skip


def code_of(language: str) -> str:
    """`French (fr)` is fr; a name that nobody knows stays what it is."""
    if found := re.search(r"\(\s*([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})?)\s*\)\s*$", language):
        return found[1].replace("_", "-")
    return _CODES.get(language.strip().lower(), language.strip()[:20])


class Translations:
    """Knows which language of a form is the one without a name."""

    def __init__(self, default_language: str, rows: Iterable[Row]) -> None:
        columns = [column for row in rows for column in row]
        named = [code_of(column.partition("::")[2]) for column in columns if column.startswith("label::")]
        given = code_of(default_language) if default_language else ""
        # Labels in a column without a language are in the main one, which then need not have a name.
        self.main = given or ("" if "label" in columns or not named else named[0])

    def text(self, row: Row, column: str, turned: Callable[[str], str]) -> Any:
        """One column in all languages, each text through `turned`."""
        said: dict[str, str] = {}
        if plain := row.get(column):
            said[self.main or "default"] = turned(plain)
        for heading, source in row.items():
            name, colons, language = heading.partition("::")
            if colons and name == column and language:
                said[code_of(language)] = turned(source)
        return words.localised(said, self.main or "default")
