"""`{{name}}` in announcements: our own small substitution over a fixed list, so that a text is never a program.

Pure. Nothing is evaluated, looked up or called: a field that is not on the list is refused when the
announcement is written, and what a value holds is never read again.
"""

import re
from collections.abc import Iterable, Mapping

#: What may stand between the braces.
FIELDS = ("name", "first_name", "program", "product", "ends_on", "portal_link")

_FIELD = re.compile(r"\{\{\s*([^{}\n]*?)\s*\}\}")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&:])")


def unknown(text: str, allowed: Iterable[str] = FIELDS) -> list[str]:
    """What stands between double braces and is no field, each once, in the order of the text."""
    known = set(allowed)
    return list(dict.fromkeys(name for name in _FIELD.findall(text) if name not in known))


def fill(text: str, values: Mapping[str, str], *, markdown: bool = False) -> str:
    """`text` with every known field replaced once; anything else between braces stays as it is.

    `markdown`: the text is Markdown, so what a value holds is escaped and stays plain words (a person
    named `[x](http://evil)` is no link). Addresses of ours, which hold no such letters, come whole.
    """

    def value(found: re.Match[str]) -> str:
        name = found.group(1)
        if name not in values:
            return found.group(0)
        plain = " ".join(values[name].split())
        return _MARKDOWN.sub(r"\\\1", plain) if markdown and not name.endswith("_link") else plain

    return _FIELD.sub(value, text)


def first_name(name: str) -> str:
    """The first word of a name; the whole where it has only one, or none."""
    return (name.split() or [""])[0]
