"""Logs as JSON, one line per unit of work, on standard error.

A line never holds an answer, a mail address or a token: values under telling names are left out, and what
looks like an address or a long secret is blotted out of every text, tracebacks included.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog

_SECRET_NAMES = frozenset(
    {
        "answer",
        "answers",
        "authorization",
        "cookie",
        "mail",
        "email",
        "password",
        "secret",
        "token",
        "to",
        "recipient",
    }
)
_ADDRESS = re.compile(r"[^\s\"<>()=,:;]+@[^\s\"'<>()=,:;]+\.[\w-]+")
#: Minted tokens are 43 letters, signed ones longer with dots; UUIDs (36) and our ids (30) are shorter, and names
#: of functions have no capitals or digits.
_TOKEN = re.compile(r"(?<![\w.-])(?=[\w.-]*\d)(?=[\w.-]*[A-Z])[\w.-]{40,}")


def configure(level: str = "info") -> None:
    """Once per process. `level` is a name of the standard library's: debug, info, warning, error."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            structlog.processors.format_exc_info,
            without_secrets,
            structlog.processors.JSONRenderer(serializer=_dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def without_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    """The structlog processor that keeps the promise in the module's docstring."""
    return {name: "…" if name in _SECRET_NAMES else _blotted(value) for name, value in event.items()}


def blot(text: str) -> str:
    """`text` without mail addresses and long secrets; for errors that are kept."""
    return _TOKEN.sub("…", _ADDRESS.sub("…@…", text))


def _blotted(value: Any) -> Any:
    if isinstance(value, str):
        return blot(value)
    if isinstance(value, dict):
        return {name: "…" if name in _SECRET_NAMES else _blotted(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_blotted(item) for item in value]
    return value


def _dumps(event: dict[str, Any], default: Any) -> str:
    """JSON encodes line breaks, so nobody can write a line of their own."""
    return orjson.dumps(event, default=default, option=orjson.OPT_NON_STR_KEYS).decode()
