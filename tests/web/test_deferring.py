"""Answers that come after the thread that took the request has gone on."""

from typing import Any

import pytest
from granian.server import mp
from granian.wsgi import _callback_wrapper

from betaops.web import deferring
from betaops.web.deferring import KEY, Deferral

SCOPE = {"PATH_INFO": "/", "REQUEST_METHOD": "GET"}


class Protocol:
    """Granian's, which sends what it is given."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def response_bytes(self, status: int, _headers: Any, body: bytes) -> None:
        self.sent.append((status, body))

    def response_iter(self, status: int, _headers: Any, body: Any) -> None:
        self.sent.append((status, body.__next__()))


@pytest.fixture
def protocol() -> Protocol:
    return Protocol()


def serve(application: Any, protocol: Protocol) -> None:
    deferring.deferring(_callback_wrapper)(application, {}, None)(protocol, dict(SCOPE))


def test_what_is_returned_is_the_answer(protocol: Protocol) -> None:
    def application(_environ: Any, start_response: Any) -> list[bytes]:
        start_response("404 Not Found", [])
        return [b"no", b"ne"]

    serve(application, protocol)
    assert protocol.sent == [(404, b"none")]


def test_what_comes_piece_by_piece_is_the_answer(protocol: Protocol) -> None:
    def application(_environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return iter((b"first", b"second"))

    serve(application, protocol)
    assert protocol.sent == [(200, b"first")]


@pytest.mark.parametrize("returned", [[b"nothing"], (b"nothing",)])
def test_who_says_later_answers_once_and_later(protocol: Protocol, returned: Any) -> None:
    kept: list[Deferral] = []

    def application(environ: Any, _start_response: Any) -> Any:
        environ[KEY].later()
        kept.append(environ[KEY])
        return returned

    serve(application, protocol)
    assert protocol.sent == []
    kept[0].answer(201, [], b"here")
    assert protocol.sent == [(201, b"here")]


def test_granian_wraps_applications_by_what_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mp, "_wsgi_call_wrap", _callback_wrapper)
    deferring.let_defer()
    assert mp._wsgi_call_wrap is not _callback_wrapper
