"""Servers that tests start: found by their output, gone with the tests, never run as root."""

import ctypes
import os
import pwd
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

READY_WITHIN_SECONDS = 30.0


def unprivileged_user() -> str | None:
    """Whom to run servers as: nobody when we are root, else ourselves (None)."""
    return "nobody" if os.geteuid() == 0 else None


def give(path: Path) -> None:
    """Let the unprivileged user own `path`."""
    user = unprivileged_user()
    if user is not None:
        entry = pwd.getpwnam(user)
        os.chown(path, entry.pw_uid, entry.pw_gid)


def start(
    command: Sequence[str], *, log: Path, user: str | None = None, cwd: Path | None = None
) -> subprocess.Popen[bytes]:
    """A process that is told to stop when this one dies, however this one dies."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            user=user,
            cwd=cwd,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"},
            preexec_fn=die_with_parent,  # noqa: PLW1509  # one system call, no lock taken
        )


def stop(process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM) -> None:
    """And wait until it is gone."""
    if process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until(is_so: Callable[[], bool], *, what: str, seconds: float = READY_WITHIN_SECONDS) -> None:
    """Poll; fails by saying what did not happen. A bound on waiting, not a measurement."""
    deadline = time.perf_counter() + seconds
    while not is_so():
        if time.perf_counter() > deadline:
            raise AssertionError(f"{what} did not happen within {seconds:g} s")
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def working_threads() -> list[str]:
    """Names of this process's other threads that take up more than a tenth of a core; none where that is not told."""
    if not hasattr(time, "pthread_getcpuclockid"):
        return []
    others = [thread for thread in threading.enumerate() if thread is not threading.current_thread()]
    before = [_spent(thread) for thread in others]
    time.sleep(0.3)
    return [
        thread.name for thread, spent in zip(others, before, strict=True) if _spent(thread) - spent > 0.03
    ]


def _spent(thread: threading.Thread) -> float:
    """Seconds of CPU; 0 for one that has ended."""
    if thread.ident is None or not thread.is_alive():
        return 0.0
    try:
        return time.clock_gettime(time.pthread_getcpuclockid(thread.ident))
    except OSError:
        return 0.0


def die_with_parent() -> None:
    """From here on this process is told to stop when its parent dies."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)
