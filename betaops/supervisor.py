"""`./run`: one process that keeps the web and the worker alive. It imports nothing heavy on purpose.

Also what `serve` must know before it serves: whether the address is free, whether the installation is.
"""

import errno
import fcntl
import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

import config
from betaops.kernel.loading import keeping_all

LOOK_EVERY_SECONDS = 0.3
STOP_WITHIN_SECONDS = 20.0
#: A child that dies sooner after its start did not work at all.
QUICK_DEATH_SECONDS = 15.0
#: Before the second, third, … start after quick deaths in a row; after one more it is given up.
PAUSES_SECONDS = (0.0, 1.0, 2.0, 4.0)
#: Processes of an installation that was killed end by themselves in this time, and let go of what they held.
PATIENCE_SECONDS = 3.0


class CannotServe(Exception):
    """One sentence that says why not."""


def run(host: str, port: int, *, with_sample: bool) -> int:
    """Prepare, start both children, restart what dies, stop both on SIGINT or SIGTERM. Returns the exit code.

    `CannotServe` before anything is changed.
    """
    environ = {"BASE_URL": _base_url(host, port)} | dict(_environ())
    settings = config.load(environ)
    address_to_serve(host, port)
    if settings.is_embedded:
        os.close(claim(settings.instance))
    config.keep_address(settings.instance, environ["BASE_URL"])
    prepared = subprocess.run(  # noqa: S603  # our own command
        _command("prepare", "--sample" if with_sample else "--no-sample"),
        env=environ,
        stdout=subprocess.PIPE,
        check=False,
    )
    if prepared.returncode:
        return prepared.returncode
    children = [
        Child("web", _command("--until-stdin-ends", "serve", "--host", host, "--port", str(port)), environ),
        Child("worker", _command("--until-stdin-ends", "worker"), environ),
    ]
    stopping = _on_signal(children)
    for child in children:
        child.start()
    links = json.loads(prepared.stdout.splitlines()[-1])
    return keep(children, stopping, once_it_answers(host, port, lambda: _say(environ["BASE_URL"], links)))


def once_it_answers(host: str, port: int, say: Callable[[], None]) -> Callable[[], None]:
    """To be called again and again: calls `say` the first time that the port is open.

    Links that are shown earlier are refused to whoever presses them at once.
    """
    waiting = [say]

    def look() -> None:
        if waiting and _is_open(host, port):
            waiting.pop()()

    return look


def _is_open(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=LOOK_EVERY_SECONDS).close()
    except OSError:
        return False
    return True


def address_to_serve(host: str, port: int) -> str:
    """The IP address behind `host`, free to be listened on; else `CannotServe`.

    The server shares its port with whoever else asks to (SO_REUSEPORT), so the kernel does not object to two.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise CannotServe(f"{host} is not known as an address: choose another --host.") from error
    family, kind, protocol, _name, address = min(found, key=lambda each: each[0] != socket.AF_INET)

    def bind() -> None:
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)

    try:
        _patiently(bind, errno.EADDRINUSE)
    except OSError as error:
        raise CannotServe(_why_not(error, host, port)) from error
    return str(address[0])


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Something already listens on {host}:{port}: stop it, or choose another --port."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is no address of this machine: choose another --host."
    if error.errno == errno.EACCES:
        return f"This user may not listen on port {port}: choose a --port from 1024 on."
    return f"Listening on {host}:{port} is not possible: {error.strerror}."


def claim(instance: Path) -> int:
    """Be the one web process of an embedded installation; the kernel lets go when this process and its forks end.

    Returns the handle that holds it. `CannotServe` where another process has it.
    """
    handle = os.open(instance / "web.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _patiently(lambda: fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB), errno.EWOULDBLOCK)
    except OSError as error:
        os.close(handle)
        raise CannotServe(
            f"Another web process already serves {instance}, and SQLite takes one: "
            "stop it, or name another folder in BETAOPS_INSTANCE."
        ) from error
    return handle


def _patiently(attempt: Callable[[], None], number: int) -> None:
    """Again and again while it fails with `number`, for PATIENCE_SECONDS."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            attempt()
            return
        except OSError as error:
            if error.errno != number or time.monotonic() > deadline:
                raise
        time.sleep(0.1)


def load_web(target: str) -> Any:
    """Granian's way to the application, in each of its processes: they end when granian does, even by SIGKILL."""
    from betaops.web.cores import on_one_core
    from betaops.web.deferring import let_defer

    let_defer()
    return on_one_core(_loaded(target))


