"""Several claims judged together: among how many each has to share the error that is allowed for all of them.

A claim is made where its p-value is at most `error` divided by its share. Both ways keep the chance of any false
claim within `error`: Holm's always, Hochberg's where claims are independent or go together (Sarkar 1998), and it makes
all of them as soon as each would be made alone.
"""

from collections.abc import Sequence


def hochberg(chances: Sequence[float], error: float) -> list[int]:
    """Hochberg (1988), stepping up: from the weakest claim to the first that holds, and all stronger ones with it."""
    order = _strongest_first(chances)
    together = len(order)
    shares = [0] * together
    held = next(
        (rank for rank in reversed(range(together)) if chances[order[rank]] <= error / (together - rank)),
        None,
    )
    for rank, at in enumerate(order):
        last = held if held is not None and rank <= held else rank
        shares[at] = together - last
    return shares


def holm(chances: Sequence[float], error: float) -> list[int]:
    """Holm (1979), stepping down: from the strongest claim to the first that does not hold."""
    order = _strongest_first(chances)
    together = len(order)
    shares = [0] * together
    broken = next(
        (rank for rank in range(together) if chances[order[rank]] > error / (together - rank)), together
    )
    for rank, at in enumerate(order):
        shares[at] = together - min(rank, broken)
    return shares


def _strongest_first(chances: Sequence[float]) -> list[int]:
    return sorted(range(len(chances)), key=lambda at: (chances[at], at))
