"""What a reporter's device tells about itself, read, cut to size and put into words.

Pure. A browser sends what it likes: only known names are kept, and never more of them than fits.
"""

import re
from collections.abc import Mapping
from typing import Any

#: Names kept, with the most letters of each. The first six are what the report form sends; programs
#: that report through the API may tell the others as well.
FIELDS = {
    "user_agent": 400,
    "viewport": 40,
    "screen": 40,
    "language": 40,
    "timezone": 60,
    "address": 300,
    "browser": 80,
    "system": 80,
    "device": 80,
    "connection": 40,
}

_BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/(\d+)"),
    ("Samsung Internet", r"SamsungBrowser/(\d+)"),
    ("Opera", r"OPR/(\d+)"),
    ("Firefox", r"(?:Firefox|FxiOS)/(\d+)"),
    ("Chrome", r"(?:Chrome|CriOS)/(\d+)"),
    ("Safari", r"Version/(\d+(?:\.\d+)?).*Safari"),
)
_SYSTEMS = (
    ("Windows", r"Windows NT (\d+)"),
    ("iOS", r"(?:iPhone|iPod).*? OS (\d+(?:_\d+)?)"),
    ("iPadOS", r"iPad.*? OS (\d+(?:_\d+)?)"),
    ("Android", r"Android (\d+(?:\.\d+)?)"),
    ("ChromeOS", r"CrOS"),
    ("macOS", r"Mac OS X (\d+(?:[_.]\d+)?)"),
    ("Linux", r"Linux"),
)


def kept(told: Any, user_agent: str = "") -> dict[str, str]:
    """The environment to store: known names of `told` (any JSON), completed from the `User-Agent` header."""
    said = told if isinstance(told, Mapping) else {}
    found = {}
    for name, letters in FIELDS.items():
        value = said.get(name)
        is_plain = isinstance(value, str | int | float) and not isinstance(value, bool)
        if is_plain and (cleaned := _clean(str(value))[:letters]):
            found[name] = cleaned
    agent = _clean(user_agent)[: FIELDS["user_agent"]]
    if agent:
        found.setdefault("user_agent", agent)
    agent = found.get("user_agent", "")
    found.setdefault("browser", _named(agent, _BROWSERS))
    found.setdefault("system", _named(agent, _SYSTEMS))
    return {name: value for name, value in found.items() if value}


def summary(environment: Mapping[str, Any]) -> str:
    """One line: "Chrome 126, Android 14"."""
    parts = (environment.get(name) for name in ("browser", "system", "device"))
    return ", ".join(str(part) for part in parts if part)


def _named(agent: str, patterns: tuple[tuple[str, str], ...]) -> str:
    for name, pattern in patterns:
        match = re.search(pattern, agent)
        if match:
            version = (match.group(1) or "").replace("_", ".") if match.groups() else ""
            return f"{name} {version}".strip()
    return ""


def _clean(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
