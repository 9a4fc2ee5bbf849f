"""The JavaScript clients that products use, unmodified, at the versions of `package-lock.json`.

`./test` installs them; a machine that could not skips these tests and says so, unless they are required.
"""

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request

from betaops.kernel.settings import Settings
from betaops.web.application import Application
from tests.clients.site import site
from tests.support.edges import look_again
from tests.support.serving import served

HERE = Path(__file__).parent
ENVIRONMENT = HERE.parent.parent / ".venv"
INSTALLED = ENVIRONMENT / "clients" / "node_modules"
#: When it is for the survey engines that are compared.
STANDS_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
#: A client that hangs is told from one that waits for its own time-outs (3 s, retried once).
PATIENCE_SECONDS = 60


@pytest.fixture(scope="session")
def packages() -> Path:
    """The folder of the installed packages."""
    wanted = json.loads((HERE / "package.json").read_text())["dependencies"]
    if not all((INSTALLED / name).is_dir() for name in wanted):
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


Begin = Callable[..., Node]


@pytest.fixture
def node(packages: Path) -> Iterator[Begin]:
    """`node("posthog_node", …)`: the driver of that name, begun with these arguments."""
    with _nodes(packages) as begin:
        yield begin


@pytest.fixture(scope="module")
def survey_core(packages: Path) -> Iterator[Node]:
    """The survey-core package, one process for a module; its clock stands at `STANDS_AT`."""
    with _nodes(packages) as begin:
        yield begin("survey_core", STANDS_AT.isoformat())


@contextmanager
def _nodes(packages: Path) -> Iterator[Begin]:
    begun: list[subprocess.Popen[str]] = []

    def begin(driver: str, *arguments: Any) -> Node:
        process = subprocess.Popen(
            [ENVIRONMENT / "bin" / "node", HERE / f"{driver}.cjs", json.dumps(arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"NODE_PATH": str(packages), "TZ": "UTC"},
            start_new_session=True,  # the command that pip installs begins node as another process
        )
        begun.append(process)
        return Node(process)

    yield begin
    for process in begun:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


class Door:
    """One address for all tests of a process, so that the installation knows where it is reached."""

    def __init__(self) -> None:
        self.app: Callable[..., Iterable[bytes]] | None = None

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if self.app is None:  # a client of a test that has ended
            start_response("503 Service Unavailable", [])
            return []
        return self.app(environ, start_response)


@pytest.fixture(scope="session")
def door() -> Iterator[tuple[Door, str]]:
    door = Door()
    with served(door) as address:
        yield door, address


@pytest.fixture
def settings(settings: Settings, door: tuple[Door, str]) -> Settings:
    return replace(settings, base_url=door[1])


@pytest.fixture
def host(app: Application, door: tuple[Door, str]) -> Iterator[str]:
    """Where the application is."""
    door[0].app = app
    yield door[1]
    door[0].app = None


@pytest.fixture
def soon(app: Application) -> Callable[[], None]:
    """Lets the time pass after which a process looks at revisions again."""
    return partial(look_again, app)


Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, packages: Path, host: str) -> Iterator[Visit]:
    """A visit to the product's site with this page, each on a device of its own.

    No request may leave for a third host, no script may throw.
    """
    complaints: list[str] = []
    with ExitStack() as stack:

        def begin(content: bytes) -> Page:
            address = stack.enter_context(served(site(content, packages)))
            context = stack.enter_context(browser.new_context())
            context.set_default_timeout(15_000)
            page = context.new_page()
            allowed = {urlsplit(each).netloc for each in (host, address)}

            def look(request: Request) -> None:
                if urlsplit(request.url).netloc not in allowed and not request.url.startswith("data:"):
                    complaints.append(request.url)

            page.on("request", look)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.goto(address)
            assert page.evaluate("window.ready") is True
            return page

        yield begin
    assert complaints == []
