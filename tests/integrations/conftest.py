"""What tests of webhooks share."""

from collections.abc import Iterator

import pytest

from betaops.kernel.http import Outgoing
from betaops.web.application import Application
from tests.support.receivers import Receiver


@pytest.fixture
def receiver(app: Application, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    receiver = Receiver()
    outgoing = Outgoing(["127.0.0.0/8"])
    monkeypatch.setitem(vars(app.platform), "outgoing", outgoing)
    yield receiver
    outgoing.close()
    receiver.close()
