"""Which things stand in which set of a MaxDiff. Pure."""

import math
from collections import Counter

#: How often each thing is shown to everybody, at least: fewer, and the order of the middle is chance.
TIMES = 3


def sets(things: int, size: int) -> list[list[int]]:
    """Sets of `size` things, numbered from 0; each thing in `TIMES` of them or one more, with ever other neighbours.

    Where all things fit into one set, that one is enough. The first sets show everything once, in order.
    """
    if things <= size:
        return [list(range(things))]
    shown = [0] * things
    together: Counter[tuple[int, int]] = Counter()
    found = []
    for _number in range(math.ceil(things * TIMES / size)):
        chosen: list[int] = []
        while len(chosen) < size:
            left = (each for each in range(things) if each not in chosen)
            chosen.append(min(left, key=lambda each: (shown[each], _met(each, chosen, together), each)))
        for each in chosen:
            shown[each] += 1
            together.update((each, other) for other in chosen if other != each)
        found.append(chosen)
    return found


def _met(each: int, others: list[int], together: Counter[tuple[int, int]]) -> int:
    """How often it has stood beside these already; twice beside one weighs more than once beside two."""
    return sum(together[each, other] ** 2 for other in others)