def load_edge(target: str) -> Any:
    """The same, of a function that makes the application."""
    from betaops.web.cores import on_one_core

    return on_one_core(_loaded(target)())


def _loaded(target: str) -> Any:
    import multiprocessing

    parent = multiprocessing.parent_process()
    if parent is not None:
        _end_after(parent.join)
    module, _colon, name = target.partition(":")
    with keeping_all():
        loaded = getattr(importlib.import_module(module), name)
    # All that is there now stays. To look through it for what nobody needs any more takes a tenth of a second each time.
    gc.freeze()
    return loaded


def end_with_stdin() -> None:
    """The supervisor holds the other end and never writes: it ends when the supervisor does, even by SIGKILL."""
    _end_after(lambda: os.read(0, 1))  # not sys.stdin: forks close that, and would wait for its lock


def _end_after(wait: Callable[[], Any]) -> None:
    def follow() -> None:
        wait()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(STOP_WITHIN_SECONDS)
        os._exit(1)

    threading.Thread(target=follow, name="follow", daemon=True).start()


class Child:
    """One process that is to be there, started again when it dies."""

    def __init__(self, name: str, command: Sequence[str], environ: dict[str, str]) -> None:
        self.name = name
        self._command, self._environ = command, environ
        self._process: subprocess.Popen[bytes] | None = None
        self._is_told = False
        self._started_at = 0.0
        self._due_at = 0.0
        self._quick_deaths = 0

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, env=self._environ, stdin=subprocess.PIPE)  # noqa: S603  # our own commands
        self._is_told = False
        self._started_at = time.monotonic()

    def look(self) -> bool:
        """Start it again where it is due; False where it died at once too often."""
        now = time.monotonic()
        if self._process is None:
            if now >= self._due_at:
                self.start()
            return True
        code = self._process.poll()
        if code is None:
            return True
        self._process.communicate()
        self._process = None
        self._quick_deaths = self._quick_deaths + 1 if now - self._started_at < QUICK_DEATH_SECONDS else 0
        if self._quick_deaths > len(PAUSES_SECONDS):
            click.echo(
                f"{self.name} stopped with code {code}, {self._quick_deaths} times in a row soon after its start: "
                "giving up.",
                err=True,
            )
            return False
        pause = PAUSES_SECONDS[self._quick_deaths - 1] if self._quick_deaths else 0.0
        when = f" in {pause:g} s" if pause else ""
        click.echo(f"{self.name} stopped with code {code}; starting it again{when}", err=True)
        self._due_at = now + pause
        if not pause:
            self.start()
        return True

    def end(self) -> None:
        """Ask it to, once."""
        if self._process is not None and not self._is_told:
            self._is_told = True
            self._process.terminate()

    def wait(self, seconds: float) -> None:
        """Until it has ended, which it is made to when that takes longer."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.1, seconds))
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._process.communicate()


def keep(children: Sequence[Child], stopping: list[int], each_time: Callable[[], None] = lambda: None) -> int:
    """Keep the children alive until `stopping` is filled, then end them. Returns the exit code.

    Whenever it looks at them, `each_time` is called.
    """
    code = 0
    while not stopping and not code:
        time.sleep(LOOK_EVERY_SECONDS)
        each_time()
        for child in children:
            if not stopping and not child.look():
                code = 1
    deadline = time.monotonic() + STOP_WITHIN_SECONDS
    for child in children:
        child.end()
    for child in children:
        child.wait(deadline - time.monotonic())
    return code


def _base_url(host: str, port: int) -> str:
    if host in ("0.0.0.0", "::"):  # noqa: S104  # compared, not bound
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _environ() -> Any:
    return os.environ  # noqa: TID251  # handed on to the children as it is, nothing is read from it


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "betaops", *words]


def _on_signal(children: Sequence[Child]) -> list[int]:
    """A list that is empty until a signal asks to stop; the children are told at once."""
    received: list[int] = []

    def stop(number: int, _frame: Any) -> None:
        received.append(number)
        for child in children:
            child.end()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    return received


def _say(base_url: str, links: dict[str, str]) -> None:
    words = {
        "setup_url": "Make the first account",
        "console_url": "Console (signs you in once)",
        "portal_url": "Signup page for testers",
        "tester_url": "A tester's own page (once)",
        "survey_url": "A survey",
    }
    click.echo(f"\nbetaops runs on {base_url}  (Ctrl-C stops it)\n")
    for name, link in links.items():
        click.echo(f"  {words.get(name, name):28} {link}")
    click.echo()
