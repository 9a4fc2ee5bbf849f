"""What would flip a verdict: whose answers it hangs on. Each part of the testers is left out once, alone."""

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


class Part(NamedTuple):
    """Some of the testers; `name` is a cohort's."""

    kind: Kind
    name: str
    people: frozenset[UUID]


class Flip(NamedTuple):
    """Without those `left_out` people of the part the verdict would be another."""

    kind: Kind
    name: str
    left_out: int
    verdict: str


def flips(
    claim: Claim, scores: Mapping[UUID, float], parts: Sequence[Part], shared: tuple[int, int]
) -> list[Flip]:
    """Those that flip it, in the order of `parts`. A part that is everybody, or nobody, says nothing."""
    now = word(claim, shared)
    found = []
    for part in parts:
        rest = {tester: score for tester, score in scores.items() if tester not in part.people}
        left_out = len(scores) - len(rest)
        if not rest or not left_out or (part.kind is Kind.COHORT and left_out < FEWEST_NAMED):
            continue
        counted = Counter(rest.values())
        then = word(claim._replace(counts=[counted[level] for level in claim.levels]), shared)
        if then is not now:
            found.append(Flip(part.kind, part.name, left_out, then.value))
    return found
