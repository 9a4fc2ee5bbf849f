"""`./run`: one process that keeps the web and the worker alive. It imports nothing heavy on purpose."""

import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

import click

import config

RESTART_AFTER_SECONDS = 1.0
STOP_WITHIN_SECONDS = 20.0


def run(host: str, port: int, *, with_sample: bool) -> int:
    """Prepare, start both children, restart what dies, stop both on SIGINT or SIGTERM."""
    base_url = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{port}"  # noqa: S104  # compared, not bound
    environ = {"BASE_URL": base_url} | dict(_environ())
    config.keep_address(config.load(environ).instance, environ["BASE_URL"])
    prepared = subprocess.run(  # noqa: S603  # our own command
        _command("prepare", "--sample" if with_sample else "--no-sample"),
        env=environ,
        stdout=subprocess.PIPE,
        check=False,
    )
    if prepared.returncode:
        return prepared.returncode
    commands = {"web": _command("serve", "--host", host, "--port", str(port)), "worker": _command("worker")}
    children = {name: subprocess.Popen(command, env=environ) for name, command in commands.items()}  # noqa: S603  # our own commands
    stopping = _on_signal(children)
    _say(environ["BASE_URL"], json.loads(prepared.stdout.splitlines()[-1]))
    while not stopping:
        time.sleep(0.3)
        for name, child in children.items():
            if child.poll() is not None and not stopping:
                click.echo(f"{name} stopped with code {child.returncode}; starting it again", err=True)
                time.sleep(RESTART_AFTER_SECONDS)
                children[name] = subprocess.Popen(commands[name], env=environ)  # noqa: S603  # our own command
    return _wait(children)


def _environ() -> Any:
    return os.environ  # noqa: TID251  # handed on to the children as it is, nothing is read from it


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "betaops", *words]


def _on_signal(children: dict[str, subprocess.Popen[bytes]]) -> list[int]:
    """A list that is empty until a signal asks to stop; the children are told at once."""
    received: list[int] = []

    def stop(number: int, _frame: Any) -> None:
        received.append(number)
        for child in children.values():
            child.terminate()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    return received


def _wait(children: dict[str, subprocess.Popen[bytes]]) -> int:
    deadline = time.monotonic() + STOP_WITHIN_SECONDS
    for child in children.values():
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
    return 0


def _say(base_url: str, links: dict[str, str]) -> None:
    words = {
        "setup_url": "Make the first account",
        "console_url": "Console (signs you in once)",
        "portal_url": "Signup page for testers",
        "tester_url": "A tester's own page (once)",
        "survey_url": "A survey",
    }
    click.echo(f"\nbetaops is starting on {base_url}  (Ctrl-C stops it)\n")
    for name, link in links.items():
        click.echo(f"  {words.get(name, name):28} {link}")
    click.echo()
