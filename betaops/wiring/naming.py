"""How the tables name things: "room.module:function"."""

import sys
from importlib import import_module
from typing import Any


def named(path: str) -> Any:
    """What stands at that path, imported when first asked for."""
    return getattr(import_module(_module(path)), path.partition(":")[2])


def later(path: str) -> Any:
    """The function at that path; where its module is not loaded yet, one that loads it when it is first called."""
    if _module(path) in sys.modules:
        return named(path)

    def call(*args: Any, **named_args: Any) -> Any:
        return named(path)(*args, **named_args)

    return call


def short(path: str) -> str:
    """`messaging.handlers:welcome` is known as `messaging.welcome` in job rows."""
    module, _, name = path.partition(":")
    return f"{module.split('.')[0]}.{name}"


def _module(path: str) -> str:
    return "betaops." + path.partition(":")[0]
