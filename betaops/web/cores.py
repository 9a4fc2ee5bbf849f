"""Threads of a web process share one core.

Python runs one of them at a time anyway. On several cores each hands the interpreter to a sleeping one on another
core, whose waking takes longer than a flag: at 32 connections eight threads answered 2,300 flags a second at 515 µs
of CPU each where they could roam, and 13,300 at 101 µs on one core (two cores, granian; `bench/flags`).
"""

import os
import threading
from collections.abc import Callable
from typing import Any


def core_of(pid: int) -> set[int] | None:
    """Where that process's threads are to run: processes begun one after the other get different cores.

    None where the system has no say in it, or there is only one core.
    """
    if not hasattr(os, "sched_getaffinity"):
        return None
    cores = sorted(os.sched_getaffinity(0))
    return {cores[pid % len(cores)]} if len(cores) > 1 else None


def on_one_core(application: Callable[..., Any]) -> Callable[..., Any]:
    """`application`, each of whose threads goes to its process's core with its first request."""
    core, here = core_of(os.getpid()), threading.local()
    if core is None:
        return application

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if not hasattr(here, "has_moved"):
            here.has_moved = True
            os.sched_setaffinity(0, core)
        return application(environ, start_response)

    return answer
