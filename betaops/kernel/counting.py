"""How many statements a unit of work sends to the database, for its line in the log."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from typing import Any

from sqlalchemy import Engine, event


class Tally:
    """Counts what is sent in the context in which it was begun."""

    def __init__(self) -> None:
        self.statements = 0


_present: ContextVar[Tally | None] = ContextVar("tally", default=None)


def begin() -> tuple[Tally, Token[Tally | None]]:
    """A new tally; give the token to `end`."""
    tally = Tally()
    return tally, _present.set(tally)


def end(token: Token[Tally | None]) -> None:
    _present.reset(token)


@contextmanager
def counting() -> Iterator[Tally]:
    tally, token = begin()
    try:
        yield tally
    finally:
        end(token)


def watch(engine: Engine) -> None:
    """Have every statement on `engine` counted; beginnings of transactions are not."""

    @event.listens_for(engine, "before_cursor_execute")
    def sent(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN")):
            note()


def note() -> None:
    """One more statement, for those that do not go by an engine's events."""
    tally = _present.get()
    if tally is not None:
        tally.statements += 1
