"""The rules of one program, made ready: which of them read a fact, and what they say of a person. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Generic, TypeVar

from betaops.cohorts import rules
from betaops.cohorts.rules import Condition, Facts, Rule

Name = TypeVar("Name")


class Rulebook(Generic[Name]):
    """Rules by the name of what they decide about, in the order in which they are to be asked."""

    def __init__(self, several: Mapping[Name, Rule]) -> None:
        self._rules = dict(several)
        self._inside = {name: rules.compiled(rule) for name, rule in several.items()}
        self._explained = {name: rules.explained(rule) for name, rule in several.items()}
        self._reads = {name: rules.reads(rule) for name, rule in several.items()}
        self._names = list(several)
        #: Places of the rules that read a fact or a source, in their order.
        self._readers: dict[str, list[int]] = defaultdict(list)
        for place, facts in enumerate(self._reads.values()):
            for fact in facts | {fact.partition(".")[0] for fact in facts}:
                self._readers[fact].append(place)

    def __iter__(self) -> Iterator[Name]:
        return iter(self._rules)

    def __getitem__(self, name: Name) -> Rule:
        return self._rules[name]

    def readers(self, changed: Collection[str] | None) -> list[Name]:
        """The rules that read any of these facts, or any of these sources ("attribute"); all of them for None."""
        return [self._names[place] for place in self.places(changed)]

    def places(self, changed: Collection[str] | None) -> Collection[int]:
        """The same as places in the order of rules: numbers, which are quick to look up."""
        if changed is None:
            return range(len(self._names))
        if len(changed) == 1:
            (fact,) = changed
            return self._readers.get(fact, ())
        return sorted({place for fact in changed for place in self._readers.get(fact, ())})

    def reads(self, names: Collection[Name]) -> frozenset[str]:
        """The facts that these rules read together."""
        return frozenset(fact for name in names for fact in self._reads[name])

    def says(self, name: Name, facts: Facts, now: datetime) -> bool:
        """Whether the person behind `facts` is in."""
        return self._inside[name](facts, now)

    def deciding(self, name: Name, facts: Facts, now: datetime) -> list[Condition]:
        """The conditions that make the person in, or keep them out."""
        return self._explained[name](facts, now)[1]
