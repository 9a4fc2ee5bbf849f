"""The JavaScript clients that products use, unmodified, at the versions of `package-lock.json`.

`./test` installs them; a machine that could not skips these tests and says so, unless they are required.
"""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from betaops.web.application import Application
from tests.support.serving import served

HERE = Path(__file__).parent
ENVIRONMENT = HERE.parent.parent / ".venv"
INSTALLED = ENVIRONMENT / "clients" / "node_modules"
#: A client that hangs is told from one that waits for its own time-outs (3 s, retried once).
PATIENCE_SECONDS = 60


@pytest.fixture(scope="session")
def packages() -> Path:
    """The folder of the installed packages."""
    if not (INSTALLED / "posthog-node").is_dir():
        reason = "the JavaScript clients are not installed: ./test does that where the network is there"
        if os.environ.get("BETAOPS_REQUIRE_CLIENTS"):
            pytest.fail(reason)
        pytest.skip(reason)
    return INSTALLED


class Node:
    """A client in a process of its own: `node.call("getFeatureFlag", "new-editor", "ana")`."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def call(self, method: str, *args: Any) -> Any:
        """What the client's method returns, promises awaited; fails where it throws."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"call": method, "args": args}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer["value"]

    def end(self) -> None:
        """Let it send what it has and go."""
        self._process.communicate(timeout=PATIENCE_SECONDS)


@pytest.fixture
def node(packages: Path) -> Iterator[Callable[..., Node]]:
    """`node("posthog_node", …)`: the driver of that name, begun with these arguments."""
    begun: list[subprocess.Popen[str]] = []

    def begin(driver: str, *arguments: Any) -> Node:
        process = subprocess.Popen(
            [ENVIRONMENT / "bin" / "node", HERE / f"{driver}.cjs", json.dumps(arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"NODE_PATH": str(packages)},
        )
        begun.append(process)
        return Node(process)

    yield begin
    for process in begun:
        process.kill()
        process.communicate()


@pytest.fixture
def host(app: Application) -> Iterator[str]:
    """The application on a port of this machine."""
    with served(app) as address:
        yield address
