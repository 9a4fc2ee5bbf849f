"""What would flip a verdict: whose answers it hangs on. Each segment of the testers is left out once, alone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from betaops.readiness.family import Claim, word

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
    now, all_counts = word(claim, shared), Counter(scores.values())
    found = []
    for segment in segments:
        gone = Counter(scores[tester] for tester in segment.people if tester in scores)
        left_out = gone.total()
        is_few = segment.kind is Kind.COHORT and left_out < FEWEST_NAMED
        if left_out in (0, len(scores)) or is_few:
            continue
        counts = [all_counts[level] - gone[level] for level in claim.levels]
        then = word(claim._replace(counts=counts), shared)
        if then is not now:
            found.append(Flip(segment.kind, segment.name, left_out, then.value))
    return found
