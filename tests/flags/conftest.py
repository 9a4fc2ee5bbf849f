"""What tests of the flag endpoints share."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from betaops.flags.edge import FlagEdge
from betaops.web.application import Application


@pytest.fixture
def soon(app: Application) -> Callable[[], None]:
    """Lets the time pass after which a process looks at revisions again."""

    def pass_time() -> None:
        layer = app.wsgi_app
        while not isinstance(layer, FlagEdge):
            layer = getattr(layer, "app", None) or layer._application  # type: ignore[attr-defined]  # WSGI layers
        layer._snapshots._polled_at = float("-inf")

    return pass_time


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def host(app: Application) -> Iterator[str]:
    """The application on a port of this machine."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
