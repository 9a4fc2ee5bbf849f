"""What would flip a verdict: whose answers it hangs on. Each segment of the testers is left out once, alone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from betaops.readiness.judging.family import Claim, word
from betaops.readiness.verdict import mean

#: A cohort that has fewer people among those who count is not named: it would tell what they said.
FEWEST_NAMED = 5


class Kind(StrEnum):
    #: The people of one cohort.
    COHORT = "cohort"
    #: The one in ten who report most.
    LOUDEST = "loudest"
    #: Whose answers are all doubtful.
    DOUBTFUL = "doubtful"


class Segment(NamedTuple):
    """Some of the testers; `name` is a cohort's."""

    kind: Kind
    name: str
    people: frozenset[UUID]


class Segments(NamedTuple):
    """Those that are looked at; whether all cohorts are among them."""

    segments: Sequence[Segment]
    is_every_cohort: bool = True


class Flip(NamedTuple):
    """Without those `left_out` people of the segment the verdict would be another."""

    kind: Kind
    name: str
    left_out: int
    verdict: str


def flips(
    claim: Claim, scores: Mapping[UUID, float], segments: Sequence[Segment], shared: tuple[int, int]
) -> list[Flip]:
    """Those that flip it, in the order of `segments`. A segment that is everybody, or nobody, says nothing."""
    now = word(claim, shared)
    found = []
    for segment in segments:
        rest = without(claim, scores, segment, shared)
        if rest is None or (segment.kind is Kind.COHORT and rest.left_out < FEWEST_NAMED):
            continue
        if rest.verdict != now:
            found.append(Flip(segment.kind, segment.name, rest.left_out, rest.verdict))
    return found


class Rest(NamedTuple):
    """What the others say, `left_out` people being gone; the estimate, on the score scale, where it tells of nobody."""

    left_out: int
    verdict: str
    estimate: float | None


def without(
    claim: Claim, scores: Mapping[UUID, float], segment: Segment, shared: tuple[int, int]
) -> Rest | None:
    """Without the people of a segment; None where that is everybody, or nobody."""
    gone = Counter(scores[tester] for tester in segment.people if tester in scores)
    if gone.total() in (0, len(scores)):
        return None
    everybody = Counter(scores.values())
    counts = [everybody[level] - gone[level] for level in claim.levels]
    then = word(claim._replace(counts=counts), shared)
    tells = gone.total() < FEWEST_NAMED
    return Rest(gone.total(), then.value, None if tells else mean(claim.levels, counts))
