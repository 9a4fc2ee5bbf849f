"""Cohorts whose rules read other cohorts: in which order they are worked out, and circles. Pure.

A cohort is named as in facts (`coh_…`); `rules` holds the rule of each cohort of a program that has one.
"""

from collections.abc import Mapping

from betaops.cohorts.rules import Rule, reads

SOURCE = "cohort"


def needs(rule: Rule) -> frozenset[str]:
    """The cohorts that `rule` reads."""
    return frozenset(fact.partition(".")[2] for fact in reads(rule) if fact.partition(".")[0] == SOURCE)


def ordered(rules: Mapping[str, Rule]) -> list[str]:
    """Every cohort after those that its rule reads; the same for everybody who asks, so that writers lock alike."""
    found: dict[str, None] = {}
    waiting = {name: needs(rule) & rules.keys() for name, rule in sorted(rules.items())}
    while ready := [name for name, wanted in waiting.items() if wanted <= found.keys()]:
        for name in ready:
            found[name] = None
            del waiting[name]
    return list(found)


def circle(rules: Mapping[str, Rule], name: str) -> list[str] | None:
    """The way from `name` back to itself, both ends named; None where there is none."""
    came_from = {name: ""}
    waiting = [name]
    while waiting:
        here = waiting.pop()
        for other in sorted(needs(rules[here]) if here in rules else ()):
            if other == name:
                return [name, *_way_to(here, came_from)[1:], name]
            if other not in came_from:
                came_from[other] = here
                waiting.append(other)
    return None


def _way_to(here: str, came_from: Mapping[str, str]) -> list[str]:
    way = [here]
    while came_from[way[0]]:
        way.insert(0, came_from[way[0]])
    return way
