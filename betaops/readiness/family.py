"""Expectations that are judged together: with how many each has to share the error that is allowed for all.

By Hochberg all are met as soon as each would be met alone, which is what a GO asks for, so that the badges and the
recommendation never contradict each other.
"""

from collections.abc import Sequence
from typing import NamedTuple

from betaops.readiness.verdict import Direction, Mode, Outcome, Verdict, chances, error_of, held, verdict
from betaops.statistics.families import hochberg


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


def judged(claims: Sequence[Claim]) -> list[Outcome]:
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
        for claim, shared in zip(claims, shares(claims), strict=True)
    ]


def word(claim: Claim, shared: tuple[int, int]) -> Verdict:
    """Only the verdict, where it is known with how many the error is shared."""
    met, not_met = _needed(claim)
    if met <= 1 / shared[0]:
        return Verdict.MET
    return Verdict.NOT_MET if not_met <= 1 / shared[1] else Verdict.INCONCLUSIVE


def judged_met(claims: Sequence[Claim]) -> list[bool]:
    """Only whether each is met: what a simulation asks a million times."""
    needed = [_needed(claim)[0] for claim in claims]
    return [part <= 1 / share for part, share in zip(needed, hochberg(needed, 1.0), strict=True)]


def shares(claims: Sequence[Claim]) -> list[tuple[int, int]]:
    """With how many the error is shared to be met, and not to be met, this one among them."""
    needed = [_needed(claim) for claim in claims]
    met, not_met = (hochberg([pair[side] for pair in needed], 1.0) for side in (0, 1))
    return list(zip(met, not_met, strict=True))


def _needed(claim: Claim) -> tuple[float, float]:
    """How much of its own error it takes to be met, and not to be; what is held back claims nothing."""
    error = error_of(claim.confidence)
    if held(sum(claim.counts), claim.waiting, claim.gate):
        return 1 / error, 1 / error
    met, not_met = chances(
        claim.levels,
        claim.counts,
        claim.threshold,
        Direction(claim.direction),
        Mode(claim.mode),
        imagined=claim.imagined,
    )
    return met / error, not_met / error
