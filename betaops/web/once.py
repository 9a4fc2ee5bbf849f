"""Secrets that the next page shows and no later one, sealed in the cookie: they are stored nowhere in the clear."""

from typing import Any, cast

import orjson
from flask import current_app, session

from betaops.kernel.vault import CannotOpen
from betaops.web.application import Application

_PLACE = "shown_once"


def show_once(name: str, value: Any) -> None:
    """Have the page that asks for `name` next show `value`."""
    session[_PLACE] = cast(Application, current_app).platform.vault.seal(orjson.dumps([name, value]))


def shown_once(name: str) -> Any:
    """What was left for this page; None the second time."""
    sealed = session.pop(_PLACE, None)
    vault = cast(Application, current_app).platform.vault
    try:
        left_for, value = orjson.loads(vault.open(sealed)) if sealed else (None, None)
    except CannotOpen:
        return None
    return value if left_for == name else None
