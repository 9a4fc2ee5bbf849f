"""Finding where something begins, without asking everywhere."""

from bisect import bisect_left
from collections.abc import Callable


def first(count: int, is_so: Callable[[int], bool]) -> int:
    """The first of 0 … count − 1 for which it is so; `count` where none. From there on it must stay so."""
    return bisect_left(range(count), True, key=is_so)
