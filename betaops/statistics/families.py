"""Several claims judged together: among how many each has to share the error that is allowed for all of them.

A claim is made where its p-value is at most `error` divided by its share. The chance of any false claim stays within
`error` where claims are independent or go together (Sarkar 1998).
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


def _strongest_first(chances: Sequence[float]) -> list[int]:
    return sorted(range(len(chances)), key=lambda at: (chances[at], at))
