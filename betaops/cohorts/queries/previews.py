"""What a rule would do, before it is saved."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from betaops.cohorts import rules
from betaops.cohorts.queries.facts import Known, known

#: A preview looks at this many people at most, the newest of the program.
MOST_PEOPLE = 20_000
EXAMPLES = 10


class Passing(NamedTuple):
    """How many of the people looked at pass one condition by itself."""

    condition: rules.Condition
    people: int


class Preview(NamedTuple):
    """`matching` of the `looked_at` newest people; `is_partial` where the program has more."""

    looked_at: int
    matching: int
    examples: list[Known]
    passing: list[Passing]
    is_partial: bool


def preview(session: Session, program_id: UUID, rule: rules.Rule, now: datetime) -> Preview:
    """Count, ten examples, and how many pass each condition of a valid `rule`."""
    inside = rules.compiled(rule)
    leaves = list(rules.conditions(rule))
    checks = [rules.compiled(leaf.to_json()) for leaf in leaves]
    looked_at = matching = 0
    examples: list[Known] = []
    passing = [0] * len(leaves)
    for person in known(session, program_id, most=MOST_PEOPLE):
        looked_at += 1
        for index, check in enumerate(checks):
            passing[index] += check(person.facts, now)
        if inside(person.facts, now):
            matching += 1
            if len(examples) < EXAMPLES:
                examples.append(person)
    return Preview(
        looked_at,
        matching,
        examples,
        [Passing(leaf, people) for leaf, people in zip(leaves, passing, strict=True)],
        looked_at == MOST_PEOPLE,
    )
