"""What the rules recommend, from the verdicts alone.

GO: every must-have is met, by people who are not far from the market, and no should-have failed.
CONDITIONAL: nothing that must be has failed, and what is not settled lies on the wanted side of its line,
or only should-haves failed, or who answered is far from the market. The conditions say who settles what until when.
NO-GO: a must-have is not met or contradicted, or there is too little evidence even to lean on: fewer people than
could prove it had all of them been content, or an estimate on the wrong side.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from betaops.readiness.verdict import Verdict

FAILED = (Verdict.NOT_MET, Verdict.CONTRADICTED)


class Weight(StrEnum):
    """Whether the product may ship without it."""

    MUST = "must"
    SHOULD = "should"


class Choice(StrEnum):
    """What can be decided."""

    GO = "go"
    CONDITIONAL = "conditional"
    NO_GO = "no_go"


class Standing(NamedTuple):
    """One expectation as far as the rules look: `leans`: enough people, and their estimate is on the wanted side;
    `is_far`: they are far from the market that is declared (`market.Likeness`)."""

    weight: Weight
    verdict: Verdict
    leans: bool = False
    is_far: bool = False


def recommend(standings: Sequence[Standing]) -> Choice | None:
    """None without a single must-have: there is nothing to decide on."""
    musts = [each for each in standings if each.weight is Weight.MUST]
    if not musts:
        return None
    if any(each.verdict in FAILED for each in musts):
        return Choice.NO_GO
    open_musts = [each for each in musts if each.verdict is not Verdict.MET]
    if any(not each.leans for each in open_musts):
        return Choice.NO_GO
    has_doubts = any(each.is_far for each in musts) or any(each.verdict in FAILED for each in standings)
    if open_musts or has_doubts:
        return Choice.CONDITIONAL
    return Choice.GO


def is_against(choice: Choice, recommended: Choice | None) -> bool:
    """Whether a decision departs from the rules; where they say nothing, only stopping does not."""
    return choice is not (recommended or Choice.NO_GO)


def signatures_needed(choice: Choice, recommended: Choice | None) -> int:
    """Going against the rules takes a second member's signature."""
    return 2 if is_against(choice, recommended) else 1
