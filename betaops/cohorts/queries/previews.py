"""What a rule would do, before it is saved."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from betaops.cohorts import rules
from betaops.cohorts.queries.facts import Known, known
from betaops.cohorts.rules import Rule

#: A preview looks at this many people at most, the newest of the program.
MOST_PEOPLE = 20_000
EXAMPLES = 10


class Passing(NamedTuple):
    """How many of the people looked at pass one condition by itself."""

    condition: Rule
    people: int


class Emptying(NamedTuple):
    """The part of the rule behind which nobody is left, and how many pass it by itself."""

    part: Rule
    alone: int


class Preview(NamedTuple):
    """`matching` of the `looked_at` newest people; `is_partial` where the program has more."""

    looked_at: int
    matching: int
    examples: list[Known]
    passing: list[Passing]
    is_partial: bool
    emptied_by: Emptying | None


def preview(session: Session, program_id: UUID, rule: Rule, now: datetime) -> Preview:
    """Count, ten examples, how many pass each condition of a valid `rule`, and which part leaves nobody."""
    inside = rules.compiled(rule)
    leaves = [leaf.to_json() for leaf in rules.conditions(rule)]
    parts: list[Rule] = rule.get("all") or [rule]
    by_leaf, by_part, still_in = _Tally(leaves), _Tally(parts), _Tally(parts)
    looked_at = matching = 0
    examples: list[Known] = []
    for person in known(session, program_id, reads=rules.reads(rule), most=MOST_PEOPLE):
        looked_at += 1
        by_leaf.count(by_leaf.passed(person, now))
        passed = list(by_part.passed(person, now))
        by_part.count(passed)
        still_in.count(all(passed[: index + 1]) for index in range(len(passed)))
        if inside(person.facts, now):
            matching += 1
            if len(examples) < EXAMPLES:
                examples.append(person)
    last = next((index for index, people in enumerate(still_in.people) if people == 0), None)
    return Preview(
        looked_at,
        matching,
        examples,
        [Passing(leaf, people) for leaf, people in zip(leaves, by_leaf.people, strict=True)],
        looked_at == MOST_PEOPLE,
        None
        if last is None or not looked_at or "all" not in rule
        else Emptying(parts[last], by_part.people[last]),
    )


class _Tally:
    """How many people passed each of some rules."""

    def __init__(self, several: list[Rule]) -> None:
        self._checks = [rules.compiled(each) for each in several]
        self.people = [0] * len(several)

    def passed(self, person: Known, now: datetime) -> Iterable[bool]:
        return (check(person.facts, now) for check in self._checks)

    def count(self, passed: Iterable[bool]) -> None:
        for index, is_in in enumerate(passed):
            self.people[index] += is_in
