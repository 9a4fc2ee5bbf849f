"""Many at once: what a service does under threads."""

import threading
from collections.abc import Callable, Iterable
from typing import TypeVar

Item = TypeVar("Item")
THREADS = 20


def at_once(items: Iterable[Item], do: Callable[[Item], object]) -> list[Exception]:
    """`do` for each of `items` by twenty threads that begin together; what it raised."""
    waiting, errors = iter(items), list[Exception]()
    lock, start = threading.Lock(), threading.Barrier(THREADS)

    def run() -> None:
        start.wait(timeout=30)
        while True:
            with lock:
                item = next(waiting, None)
            if item is None:
                return
            try:
                do(item)
            except Exception as error:  # noqa: BLE001  # said by the test
                errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return errors
