"""Text of a definition in one language: plain, or `{"default": …, "fr": …}`. Pure."""

from typing import Any

DEFAULT = "default"


def text(value: Any, language: str = DEFAULT) -> str:
    """`value` in `language` ("pt-BR" also takes "pt"), else in the default one, else in any that has text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, dict):
        return ""
    for code in (language, language.partition("-")[0], DEFAULT, "en"):
        found = value.get(code)
        if isinstance(found, str) and found:
            return found
    return next((found for found in value.values() if isinstance(found, str) and found), "")


def languages(value: Any) -> set[str]:
    """Codes that anything inside `value` is written in, besides the default. Only shapes of localised text count."""
    found: set[str] = set()
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting += item
        elif isinstance(item, dict):
            if DEFAULT in item and all(isinstance(part, str) for part in item.values()):
                found |= {code for code in item if code != DEFAULT}
            else:
                waiting += item.values()
    return found


def changed(value: Any, new: str, language: str = DEFAULT) -> Any:
    """`value` with `new` in `language`; stays plain text where only the default is there."""
    if not isinstance(value, dict):
        return new if language == DEFAULT else {DEFAULT: text(value), language: new}
    return {**value, language: new}
