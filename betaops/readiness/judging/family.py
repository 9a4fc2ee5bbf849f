"""Expectations that are judged together: with how many each has to share the error that is allowed for all.

By Hochberg all are met as soon as each would be met alone, which is what a GO asks for, so that the badges and the
recommendation never contradict each other. A program may ask for Holm, which holds whatever they have to do with each
other and takes more answers.
"""

from collections.abc import Sequence
from typing import NamedTuple

from betaops.readiness.verdict import (
    Direction,
    Mode,
    Outcome,
    Verdict,
    chances,
    error_of,
    held,
    mean,
    reach,
    rounded,
    verdict,
)
from betaops.statistics.families import hochberg, holm


class Claim(NamedTuple):
    """What `verdict` is asked about one of them; `counts` of weight need not be whole, and are judged by `weighted`."""

    levels: Sequence[float]
    counts: Sequence[float]
    threshold: float
    direction: Direction
    confidence: float
    mode: Mode
    imagined: float = 1.0
    waiting: int = 0
    gate: float = 0.0


class Weighted(NamedTuple):
    """What weighted counts say, on the score scale."""

    verdict: Verdict
    estimate: float | None
    low: float
    high: float


def judged(claims: Sequence[Claim], *, is_strict: bool = False) -> list[Outcome]:
    """The outcome of each, in their order."""
    found = [
        verdict(
            claim.levels,
            [int(count) for count in claim.counts],
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
    for outcome in found if is_strict else ():
        outcome["is_strict"] = True
    return found


def weighted(claims: Sequence[Claim], *, is_strict: bool = False) -> list[Weighted]:
    """The same for counts of weight, without what would settle it: approximate, as weights are."""
    return [
        _weighted(claim, shared)
        for claim, shared in zip(claims, shares(claims, is_strict=is_strict), strict=True)
    ]


def _weighted(claim: Claim, shared: tuple[int, int]) -> Weighted:
    error = error_of(claim.confidence)
    ends = (error / shared[0], error / shared[1])
    span = reach(
        claim.levels,
        claim.counts,
        Direction(claim.direction),
        ends,
        Mode(claim.mode),
        imagined=claim.imagined,
    )
    return Weighted(
        word(claim, shared), mean(claim.levels, claim.counts), rounded(span.low), rounded(span.high)
    )


def word(claim: Claim, shared: tuple[int, int]) -> Verdict:
    """Only the verdict, where it is known with how many the error is shared."""
    met, not_met = _needed(claim)
    if met <= 1 / shared[0]:
        return Verdict.MET
    return Verdict.NOT_MET if not_met <= 1 / shared[1] else Verdict.INCONCLUSIVE


def judged_met(claims: Sequence[Claim], *, is_strict: bool = False) -> list[bool]:
    """Only whether each is met: what a simulation asks a million times."""
    needed = [_needed(claim)[0] for claim in claims]
    way = holm if is_strict else hochberg
    return [part <= 1 / share for part, share in zip(needed, way(needed, 1.0), strict=True)]


def shares(claims: Sequence[Claim], *, is_strict: bool = False) -> list[tuple[int, int]]:
    """With how many the error is shared to be met, and not to be met, this one among them."""
    needed = [_needed(claim) for claim in claims]
    way = holm if is_strict else hochberg
    met, not_met = (way([pair[side] for pair in needed], 1.0) for side in (0, 1))
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
