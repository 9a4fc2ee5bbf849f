"""Answers that are given after the thread that took the request has gone on to others.

WSGI binds a thread to each request until it is answered. Some wait for something that no thread can hurry, a commit that
many share: with the few threads of a web process (see `cores`) only as many could share it. Granian's own way to answer
is an object that it hands to its wrapper around the application; that is kept here for whoever asks for it. In a server
that has no such object nobody finds one, and waits.
"""

from collections.abc import Callable
from typing import Any

#: Where an application finds the `Deferral` of its request, in the environ.
KEY = "betaops.deferral"
_GRANIANS = "_wsgi_call_wrap"
Headers = list[tuple[str, str]]
_Wrap = Callable[..., Callable[[Any, dict[str, Any]], Any]]


class Deferral:
    """Of one request. What the application returns is its answer, unless it said that it comes `later`."""

    __slots__ = ("_is_later", "_protocol")

    def __init__(self, protocol: Any) -> None:
        self._protocol, self._is_later = protocol, False

    def later(self) -> None:
        """What is returned counts for nothing: `answer` is called, once, from any thread. If never, it is a 500."""
        self._is_later = True

    def answer(self, status: int, headers: Headers, body: bytes) -> None:
        self._protocol.response_bytes(status, headers, body)

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None:
        """For granian, with what was returned."""
        if not self._is_later:
            self._protocol.response_bytes(status, headers, body)

    def response_iter(self, status: int, headers: Headers, body: Any) -> None:
        """The same where it is sent piece by piece."""
        if not self._is_later:
            self._protocol.response_iter(status, headers, body)


def deferring(wrap: _Wrap) -> _Wrap:
    """Granian's wrapper around an application, with a `Deferral` in each environ."""

    def wrapped(*arguments: Any) -> Callable[[Any, dict[str, Any]], Any]:
        run = wrap(*arguments)

        def answer(protocol: Any, scope: dict[str, Any]) -> Any:
            scope[KEY] = deferral = Deferral(protocol)
            return run(deferral, scope)

        return answer

    return wrapped


def let_defer() -> None:
    """In granian's process, before it wraps the application. It has no other way in."""
    from granian.server import mp

    wrap = getattr(mp, _GRANIANS, None)
    if wrap is not None:
        setattr(mp, _GRANIANS, deferring(wrap))
