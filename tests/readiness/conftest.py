from collections.abc import Callable
from typing import Any

import pytest

from betaops.kernel.work import Work


@pytest.fixture
def key(client: Any, work: Work) -> Callable[..., Callable[..., Any]]:
    """`key("readiness:read")("GET", path, json=…)`: a program with those scopes."""
    from betaops.accounts.permissions import Permission
    from betaops.accounts.service import keys

    def of(*scopes: str) -> Callable[..., Any]:
        _row, plain = keys.create_key(work, f"key {scopes}", {Permission(each) for each in scopes})

        def call(method: str, path: str, **options: Any) -> Any:
            headers = {"Authorization": f"Bearer {plain}"}
            return client.open(f"/api/v1{path}", method=method, headers=headers, csrf=False, **options)

        return call

    return of
