"""What a plan can prove before it starts."""

import math

from betaops.statistics.searching import first

_MOST = 20_000


def smallest_perfect_sample(threshold: float, error: float) -> int | None:
    """How many people must all say yes before "more than `threshold` do" is proven.

    None when nothing can prove it (a threshold of 1). For "at most" turn both round: 1 − threshold.
    """
    if threshold >= 1:
        return None
    if threshold <= 0:
        return 1
    return math.ceil(math.log(error) / math.log(threshold) - 1e-12)


def answers_needed(threshold: float, truth: float, error: float, power: float = 0.8) -> int | None:
    """How many answers prove "more than `threshold` do" with chance `power` if really `truth` do.

    From there on the chance stays at `power` or above (it rises in saw-teeth). None when more than
    20,000 would be needed or the truth is not above the threshold.
    """
    if not 0 < threshold < truth <= 1:
        return None
    start = smallest_perfect_sample(threshold, error) or 1
    high = start
    while chance_of_proof(threshold, truth, error, high) < power:
        high *= 2
        if high > _MOST:
            return None
    # Saw-teeth are a few people wide; walking down from a safe height finds the last tooth that dips.
    needed = min(_MOST, 2 * high)
    while needed > start and chance_of_proof(threshold, truth, error, needed - 1) >= power:
        needed -= 1
    return needed


def chance_of_proof(threshold: float, truth: float, error: float, n: int) -> float:
    """The chance that `n` answers prove "more than `threshold` do" when really `truth` do."""
    from scipy.special import bdtr

    # P(at least this many yeses) when exactly `threshold` would say yes: small enough is proof.
    proven = first(n + 1, lambda yes: yes > 0 and 1 - bdtr(yes - 1, n, threshold) <= error)
    return 0.0 if proven > n else 1.0 - float(bdtr(proven - 1, n, truth))


def chance_to_meet(frequency: float, people: int) -> float:
    """The chance that at least one of `people` meets a problem that strikes a share `frequency` of them."""
    return 1 - (1 - frequency) ** people


def largest_unseen(people: int, error: float) -> float:
    """How frequent a problem may still be (a share) that none of `people` met."""
    return 1 - error ** (1 / people) if people else 1.0
