"""How the tables name things: "room.module:function"."""

from importlib import import_module
from typing import Any


def named(path: str) -> Any:
    """What stands at that path, imported when first asked for."""
    module, _, name = path.partition(":")
    return getattr(import_module(f"betaops.{module}"), name)


def short(path: str) -> str:
    """`messaging.handlers:welcome` is known as `messaging.welcome` in job rows."""
    module, _, name = path.partition(":")
    return f"{module.split('.')[0]}.{name}"
