"""The flag endpoints of an application, from behind."""

from typing import Any

from betaops.flags.edge import FlagEdge
from betaops.web.application import Application


def look_again(app: Application) -> None:
    """As if the time had passed after which a process looks at revisions again."""
    layer: Any = app.wsgi_app
    while not isinstance(layer, FlagEdge):
        layer = getattr(layer, "app", None) or layer._application
    layer.shared.snapshots.keyring.look_again()
