"""What the market is declared by: a program's ground rules, and what is known about its testers."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.cohorts import queries as cohort_queries
from betaops.cohorts.vocabulary import KNOWN
from betaops.enrollment.models import State
from betaops.programs.models import Program
from betaops.readiness.judging.market import MOST_CATEGORIES, Composition, Margin, compositions
from betaops.readiness.models import GroundRules

#: So many of the newest people are looked through for facts to declare the market by.
_LOOKED_AT = 2_000
_NEVER_IN = (State.APPLIED, State.WAITLISTED, State.DECLINED, State.REMOVED)
#: Facts that are about what people do.
_DEEDS = ("usage.", "trait.usage.", "cohort.")
#: Facts by which a market can be spread; rules of cohorts know more.
_SOURCES = ("answer", "attribute", "trait")


class Known(NamedTuple):
    """A fact by which the testers differ, and how many stand where, most first."""

    fact: str
    title: str
    is_behavioural: bool
    counts: Mapping[str, int]


def ground_rules(session: Session, program_id: UUID, *, locked: bool = False) -> GroundRules | None:
    """None where a program asks for nothing but the usual."""
    found = select(GroundRules).where(GroundRules.program_id == program_id)
    return session.scalar(found.with_for_update() if locked else found)


def margins_of(rules: GroundRules | None) -> list[Margin]:
    return [Margin.of_json(each) for each in rules.margins] if rules is not None else []


def cells(
    session: Session, program_id: UUID, margins: Sequence[Margin]
) -> dict[UUID, tuple[str | None, ...]]:
    """The category of each tester who is or was in, in every margin; None where it is not known."""
    if not margins:
        return {}
    facts = [margin.fact for margin in margins]
    return {
        each.tester_id: tuple(_category(fact, each.facts) for fact in facts)
        for each in cohort_queries.known(session, program_id, reads=facts)
        if each.state not in _NEVER_IN
    }


def composition(session: Session, program_id: UUID) -> list[Composition]:
    """The testers beside the market, by every margin that is declared."""
    margins = margins_of(ground_rules(session, program_id))
    return compositions(cells(session, program_id, margins), margins)


def known_facts(session: Session, program: Program) -> list[Known]:
    """Facts by which a market can be declared: those with a few values, and whether somebody is in a cohort."""
    labels = cohort_queries.labels(session, program)
    cohorts = [name for name in labels if name.startswith("cohort.")]
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for each in cohort_queries.known(session, program.id, reads=cohorts, most=_LOOKED_AT):
        if each.state in _NEVER_IN:
            continue
        for fact in [*_named(each.facts), *cohorts]:
            category = _category(fact, each.facts)
            if category is not None:
                found[fact][category] += 1
    return [
        Known(fact, _title(fact, labels), fact.startswith(_DEEDS), dict(counts.most_common()))
        for fact, counts in sorted(found.items(), key=lambda pair: _title(pair[0], labels).casefold())
        if 1 < len(counts) <= MOST_CATEGORIES and not _is_twice(fact, found)
    ]


def known_fact(session: Session, program: Program, fact: str) -> Known | None:
    return next((each for each in known_facts(session, program) if each.fact == fact), None)


def _named(facts: Mapping[str, Any]) -> Iterator[str]:
    """Traits with a dollar are written for flags, not about people."""
    return (
        f"{source}.{name}"
        for source in _SOURCES
        for name in facts.get(source, {})
        if not name.startswith("$")
    )


def _is_twice(fact: str, found: Mapping[str, Counter[str]]) -> bool:
    """Whether an attribute only repeats the answer of that name."""
    source, _dot, name = fact.partition(".")
    return source == "attribute" and found.get(f"answer.{name}") == found[fact]


def _title(fact: str, labels: Mapping[str, str]) -> str:
    return str(labels.get(fact) or KNOWN.get(fact) or fact.partition(".")[2])


def _category(fact: str, facts: Mapping[str, Any]) -> str | None:
    """What somebody is by a fact: a value, yes or no; who gave several answers is in no category."""
    source, _dot, name = fact.partition(".")
    value = facts.get(source, {}).get(name)
    if source == "cohort" or isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        value = value[0] if len(value) == 1 else None
    return str(value)[:200] if isinstance(value, str | int | float) and str(value).strip() else None
