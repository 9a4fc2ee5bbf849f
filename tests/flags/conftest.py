"""What tests of the flag endpoints share."""

from collections.abc import Callable, Iterator

import pytest

from betaops.flags.edge import FlagEdge
from betaops.web.application import Application
from tests.support.serving import served


@pytest.fixture
def soon(app: Application) -> Callable[[], None]:
    """Lets the time pass after which a process looks at revisions again."""

    def pass_time() -> None:
        layer = app.wsgi_app
        while not isinstance(layer, FlagEdge):
            layer = getattr(layer, "app", None) or layer._application  # type: ignore[attr-defined]  # WSGI layers
        layer.shared.snapshots.keyring.look_again()

    return pass_time


@pytest.fixture
def host(app: Application) -> Iterator[str]:
    """The application on a port of this machine."""
    with served(app) as address:
        yield address
