"""Expectations that are judged together: with how many each has to share the error that is allowed for all.

Hochberg's way is the usual one: all are met as soon as each would be met alone, which is what a GO asks for, so that
the badges and the recommendation never contradict each other. Strict programs take Holm's, which holds however
their measures hang together.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from betaops.readiness.verdict import Direction, Mode, Outcome, Verdict, chances, held, verdict
from betaops.statistics import families


class Claim(NamedTuple):
    """What `verdict` is asked about one of them."""

    levels: Sequence[float]
    counts: Sequence[int]
    threshold: float
    direction: Direction
    confidence: float
    mode: Mode
    imagined: float = 1.0
    waiting: int = 0
    gate: float = 0.0


def judged(claims: Sequence[Claim], *, is_strict: bool = False) -> list[Outcome]:
    """The outcome of each, in their order."""
    return [
        verdict(
            claim.levels,
            claim.counts,
            claim.threshold,
            claim.direction,
            claim.confidence,
            len(claims),
            claim.mode,
            imagined=claim.imagined,
            waiting=claim.waiting,
            gate=claim.gate,
            shares=shared,
        )
        for claim, shared in zip(claims, shares(claims, is_strict=is_strict), strict=True)
    ]


def word(claim: Claim, shared: tuple[int, int]) -> Verdict:
    """Only the verdict, where it is known with how many the error is shared."""
    error = 1 - claim.confidence
    met, not_met = _chances(claim)
    if met <= error / shared[0]:
        return Verdict.MET
    return Verdict.NOT_MET if not_met <= error / shared[1] else Verdict.INCONCLUSIVE


def judged_met(claims: Sequence[Claim], *, is_strict: bool = False) -> list[bool]:
    """Only whether each is met: what a simulation asks a million times."""
    found = [_chances(claim)[0] / (1 - claim.confidence) for claim in claims]
    shared = _way(is_strict)(found, 1.0)
    return [chance <= 1 / share for chance, share in zip(found, shared, strict=True)]


def shares(claims: Sequence[Claim], *, is_strict: bool = False) -> list[tuple[int, int]]:
    """With how many the error is shared to be met, and not to be met, this one among them."""
    found = [_chances(claim) for claim in claims]
    # Each by its own confidence: what is compared is how much of its error a claim needs.
    needed = [
        [chance / (1 - claim.confidence) for chance in pair]
        for pair, claim in zip(found, claims, strict=True)
    ]
    met, not_met = (_way(is_strict)([pair[side] for pair in needed], 1.0) for side in (0, 1))
    return list(zip(met, not_met, strict=True))


def _way(is_strict: bool) -> Callable[[Sequence[float], float], list[int]]:
    return families.holm if is_strict else families.hochberg


def _chances(claim: Claim) -> tuple[float, float]:
    """What is held back claims nothing."""
    if held(sum(claim.counts), claim.waiting, claim.gate):
        return 1.0, 1.0
    return chances(
        claim.levels,
        claim.counts,
        claim.threshold,
        Direction(claim.direction),
        Mode(claim.mode),
        imagined=claim.imagined,
    )
