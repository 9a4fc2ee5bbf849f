"""Sentences in the reader's language, from the `.po` files in `betaops/translations/`.

English is written in the code. A catalogue is read once per process, straight from its `.po`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.messages import pofile

TRANSLATIONS = Path(__file__).parent.parent / "translations"
DEFAULT = "en"

_language: ContextVar[str] = ContextVar("language", default=DEFAULT)


@cache
def available() -> tuple[str, ...]:
    """Language codes that can be chosen, English first."""
    found = sorted(path.parent.parent.name for path in TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"))
    return (DEFAULT, *(code for code in found if code != DEFAULT))


@cache
def _catalogue(language: str) -> dict[str, str | tuple[str, ...]]:
    path = TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"
    if language == DEFAULT or not path.exists():
        return {}
    with path.open("rb") as file:
        catalogue = pofile.read_po(file, locale=language)
    found: dict[str, str | tuple[str, ...]] = {}
    for message in catalogue:
        if not message.id or message.fuzzy:
            continue
        key = message.id if isinstance(message.id, str) else message.id[0]
        text = message.string if isinstance(message.string, str) else tuple(message.string or ())
        if text and all(text):
            found[key] = text
    return found


@cache
def _plural_rule(language: str) -> Any:
    return Locale.parse(language).plural_form


def language() -> str:
    """The language of the present unit of work."""
    return _language.get()


def locale() -> Locale:
    """How numbers and dates are written: English is British, so days come first and hours go to 24."""
    code = _language.get()
    return Locale.parse("en_GB" if code == DEFAULT else code)


@contextmanager
def speaking(code: str | None) -> Iterator[None]:
    """Everything translated inside is in `code` where we have it, else in English."""
    token = _language.set(code if code in available() else DEFAULT)
    try:
        yield
    finally:
        _language.reset(token)


def choose(accepted: str | None) -> str:
    """The best available language for an `Accept-Language` header."""
    ranked: list[tuple[float, str]] = []
    for part in (accepted or "").split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            ranked.append((float(weight or 1), tag.split("-")[0].lower()))
        except ValueError:
            continue
    for _, code in sorted(ranked, key=lambda item: -item[0]):
        if code in available():
            return code
    return DEFAULT


def gettext(message: str, **values: Any) -> str:
    """`message` in the present language, with `%(name)s` filled from `values`."""
    text = _catalogue(_language.get()).get(message, message)
    found: str = text if isinstance(text, str) else text[0]
    return found % values if values else found


def ngettext(singular: str, plural: str, num: int, **values: Any) -> str:
    """The form of the present language for `num`; `%(num)s` is always filled."""
    return form_for(singular, plural, num) % {"num": num, **values}


def form_for(singular: str, plural: str, num: int) -> str:
    """The sentence of the present language for `num`, with its gaps still open."""
    code = _language.get()
    text = _catalogue(code).get(singular)
    if not isinstance(text, tuple):
        return singular if num == 1 else plural
    forms = sorted(_plural_rule(code).tags | {"other"}, key=_CLDR_ORDER.index)
    return text[min(forms.index(_plural_rule(code)(num)), len(text) - 1)]


_CLDR_ORDER = ["zero", "one", "two", "few", "many", "other"]


class Lazy:
    """A sentence named now and translated when it is shown (form labels, class attributes)."""

    def __init__(self, message: str, values: dict[str, Any]) -> None:
        self.message, self.values = message, values

    def __str__(self) -> str:
        return gettext(self.message, **self.values)

    def __html__(self) -> str:
        from markupsafe import escape

        return str(escape(str(self)))

    def __repr__(self) -> str:
        return f"Lazy({self.message!r})"

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other)

    def __hash__(self) -> int:
        return hash(self.message)

    def __mod__(self, values: Any) -> str:
        return str(str(self) % values)

    def __add__(self, other: object) -> str:
        return str(self) + str(other)

    def __radd__(self, other: object) -> str:
        return str(other) + str(self)

    def __len__(self) -> int:
        return len(str(self))

    def __contains__(self, part: str) -> bool:
        return part in str(self)


def lazy_gettext(message: str, **values: Any) -> Any:
    """Like `gettext`, for places that are read before a reader is known."""
    return Lazy(message, values)
