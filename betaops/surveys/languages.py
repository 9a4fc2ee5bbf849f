"""Languages of survey content: their names, which way they run, which of them a text is in. Pure."""

from collections.abc import Collection

from babel import Locale, UnknownLocaleError

from betaops.surveys.definition import Definition
from betaops.surveys.localised import DEFAULT

#: What is offered, by the codes of SurveyJS; any other that an import brings is kept and translated as well.
LANGUAGES = (
    "ar", "bg", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he", "hi", "hr", "hu", "id", "it", "ja",
    "ko", "lt", "lv", "nb", "nl", "pl", "pt", "pt-BR", "ro", "ru", "sk", "sl", "sr", "sv", "th", "tr", "uk", "vi",
    "zh-Hans", "zh-Hant",
)  # fmt: skip


def name(code: str, reader: str | None = None) -> str:
    """“French” for `fr` as `reader`'s language calls it, “français” as it calls itself; the code where nobody knows it."""
    try:
        return Locale.parse(code, sep="-").get_display_name(reader) or code
    except (ValueError, UnknownLocaleError):
        return code


def offered(reader: str) -> list[tuple[str, str]]:
    """Code and name of the languages to choose from, by name."""
    return sorted(((code, name(code, reader)) for code in LANGUAGES), key=lambda each: each[1].casefold())


def direction(code: str) -> str:
    """`rtl` for Arabic, Hebrew and kin, else `ltr`."""
    try:
        return str(Locale.parse(code, sep="-").text_direction)
    except (ValueError, UnknownLocaleError):
        return "ltr"


def is_language(code: str) -> bool:
    """Whether it is the code of a language that is known: "fr", "pt-BR"."""
    try:
        Locale.parse(code, sep="-")
    except (ValueError, UnknownLocaleError):
        return False
    return code != DEFAULT


def shown(wanted: str, codes: Collection[str]) -> str:
    """The one of `codes` in which somebody who wants `wanted` ("de-AT") reads, as `localised.text` chooses; empty for
    the original."""
    return next((code for code in (wanted, wanted.partition("-")[0]) if code in codes), "")


def written(definition: Definition, wanted: str) -> str:
    """The language in which somebody who wants `wanted` reads the survey; empty where its original says none."""
    return shown(wanted, definition.languages) or str(definition.options.get("locale") or "")
