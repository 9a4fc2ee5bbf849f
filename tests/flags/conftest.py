"""What tests of the flag endpoints share."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from betaops.accounts.permissions import Permission
from betaops.accounts.service import keys
from betaops.kernel.ids import encode
from betaops.kernel.work import Work
from betaops.web.application import Application
from tests.support.edges import look_again
from tests.support.serving import served

API_SCOPES = {
    Permission.COHORTS_READ,
    Permission.COHORTS_WRITE,
    Permission.FLAGS_READ,
    Permission.FLAGS_WRITE,
    Permission.FLAGS_KILL,
}


class Caller:
    """`call("post", "/flags/…/kill", note="…")` over the API, each time with a key of its own."""

    def __init__(self, client: Any, work: Work) -> None:
        self.client, self.work = client, work

    def __call__(
        self, method: str, path: str, *, scopes: set[Permission] = API_SCOPES, bearer: str = "", **body: Any
    ) -> Any:
        bearer = bearer or keys.create_key(self.work, "test", scopes)[1]
        options: dict[str, Any] = {"headers": {"Authorization": f"Bearer {bearer}"}}
        if method in ("post", "patch"):
            options["json"] = body
        return getattr(self.client, method)(f"/api/v1{path}", **options)

    def id(self, prefix: str, row: Any) -> str:
        return encode(prefix, row.id)


@pytest.fixture
def call(client: Any, work: Work) -> Caller:
    return Caller(client, work)


@pytest.fixture
def soon(app: Application) -> Callable[[], None]:
    """Lets the time pass after which a process looks at revisions again."""

    return partial(look_again, app)


@pytest.fixture
def host(app: Application) -> Iterator[str]:
    """The application on a port of this machine."""
    with served(app) as address:
        yield address
