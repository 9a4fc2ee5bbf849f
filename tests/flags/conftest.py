"""What tests of the flag endpoints share."""

from collections.abc import Callable

import pytest

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
